package p11kit

// call is one function of PKCS#11 as the protocol knows it: its id, and what its
// arguments and its answer are made of. y is a byte, u a number, a an array, f the
// room for one, A an attribute, M a mechanism, s a text of fixed length, v a
// version.
type call struct {
	id      uint32
	name    string
	in, out string
}

// The calls that are used.
var (
	callInitialize  = call{1, "C_Initialize", "ayyay", ""}
	callSlots       = call{4, "C_GetSlotList", "yfu", "au"}
	callToken       = call{6, "C_GetTokenInfo", "u", "ssssuuuuuuuuuuuvvs"}
	callMechanism   = call{8, "C_GetMechanismInfo", "uu", "uuu"}
	callOpenSession = call{10, "C_OpenSession", "uu", "u"}
	callLogin       = call{18, "C_Login", "uuay", ""}
	callAttributes  = call{24, "C_GetAttributeValue", "uufA", "aAu"}
	callFindInit    = call{26, "C_FindObjectsInit", "uaA", ""}
	callFind        = call{27, "C_FindObjects", "ufu", "au"}
	callFindFinal   = call{28, "C_FindObjectsFinal", "u", ""}
	callDecryptInit = call{33, "C_DecryptInit", "uMu", ""}
	callDecrypt     = call{34, "C_Decrypt", "uayfy", "ay"}
	callSignInit    = call{42, "C_SignInit", "uMu", ""}
	callSign        = call{43, "C_Sign", "uayfy", "ay"}
)

// protocolVersion is the one that every p11-kit speaks.
const protocolVersion byte = 0

// handshake is what C_Initialize has to say.
var handshake = []byte("PRIVATE-GNOME-KEYRING-PKCS11-PROTOCOL-V-1")

// Arguments of calls.
const (
	onlyWithToken byte   = 1 // C_GetSlotList
	sessionSerial uint64 = 4 // C_OpenSession: CKF_SERIAL_SESSION
	userNormal    uint64 = 1 // C_Login: CKU_USER
)

// Classes of objects, and the type of an RSA key.
const (
	classPublicKey  = 2
	classPrivateKey = 3
	typeRSA         = 0
)

// Attributes of objects.
const (
	attrClass              = 0x000
	attrLabel              = 0x003
	attrKeyType            = 0x100
	attrID                 = 0x102
	attrDecrypt            = 0x105
	attrSign               = 0x108
	attrModulus            = 0x120
	attrPublicExponent     = 0x122
	attrAlwaysAuthenticate = 0x202
)

// value is what kind of value an attribute has on the wire.
type value uint8

const (
	bytesValue value = iota
	numberValue
	flagValue
)

// Lengths of values, in bytes.
const (
	sizeOfNumber = 8
	maxAttribute = 4 << 10
)

// room is how long a value may be.
func (v value) room() uint32 {
	return [...]uint32{bytesValue: maxAttribute, numberValue: sizeOfNumber, flagValue: 1}[v]
}

// attributeKinds says what kind of value attributes have that are not bytes.
var attributeKinds = map[uint32]value{
	attrClass: numberValue, attrKeyType: numberValue,
	attrDecrypt: flagValue, attrSign: flagValue, attrAlwaysAuthenticate: flagValue,
}

// Mechanisms, and what a token may be able to do with them.
const (
	mechanismPKCS = 1 // CKM_RSA_PKCS
	mechanismRaw  = 3 // CKM_RSA_X_509

	canDecrypt = 0x200
	canSign    = 0x800
)

// Flags of a token.
const (
	tokenLoginRequired = 0x004
	tokenPINPad        = 0x100 // CKF_PROTECTED_AUTHENTICATION_PATH
	tokenInitialized   = 0x400
	tokenWrongPIN      = 0x010000 // CKF_USER_PIN_COUNT_LOW: since the last right one
	tokenFinalTry      = 0x020000 // CKF_USER_PIN_FINAL_TRY
	tokenPINLocked     = 0x040000
	tokenPINToChange   = 0x080000
)
