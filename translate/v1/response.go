package v1

import "github.com/tidwall/gjson"

// maxResp is the longest resp that is opened, in bytes of base64 text.
const maxResp = 64 << 10

// Response is an opened reply, notification or front return.
type Response struct {
	// JSON is the message as signed.
	JSON []byte
	// Signed is false for a refusal that came without a signature.
	Signed bool
}

// ParseReply opens the body {"resp","sign"} of a POST interface, as a merchant
// does. Refusals are an *Error; see OpenResponse.
func ParseReply(body []byte, key Key) (Response, error) {
	var resp, sign string
	err := readMembers("body", body, []member{
		{name: "resp", text: &resp, required: true, max: maxResp},
		{name: "sign", text: &sign, max: 32},
	})
	if err != nil {
		return Response{}, err
	}
	return OpenResponse(resp, sign, key)
}

// OpenResponse verifies resp and decodes it; the two may come from a reply or
// from the parameters of a notification. An empty sign is accepted for a refusal
// only, which the gateway cannot sign before it knows the merchant. Refusals are
// an *Error: CodeSignature for a bad signature, CodeBadRequest for the rest.
func OpenResponse(resp, sign string, key Key) (Response, error) {
	r := Response{Signed: sign != ""}
	if r.Signed {
		want, ok := parseSignature(sign)
		if !ok || !key.verifies(resp, want) {
			return Response{}, refuse(CodeSignature, "sign", "does not match")
		}
	}
	msg, err := DecodeBase64(resp)
	if err != nil {
		return Response{}, refuse(CodeBadRequest, "resp", "not base64")
	}
	if !r.Signed && !isRefusal(msg) {
		return Response{}, refuse(CodeSignature, "sign", "missing")
	}
	r.JSON = msg
	return r, nil
}

// UnverifiedReply returns the message of a reply whose signature nobody has verified, made
// readable as by [Readable]: only what it claims. The error says that resp holds none.
func UnverifiedReply(body []byte) (json []byte, err error) {
	message, err := DecodeBase64(gjson.GetBytes(body, "resp").String())
	return Readable(message), err
}

// isRefusal reports whether msg carries a respcode other than CodeOK.
func isRefusal(msg []byte) bool {
	var code string
	err := readMembers("resp", msg, []member{{name: "respcode", text: &code, required: true, max: 2}})
	return err == nil && Code(code) != CodeOK
}
