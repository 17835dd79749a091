package sandbox

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The tranCodes of v2. Only pay and refund are certain; the others follow the
// vendor's numbering habit (v2 in the field, "Query, refund query, close").
const (
	CodePay         = "OP1001"
	CodeRefund      = "OP1003"
	CodeQuery       = "OP2001"
	CodeRefundQuery = "OP2002"
)

// field is one member of an interface: its name on the wire, whether it may
// be empty, and what its value must look like. Every member must be present
// (v2 page: "无论其值是否为空都需要上送"), and every one is a JSON string.
type field struct {
	name     string
	required bool
	is       rule // nil: anything
}

// rule says what is wrong with a value that is not empty, or "".
type rule func(value string) string

// iface is one v2 interface as the specification has it.
type iface struct {
	body []field
	// open tolerates members beyond body, where the field page does not know
	// them all.
	open bool
	// across checks what concerns several members; it gets the body's values
	// and returns a path below body and what is wrong, or two empty strings.
	across func(body map[string]string) (name, problem string)
	// order names the members that may carry the merchant's order number, the
	// first one that is not empty counts.
	order []string
}

var headFields = []field{
	{"version", true, oneOf("2.0.0")},
	{"tranType", true, oneOf("01")},
	{"merchantId", true, matches(`^[0-9]{12}$`, "12 digits")},
	{"tranTime", true, wireTime},
	{"tranFlowid", true, matches(`^[0-9]{18,32}$`, "18 to 32 digits")},
	{"tranCode", true, matches(`^OP[0-9]{4}$`, "a tranCode")},
}

var interfaces = map[string]iface{
	CodePay: {
		body: []field{
			{"payChannel", true, oneOf("00", "01", "02", "05")},
			{"payMode", true, oneOf("00", "01", "02", "05")},
			{"orderId", true, orderNumber},
			{"totalAmt", true, yuan},
			{"subject", true, longest(128)},
			{"body", false, longest(128)},
			{"attach", false, longest(128)},
			{"deviceInfo", false, longest(32)},
			{"spbillCreatIp", false, address},
			{"notifyUrl", true, absoluteURL},
			{"exprieTime", false, wireTime},
			{"goodsTag", false, longest(32)},
			{"productId", false, longest(32)},
			{"authCode", false, matches(`^[0-9A-Za-z]{10,64}$`, "a payment code")},
			{"wxIsRaw", false, oneOf("0", "1")},
			{"wxSubOpenid", false, longest(128)},
			{"userId", false, longest(128)},
			{"subAppId", false, longest(32)},
			{"wxCallbackUrl", false, absoluteURL},
			{"js_code", false, nil},
		},
		across: payAcross,
		order:  []string{"orderId"},
	},
	CodeRefund: {
		body: []field{
			{"oriMerOrderId", true, orderNumber},
			{"merRefundFlowId", true, orderNumber},
			{"refundAmt", true, yuan},
			{"refundChannel", true, oneOf("00")},
			{"merNotifyUrl", false, absoluteURL},
			{"refundReason", false, longest(128)},
			{"splitRefundAmt", false, nil},
		},
		order: []string{"oriMerOrderId"},
	},
	CodeQuery: {
		body: []field{
			{"oriMerOrderId", true, orderNumber},
			{"orderId", false, orderNumber},
		},
		open:   true,
		across: sameOrder,
		order:  []string{"oriMerOrderId"},
	},
	CodeRefundQuery: {
		body: []field{
			{"merRefundFlowId", true, orderNumber},
		},
		open:  true,
		order: []string{"oriMerOrderId", "orderId"},
	},
}

// closeInterface is the interface under the configured close code.
var closeInterface = iface{
	body: []field{
		{"oriMerOrderId", true, orderNumber},
		{"orderId", false, orderNumber},
	},
	open:   true,
	across: sameOrder,
	order:  []string{"oriMerOrderId"},
}

// payAcross knows which members a way to pay depends on.
func payAcross(body map[string]string) (name, problem string) {
	switch {
	case body["payMode"] == "01" && body["authCode"] == "":
		return "authCode", "empty, but payMode 01 needs it"
	case body["payMode"] != "01" && body["authCode"] != "":
		return "authCode", "only payMode 01 has one"
	case body["payMode"] == "02" && body["wxIsRaw"] == "1" && body["wxSubOpenid"] == "":
		return "wxSubOpenid", "empty, but wxIsRaw 1 needs it"
	}
	return "", ""
}

func sameOrder(body map[string]string) (name, problem string) {
	if body["orderId"] != "" && body["orderId"] != body["oriMerOrderId"] {
		return "orderId", "differs from oriMerOrderId"
	}
	return "", ""
}

var (
	yuanText    = regexp.MustCompile(`^(0|[1-9][0-9]{0,9})\.([0-9]{2})$`)
	orderText   = regexp.MustCompile(`^[0-9A-Za-z]{6,32}$`)
	orderNumber = matches(orderText.String(), "6 to 32 letters and digits")
)

// yuan wants an amount above zero with two decimals and no comma.
func yuan(value string) string {
	if fen, ok := fenOf(value); !ok || fen == 0 {
		return "not an amount in yuan with two decimals"
	}
	return ""
}

// fenOf converts yuan text with two decimals into fen.
func fenOf(yuan string) (int64, bool) {
	parts := yuanText.FindStringSubmatch(yuan)
	if parts == nil {
		return 0, false
	}
	fen, err := strconv.ParseInt(parts[1]+parts[2], 10, 64)
	return fen, err == nil
}

// yuanOf writes fen as yuan text with two decimals.
func yuanOf(fen int64) string {
	return fmt.Sprintf("%d.%02d", fen/100, fen%100)
}

// wireLayout is the time format of v2, in Beijing time.
const wireLayout = "20060102150405"

// beijing is the zone of every time on the wire.
var beijing = time.FixedZone("Asia/Shanghai", 8*60*60)

func wireTime(value string) string {
	if t, err := time.ParseInLocation(wireLayout, value, beijing); err != nil || t.Format(wireLayout) != value {
		return "not a time as yyyyMMddHHmmss"
	}
	return ""
}

func absoluteURL(value string) string {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "not an absolute http or https address"
	}
	return ""
}

func address(value string) string {
	if net.ParseIP(value) == nil {
		return "not an IP address"
	}
	return ""
}

func oneOf(values ...string) rule {
	return func(value string) string {
		if slices.Contains(values, value) {
			return ""
		}
		return "not one of " + strings.Join(values, ", ")
	}
}

func matches(pattern, what string) rule {
	re := regexp.MustCompile(pattern)
	return func(value string) string {
		if re.MatchString(value) {
			return ""
		}
		return "not " + what
	}
}

// longest bounds a value in characters. Only attach has a documented length;
// the other bounds are WeChat's own for the member it becomes.
func longest(characters int) rule {
	return func(value string) string {
		if utf8.RuneCountInString(value) > characters {
			return fmt.Sprintf("longer than %d characters", characters)
		}
		return ""
	}
}
