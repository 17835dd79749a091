package sandbox

import (
	"bytes"
	"mime/multipart"
	"net/url"
	"slices"
	"strings"
)

// encodeForm writes the five parameters as the body of a POST.
func (e envelope) encodeForm(t noticeTrait) (body []byte, contentType string) {
	message := t.message
	if message == "" {
		message = "msg_enc"
	}
	form := []member{
		{"merchant_id", e.merchantID},
		{message, e.msgEnc},
		{"key_enc", e.keyEnc},
		{"sign", e.sign},
		{"mer_order_id", e.merOrderID},
	}
	if t.reverse {
		slices.Reverse(form)
	}
	if t.encode != nil {
		return t.encode(form)
	}
	return encodeURL(form)
}

func encodeURL(form []member) (body []byte, contentType string) {
	pairs := make([]string, 0, len(form))
	for _, m := range form {
		pairs = append(pairs, m.name+"="+url.QueryEscape(m.value.(string)))
	}
	return []byte(strings.Join(pairs, "&")), "application/x-www-form-urlencoded; charset=UTF-8"
}

func encodeMultipart(form []member) (body []byte, contentType string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, m := range form {
		w.WriteField(m.name, m.value.(string)) // a bytes.Buffer takes everything
	}
	w.Close()
	return b.Bytes(), w.FormDataContentType()
}
