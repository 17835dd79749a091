package oldgateway

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"net/url"
	"strings"
)

// maxForm bounds the body of a request, in bytes. The old gateway took large ones.
const maxForm = 8 << 20

// errUnreadable is a request whose merchant cannot be known, or whose signature
// does not fit. Its answer is not signed.
var errUnreadable = errors.New("unreadable")

// members are those of a signed request, as text.
type members map[string]string

// sign is the md5 of the base64 text and the key, in small letters (v1 §2.2).
func sign(text, key string) string {
	sum := md5.Sum([]byte(text + key))
	return hex.EncodeToString(sum[:])
}

// readForm reads the parameters of a request, whatever its Content-Encoding
// claims: programs write "UTF-8" there.
func readForm(r *http.Request) url.Values {
	r.Body = http.MaxBytesReader(nil, r.Body, maxForm)
	if strings.HasPrefix(strings.ToLower(r.Header.Get("Content-Type")), "multipart/form-data") {
		r.ParseMultipartForm(maxForm)
	} else {
		r.ParseForm()
	}
	if r.Form == nil {
		return url.Values{}
	}
	return r.Form
}

// open verifies a request and reads its members. The base64 text is tried in the
// forms in which programs send it: as it is, with its plus signs turned to
// blanks, with line breaks, and percent-encoded once too often.
func (g *Gateway) open(form url.Values) (Merchant, members, error) {
	signature := strings.ToLower(form.Get("sign"))
	for _, text := range spellings(form.Get("req")) {
		read, err := readMembers(text)
		if err != nil {
			continue
		}
		merchant, known := g.merchants[read["merid"]]
		if known && sign(text, merchant.Key) == signature {
			return merchant, read, nil
		}
	}
	return Merchant{}, nil, errUnreadable
}

func spellings(req string) []string {
	plus := strings.ReplaceAll(req, " ", "+")
	all := []string{req, plus}
	if decoded, err := url.PathUnescape(plus); err == nil {
		all = append(all, decoded)
	}
	return all
}

// readMembers reads the JSON object in a base64 text. Line breaks in the text are
// part of what is signed, and not of the base64.
func readMembers(text string) (members, error) {
	data, err := base64.StdEncoding.DecodeString(text) // which ignores line breaks
	if err != nil {
		return nil, err
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil {
		return nil, err
	}
	read := make(members, len(object))
	for name, raw := range object {
		var value string
		if json.Unmarshal(raw, &value) != nil { // a number, or null
			value = strings.Trim(string(raw), " ")
		}
		if value != "null" {
			read[name] = value
		}
	}
	return read, nil
}

// amount reads txnamt, which is a string, a whole number or a double.
func (m members) amount() (fen int64, ok bool) {
	value, ok := new(big.Rat).SetString(m["txnamt"])
	if !ok || !value.IsInt() || value.Sign() <= 0 || !value.Num().IsInt64() {
		return 0, false
	}
	return value.Num().Int64(), true
}

// encode writes JSON as the old gateway did: compact, without escapes for HTML.
func encode(value any) string {
	var text strings.Builder
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		panic(err) // texts and numbers always encode
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// seal writes the two parameters of a signed message.
func seal(value any, key string) (resp, signature string) {
	resp = base64.StdEncoding.EncodeToString([]byte(encode(value)))
	return resp, sign(resp, key)
}

// sealed is the body of a reply to a merchant's program.
func sealed(value any, key string) []byte {
	var outer struct {
		Resp string `json:"resp"`
		Sign string `json:"sign"`
	}
	outer.Resp, outer.Sign = seal(value, key)
	if key == "" {
		outer.Sign = ""
	}
	return []byte(encode(outer))
}
