package explain

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// evidence is a merchant's request with everything that the tables look at.
type evidence struct {
	arrival
	form v1.Form // what the bridge reads
	sent v1.Form // what the merchant will have meant: swapped, misnamed, in JSON

	text    string // sent.Req with every repair done
	coding  coding // how text stands for the message
	raw     []byte // the message as text stands for it; nil when it stands for none
	message []byte // raw as UTF-8 without a byte order mark, as the bridge reads it

	claimed  string              // the merid that the message names
	merID    string              // the same, or what the operator names
	merchant *merchants.Merchant // nil when unknown
	registry *merchants.Registry // nil without a configuration
	suspects []suspect

	opened  v1.Opened // what the bridge made of it
	refusal *v1.Error // why the bridge refuses it, nil when it does not
}

// coding is how a text stands for bytes.
type coding string

// The codings.
const (
	inNone        coding = ""
	inBase64      coding = "base64"
	inURLBase64   coding = "URL-safe base64"
	inBase64Twice coding = "base64 of base64"
	inClear       coding = "no coding at all"
	inHex         coding = "hex"
)

var utf8BOM = []byte("\ufeff")

// gather collects the evidence that a request gives by itself.
func gather(a arrival, w World) *evidence {
	e := &evidence{arrival: a, form: a.params.Form(), sent: sentForm(a.meant), registry: w.Merchants}
	for _, e.text = range v1.Candidates(e.sent.Req) {
		continue // the last one has every repair
	}
	e.raw, e.coding = decode(e.text)
	e.message = v1.Readable(fromUTF16(e.raw))
	e.claimed = claimed(e.message)
	if e.coding == inNone {
		whole, _ := base64.StdEncoding.DecodeString(e.text) // what comes before the damage
		e.claimed = claimed(whole)
	}
	if asked, err := e.params.GoPay(); err == nil && e.unsignedPage() {
		e.claimed = asked.MerID
	}
	e.merID = cmp.Or(e.claimed, w.MerID)
	if w.Merchants != nil {
		e.merchant = w.Merchants.ByMerID(e.merID)
		e.suspects = suspects(w, e.merID)
	}
	return e
}

// sentForm finds req and sign where the bridge does not look: in other letters,
// or with one in the other's place.
func sentForm(meant v1.Params) v1.Form {
	f := meant.Form()
	for name, value := range meant {
		switch {
		case f.Req == "" && strings.EqualFold(name, "req"):
			f.Req = value
		case f.Sign == "" && strings.EqualFold(name, "sign"):
			f.Sign = value
		}
	}
	if swapped(f) {
		f.Req, f.Sign = f.Sign, f.Req
	}
	return f
}

// swapped reports whether the signature stands where the text belongs.
func swapped(f v1.Form) bool {
	_, err := hex.DecodeString(f.Req)
	return err == nil && len(f.Req) == 32 && len(f.Sign) > len(f.Req)
}

// decode returns the message that a text stands for, whatever the coding.
func decode(text string) ([]byte, coding) {
	bare := strings.TrimRight(text, "=\r\n")
	if raw, err := base64.RawStdEncoding.DecodeString(bare); err == nil && len(raw) > 0 {
		inner, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(string(raw), "=\r\n"))
		if err == nil && looksLikeJSON(inner) {
			return inner, inBase64Twice
		}
		if twice, err := hex.DecodeString(text); err == nil && looksLikeJSON(twice) {
			return twice, inHex
		}
		return raw, inBase64
	}
	if raw, err := base64.RawURLEncoding.DecodeString(bare); err == nil && len(raw) > 0 {
		return raw, inURLBase64
	}
	if looksLikeJSON([]byte(text)) {
		return []byte(text), inClear
	}
	return nil, inNone
}

func looksLikeJSON(b []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(b, utf8BOM)), []byte("{"))
}

// merIDMember finds the merchant's number in a message that may be broken, or in
// a charset that is not known.
var merIDMember = regexp.MustCompile(`"merid"\s*:\s*"?([0-9A-Za-z]{1,32})\b`)

// claimed returns the merchant that a message names, "" for none. A mangled
// message is read as it will have been meant.
func claimed(message []byte) string {
	for _, text := range append([]string{string(message)}, unmangled(string(message))...) {
		if found := merIDMember.FindStringSubmatch(text); found != nil {
			return found[1]
		}
	}
	return ""
}

// member returns a member of the message, also of a broken one.
func (e *evidence) member(name string) gjson.Result {
	if !gjson.ValidBytes(e.message) {
		return gjson.Result{}
	}
	return gjson.GetBytes(e.message, name)
}

// fromUTF16 returns ASCII that was written in two bytes each as one byte each,
// and everything else unchanged.
func fromUTF16(raw []byte) []byte {
	plain := bytes.TrimPrefix(bytes.TrimPrefix(raw, []byte{0xff, 0xfe}), []byte{0xfe, 0xff})
	if len(plain) < 2 || len(plain)%2 != 0 || bytes.Count(plain, []byte{0}) < len(plain)/4 {
		return raw
	}
	return bytes.ReplaceAll(plain, []byte{0}, nil)
}

// likeGBK reports whether bytes that are not UTF-8 could be GBK or GB 18030:
// ASCII, and pairs of a lead and a trail byte.
func likeGBK(raw []byte) bool {
	if utf8.Valid(raw) {
		return false
	}
	for i := 0; i < len(raw); i++ {
		if raw[i] < 0x80 {
			continue
		}
		i++
		if raw[i-1] == 0x80 || raw[i-1] == 0xff || i == len(raw) || raw[i] < 0x30 || raw[i] == 0x7f || raw[i] == 0xff {
			return false
		}
	}
	return true
}
