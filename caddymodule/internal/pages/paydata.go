package pages

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
)

// PayData is what the WeChat bridge is asked to pay, checked and reduced to the
// members that it takes. Only [ParsePayData] makes one; the zero value is none.
type PayData struct {
	text string // JSON
}

// String hides the data: they are a signed order to pay.
func (PayData) String() string { return "(WeChat payment)" }

// GoString hides them, too.
func (d PayData) GoString() string { return d.String() }

// JSON returns the data for the page.
func (d PayData) JSON() string { return d.text }

// payDataLimit is the longest wc_pay_data that is read, in bytes; ordinary ones
// have about 300.
const payDataLimit = 4096

// payMember is a member of WeChat's getBrandWCPayRequest. All are required.
type payMember struct {
	name  string
	limit int // bytes
	form  *regexp.Regexp
}

var (
	digits = regexp.MustCompile(`^[0-9]+$`)
	// token has what identifiers, base64 and "prepay_id=…" are made of.
	token = regexp.MustCompile(`^[A-Za-z0-9_=+/.:-]+$`)
)

var payMembers = []payMember{
	{"appId", 64, token},
	{"timeStamp", 20, digits},
	{"nonceStr", 64, token},
	{"package", 256, token},
	{"signType", 32, token},
	{"paySign", 1024, token},
}

// ParsePayData reads the gateway's wc_pay_data. Members that WeChat does not
// take are dropped; a member that is missing, too long or of another form makes
// an error, which never quotes its value.
func ParsePayData(text string) (PayData, error) {
	if len(text) > payDataLimit {
		return PayData{}, errors.New("wc_pay_data: too long")
	}
	var given map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &given); err != nil {
		return PayData{}, errors.New("wc_pay_data: not a JSON object")
	}
	taken := make(map[string]string, len(payMembers))
	for _, m := range payMembers {
		value, err := m.read(given[m.name])
		if err != nil {
			return PayData{}, fmt.Errorf("wc_pay_data.%s: %w", m.name, err)
		}
		taken[m.name] = value
	}
	kept, err := json.Marshal(taken)
	if err != nil {
		return PayData{}, fmt.Errorf("writing wc_pay_data: %w", err)
	}
	return PayData{text: string(kept)}, nil
}

// read returns the value of a member. A timeStamp may also be a number; WeChat
// wants text.
func (m payMember) read(raw json.RawMessage) (string, error) {
	if len(raw) == 0 {
		return "", errors.New("missing")
	}
	value := string(raw)
	if !digits.MatchString(value) {
		value = ""
		if err := json.Unmarshal(raw, &value); err != nil {
			return "", errors.New("not text")
		}
	}
	switch {
	case value == "":
		return "", errors.New("empty")
	case len(value) > m.limit:
		return "", errors.New("too long")
	case !m.form.MatchString(value):
		return "", errors.New("has characters that do not belong there")
	}
	return value, nil
}
