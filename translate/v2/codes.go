package v2

// Values of respCode that are told apart.
const (
	RespProcessed     = "S0000000" // processed; the state says with what result
	RespProcessing    = "E0000000" // processing, or not known
	RespIllegalMember = "E0000003"
	RespFormat        = "E0000004"
	RespDecryption    = "E0000005"
	RespNotFound      = "E8000001" // the record does not exist
	RespRepeated      = "E8000003" // the number was used before
	RespSystemError   = "E9999999"
)

// Class is what a respCode means for an order.
type Class uint8

const (
	// Unknown says that the outcome is not known and must be asked for. Also every code
	// that is empty, malformed or new.
	Unknown Class = iota
	// Processed says that the gateway did what was asked; the body's state says how it
	// ended.
	Processed
	// NotFound says that the gateway has no such record.
	NotFound
	// Repeated says that the gateway has this number already.
	Repeated
	// Refused says that the gateway did not do it and will not.
	Refused
)

var classNames = [...]string{
	Unknown:   "unknown",
	Processed: "processed",
	NotFound:  "not_found",
	Repeated:  "repeated",
	Refused:   "refused",
}

// String returns the class in lower case, fit for a metric label.
func (c Class) String() string {
	if int(c) >= len(classNames) {
		return classNames[Unknown]
	}
	return classNames[c]
}

// classes has the codes that do not follow the rule that an E-code refuses.
// A system error says nothing about how far the gateway had come: to take it for
// a refusal could lose a payment, to take it for unknown costs one query.
var classes = map[string]Class{
	RespProcessed:   Processed,
	RespProcessing:  Unknown,
	RespNotFound:    NotFound,
	RespRepeated:    Repeated,
	RespSystemError: Unknown,
}

// respCodeLength is the length of every respCode: a letter and seven digits.
const respCodeLength = 8

// Classify says what a respCode means. It is Refused only when the code is a
// well-formed E-code that means nothing else.
func Classify(respCode string) Class {
	if class, known := classes[respCode]; known {
		return class
	}
	if isErrorCode(respCode) {
		return Refused
	}
	return Unknown
}

// RefusesForm reports whether a respCode says that the gateway could not read the
// request: its members, its form or its encryption. That is ours to mend; of what
// was asked for it says nothing.
func RefusesForm(respCode string) bool {
	return respCode == RespIllegalMember || respCode == RespFormat || respCode == RespDecryption
}

// isErrorCode reports whether respCode is a well-formed E-code.
func isErrorCode(respCode string) bool {
	return len(respCode) == respCodeLength && respCode[0] == 'E' && digits(respCode[1:])
}
