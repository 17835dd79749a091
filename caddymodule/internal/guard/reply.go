package guard

import (
	"net/http"

	"github.com/tidwall/gjson"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Refuses reads what the old gateway has answered to a payment: whether a merchant's
// program has no payment by it. The body is unpacked. known is false for an answer that
// the bridge cannot read and a program may, of which the body is not whole.
func Refuses(status int, body []byte, whole bool) (refused, known bool) {
	switch {
	case status >= http.StatusInternalServerError:
		return true, true
	case !whole:
		return false, false
	}
	message, err := v1.UnverifiedReply(body)
	if err != nil {
		return true, true // a program has nothing by it either
	}
	code := gjson.GetBytes(message, "respcode").String()
	result := gjson.GetBytes(message, "resultcode").String()
	return code != string(v1.CodeOK) || result == string(v1.ResultFailed), true
}
