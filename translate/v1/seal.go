package v1

import (
	"encoding/base64"
	"net/url"
)

// SealReply puts a message into the body that answers a POST interface,
//
//	{"resp":"<base64>","sign":"<md5>"}
//
// in pure ASCII. The zero Key leaves sign empty, for the refusal of a request
// whose merchant is unknown (v1 §2.2).
func SealReply(msg []byte, key Key) []byte {
	resp, sign := seal(msg, key)
	return []byte(`{"resp":"` + resp + `","sign":"` + sign + `"}`)
}

// SealForm puts a message into the form resp=..&sign=.., percent-encoded once:
// the body of a notification, or what a front return adds to the query.
func SealForm(msg []byte, key Key) string {
	resp, sign := seal(msg, key)
	return "resp=" + url.QueryEscape(resp) + "&sign=" + sign
}

// SealRequest puts a message into the form of a request, as a merchant does.
func SealRequest(msg []byte, key Key) Form {
	req, sign := seal(msg, key)
	return Form{Req: req, Sign: sign}
}

func seal(msg []byte, key Key) (text, sign string) {
	text = base64.StdEncoding.EncodeToString(msg)
	return text, key.Sign(text)
}
