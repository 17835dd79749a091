package v2

// Limits of what is read and written. They stand far above everything seen in
// the field and are there so that a hostile peer cannot make the bridge work
// or remember without end. All are bytes.
const (
	// MaxMessage bounds the plain JSON text of one message.
	MaxMessage = 64 << 10

	// MaxEnvelope bounds an encoded envelope: twice MaxMessage in hex, the
	// other members, and room for needless percent-encoding.
	MaxEnvelope = 256 << 10

	// MaxID bounds merchant_id and mer_order_id, which have 12 and at most 32
	// characters in the field.
	MaxID = 64

	// MaxKeyFile bounds a key, certificate or PKCS#12 file.
	MaxKeyFile = 64 << 10
)

// Bounds of RSA moduli, in bits. crypto/rsa refuses less than 1024 bits, and
// some older merchants have just that; more than 8192 bits costs seconds.
const (
	minRSABits = 1024
	maxRSABits = 8192
)

// maxSealedText is the longest msg_enc in bytes: the longest message and a
// block of padding.
const maxSealedText = MaxMessage + maxBlock

// maxSealedKey is the longest key_enc or sign in bytes.
const maxSealedKey = maxRSABits / 8
