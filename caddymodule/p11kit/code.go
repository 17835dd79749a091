package p11kit

import "fmt"

// Error is an error code with which a token, or its library, has answered a call.
type Error struct {
	Call string // such as C_Login
	Code uint64 // such as 0xa0, CKR_PIN_INCORRECT
}

// Error names the code as the PKCS#11 document does.
func (e *Error) Error() string {
	name := codes[e.Code]
	if name == "" {
		name = "CKR"
	}
	return fmt.Sprintf("%s: %s (0x%x)", e.Call, name, e.Code)
}

func codeError(call string, code uint64) error {
	if code == 0 {
		return errMalformed // an error that is none
	}
	return &Error{Call: call, Code: code}
}

// Codes that something depends on.
const (
	attributeSensitive  = 0x11
	attributeInvalid    = 0x12
	keyHandleInvalid    = 0x60
	mechanismInvalid    = 0x70
	objectHandleInvalid = 0x82
	pinIncorrect        = 0xa0
	pinInvalid          = 0xa1
	pinLength           = 0xa2
	pinExpired          = 0xa3
	pinLocked           = 0xa4
	alreadyLoggedIn     = 0x100
	pinNotInitialized   = 0x102
	cryptokiInitialized = 0x191
)

// codes are the names of the codes that are met.
var codes = map[uint64]string{
	0x02: "CKR_HOST_MEMORY", 0x03: "CKR_SLOT_ID_INVALID", 0x05: "CKR_GENERAL_ERROR", 0x06: "CKR_FUNCTION_FAILED",
	0x07: "CKR_ARGUMENTS_BAD", 0x09: "CKR_NEED_TO_CREATE_THREADS", 0x0a: "CKR_CANT_LOCK",
	attributeSensitive: "CKR_ATTRIBUTE_SENSITIVE", attributeInvalid: "CKR_ATTRIBUTE_TYPE_INVALID",
	0x20: "CKR_DATA_INVALID", 0x21: "CKR_DATA_LEN_RANGE",
	0x30: "CKR_DEVICE_ERROR", 0x31: "CKR_DEVICE_MEMORY", 0x32: "CKR_DEVICE_REMOVED",
	0x40: "CKR_ENCRYPTED_DATA_INVALID", 0x41: "CKR_ENCRYPTED_DATA_LEN_RANGE",
	0x54: "CKR_FUNCTION_NOT_SUPPORTED", keyHandleInvalid: "CKR_KEY_HANDLE_INVALID", 0x62: "CKR_KEY_SIZE_RANGE",
	0x63: "CKR_KEY_TYPE_INCONSISTENT", 0x68: "CKR_KEY_FUNCTION_NOT_PERMITTED",
	mechanismInvalid: "CKR_MECHANISM_INVALID", 0x71: "CKR_MECHANISM_PARAM_INVALID",
	objectHandleInvalid: "CKR_OBJECT_HANDLE_INVALID", 0x90: "CKR_OPERATION_ACTIVE", 0x91: "CKR_OPERATION_NOT_INITIALIZED",
	pinIncorrect: "CKR_PIN_INCORRECT", pinInvalid: "CKR_PIN_INVALID", pinLength: "CKR_PIN_LEN_RANGE",
	pinExpired: "CKR_PIN_EXPIRED", pinLocked: "CKR_PIN_LOCKED",
	0xb0: "CKR_SESSION_CLOSED", 0xb1: "CKR_SESSION_COUNT", 0xb3: "CKR_SESSION_HANDLE_INVALID",
	0xe0: "CKR_TOKEN_NOT_PRESENT", 0xe1: "CKR_TOKEN_NOT_RECOGNIZED",
	alreadyLoggedIn: "CKR_USER_ALREADY_LOGGED_IN", 0x101: "CKR_USER_NOT_LOGGED_IN", pinNotInitialized: "CKR_USER_PIN_NOT_INITIALIZED",
	0x104: "CKR_USER_ANOTHER_ALREADY_LOGGED_IN", 0x105: "CKR_USER_TOO_MANY_TYPES",
	0x150: "CKR_BUFFER_TOO_SMALL", 0x190: "CKR_CRYPTOKI_NOT_INITIALIZED", cryptokiInitialized: "CKR_CRYPTOKI_ALREADY_INITIALIZED",
}

// refusesPIN are the codes after which a PIN must not be tried again.
var refusesPIN = map[uint64]string{
	pinIncorrect: "the PIN is wrong",
	pinInvalid:   "the PIN has characters that the token does not take",
	pinLength:    "the PIN is too short or too long for the token",
	pinExpired:   "the PIN has expired: set a new one with the token's tools",
	pinLocked:    "the PIN is locked: unlock it with the token's tools",
}

// ofKey are the codes that say something of a key: it is gone, or not the one that it was.
var ofKey = map[uint64]bool{keyHandleInvalid: true, 0x62: true, 0x63: true, 0x68: true, objectHandleInvalid: true}

// ofSession are the codes of C_Decrypt that speak of the session or the token. A
// token that judges padding itself may say by any other one that it is broken:
// SoftHSM says CKR_GENERAL_ERROR.
var ofSession = map[uint64]bool{
	0x02: true, 0x30: true, 0x31: true, 0x32: true, keyHandleInvalid: true, objectHandleInvalid: true, 0x91: true,
	0xb0: true, 0xb3: true, 0xe0: true, 0xe1: true, 0x101: true, 0x190: true,
}
