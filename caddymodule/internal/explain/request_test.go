package explain_test

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/emmansun/gmsm/sm3"

	"github.com/paybridge/paybridge/caddymodule/internal/explain"
)

// text is the base64 text of the message, as it should be.
var text = b64(message)

// wrongForms have what is wrong outside of the signature.
var wrongForms = map[string]struct{ input, cause string }{
	"nothing":              {"", "empty"},
	"a page":               {"<html><body>502 Bad Gateway</body></html>", "markup"},
	"a text":               {"connection reset by peer", "no_form"},
	"form as JSON":         {`{"req":"` + text + `","sign":"` + sum(text+shopKey) + `"}`, "json_body"},
	"message without form": {message, "bare_message"},
	"req alone":            {text, "req_without_name"},
	"form encoded again":   {url.QueryEscape(signed(message)), "form_encoded_twice"},
	"swapped":              {form(sum(text+shopKey), text), "req_and_sign_swapped"},
	"a reply":              {"resp=" + url.QueryEscape(text) + "&sign=" + sum(text+shopKey), "reply_not_request"},
	"names in capitals":    {"REQ=" + url.QueryEscape(text) + "&SIGN=" + sum(text+shopKey), "parameter_case"},
	"no req":               {"sign=" + sum(text+shopKey), "req_missing"},
	"empty req":            {"req=&sign=" + sum(shopKey), "req_empty"},
	"two req":              {"req=eyJ9&" + signed(message), "req_twice"},
	"no sign":              {"req=" + url.QueryEscape(text), "sign_missing"},
	"empty sign":           {"req=" + url.QueryEscape(text) + "&sign=", "sign_empty"},
	"endless req":          {form(strings.Repeat("QUJD", 17<<10), sum("x")), "req_too_long"},

	"JSON in req":          {form(message, sum(message+shopKey)), "json_in_req"},
	"URL-safe base64":      {form(base64.URLEncoding.EncodeToString([]byte(message)), sum(base64.URLEncoding.EncodeToString([]byte(message))+shopKey)), "url_safe_base64"},
	"base64 twice":         {form(b64(text), sum(b64(text)+shopKey)), "base64_twice"},
	"hex for base64":       {form(hex.EncodeToString([]byte(message)), sum(hex.EncodeToString([]byte(message))+shopKey)), "hex_in_req"},
	"cut to no length":     {form(text[:101], sum(text+shopKey)), "req_cut_off"},
	"foreign characters":   {form("{{"+text[:40], sum(text+shopKey)), "json_in_req"},
	"no base64 characters": {form("§"+text, sum(text+shopKey)), "not_base64"},

	"merid of the gateway": {signed(with("89900001", "473053110001")), "merid_is_gateway_number"},
	"merid unknown":        {signed(with("89900001", "89900009")), "merid_unknown"},
	"merid missing":        {signed(with(`"merid":"89900001",`, "")), "merid_missing"},
	"merid in capitals":    {signed(with("merid", "merId")), "member_case"},

	"merid twice":        {signed(with(`"merid"`, `"merid":"89900001","merid"`)), "merid_twice"},
	"nested deep":        {signed(with(`{"action"`, `{"x":`+strings.Repeat("[", 40)+strings.Repeat("]", 40)+`,"action"`)), "json_too_deep"},
	"cancel by a link":   {cancelled(`,"backurl":"http://shop.example/"`), "not_a_cancel"},
	"cancel by a ticket": {cancelled(`,"code":"280000000000canary1"`), "not_a_cancel"},
	"cancel by a notice": {cancelled(`,"resultcode":"0000"`), "not_a_cancel"},

	"UTF-16 message":    {signed(toUTF16(message)), "utf16"},
	"compressed":        {form(b64("\x1f\x8b\x08\x00\xff\xfe\xfd"), sum("x")), "not_utf8"},
	"JSON in a string":  {signed(fmt.Sprintf("%q", message)), "json_encoded_twice"},
	"form in req":       {signed("merid=89900001&orderid=T20261121000000001"), "form_in_req"},
	"list in req":       {signed("[" + message + "]"), "not_an_object"},
	"message cut off":   {form(b64(message[:120]), sum(text+shopKey)), "message_cut_off"},
	"trailing comma":    {signed(strings.TrimSuffix(message, "}") + ",}"), "json_broken"},
	"whole percent req": {form(url.QueryEscape(url.QueryEscape(text)), sum("x")), "not_base64"},
}

// cancelled is a signed message of another interface, sent as a cancel.
func cancelled(more string) string {
	return "POST /api/cancel HTTP/1.1\r\n\r\n" + signed(`{"merid":"89900001","orderid":"T20261121000000001"`+more+`}`)
}

// wrongSignatures are requests whose form is right.
var wrongSignatures = map[string]struct {
	input  string
	causes []string
}{
	"JSON signed":            {form(text, sum(message+shopKey)), []string{"json_signed"}},
	"base64 of base64":       {form(text, sum(b64(text)+shopKey)), []string{"base64_of_base64_signed"}},
	"percent-encoded":        {form(text, sum(url.QueryEscape(text)+shopKey)), []string{"percent_encoded_signed"}},
	"percent-encoded, .NET":  {form(text, sum(strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(text, "+", "%2b"), "/", "%2f"), "=", "%3d")+shopKey)), []string{"percent_encoded_signed"}},
	"blanks":                 {form(text, sum(strings.ReplaceAll(text, "+", " ")+shopKey)), []string{"blanks_signed"}},
	"lines of 76":            {form(text, sum(inLines(text, 76, "\r\n")+shopKey)), []string{"line_breaks_signed"}},
	"lines of 64":            {form(text, sum(inLines(text, 64, "\n")+"\n"+shopKey)), []string{"line_breaks_signed"}},
	"URL-safe":               {form(text, sum(strings.NewReplacer("+", "-", "/", "_").Replace(text)+shopKey)), []string{"url_safe_signed"}},
	"without padding":        {form(text, sum(strings.TrimRight(text, "=")+shopKey)), []string{"padding_differs"}},
	"padding not sent":       {form(strings.TrimRight(text, "="), sum(text+shopKey)), []string{"padding_differs"}},
	"BOM":                    {form(text, sum(b64("\ufeff"+message)+shopKey)), []string{"bom_differs"}},
	"in quotes":              {form(text, sum(`"`+text+`"`+shopKey)), []string{"quotes_signed"}},
	"with its name":          {form(text, sum("req="+text+shopKey)), []string{"form_signed"}},
	"upper-case text":        {form(text, sum(strings.ToUpper(text)+shopKey)), []string{"text_case_changed"}},
	"slashes escaped":        {form(text, sum(b64(strings.ReplaceAll(message, "/", `\/`))+shopKey)), []string{"other_json_signed"}},
	"blanks in the JSON":     {form(b64(strings.ReplaceAll(message, `":"`, `": "`)), sum(text+shopKey)), []string{"other_json_signed"}},
	"part of it":             {form(text, sum(text[:255]+shopKey)), []string{"part_signed"}},
	"a plus lost":            {form(strings.Replace(text, "+", "", 1), sum(text+shopKey)), []string{"plus_removed"}},
	"two plus lost":          {form(b64(plusses)[:40]+strings.Replace(b64(plusses)[40:], "+", "", 2), sum(b64(plusses)+shopKey)), []string{"plus_removed"}},
	"key in front":           {form(text, sum(shopKey+text)), []string{"key_in_front"}},
	"key on both sides":      {form(text, sum(shopKey+text+shopKey)), []string{"key_on_both_sides"}},
	"&key=":                  {form(text, sum(text+"&key="+shopKey)), []string{"key_separated"}},
	"a bar between":          {form(text, sum(text+"|"+shopKey)), []string{"key_separated"}},
	"line end between":       {form(text, sum(text+"\n"+shopKey)), []string{"line_end_between"}},
	"BOM in the key file":    {form(text, sum(text+"\ufeff"+shopKey)), []string{"line_end_between"}},
	"line end of key file":   {form(text, sum(text+shopKey+"\r\n")), []string{"key_with_line_end"}},
	"blank behind the key":   {form(text, sum(text+shopKey+" ")), []string{"key_with_line_end"}},
	"key in quotes":          {form(text, sum(text+`"`+shopKey+`"`)), []string{"key_in_quotes"}},
	"key in capitals":        {form(text, sum(text+strings.ToUpper(shopKey))), []string{"key_case_changed"}},
	"key hashed":             {form(text, sum(text+sum(shopKey))), []string{"key_hashed"}},
	"key as bytes":           {form(text, sum(text+"\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23\x45\x67\x89\xab\xcd\xef")), []string{"key_decoded"}},
	"no key":                 {form(text, sum(text)), []string{"signed_without_key"}},
	"md5 of md5":             {form(text, sum(sum(text+shopKey))), []string{"hashed_twice"}},
	"md5 of text first":      {form(text, sum(sum(text)+shopKey)), []string{"hashed_twice"}},
	"key before base64":      {form(text, sum(b64(message+shopKey))), []string{"key_inside_base64"}},
	"UTF-16":                 {form(text, sum(toUTF16(text+shopKey))), []string{"signed_as_utf16"}},
	"SHA-1":                  {form(text, fmt.Sprintf("%x", sha1.Sum([]byte(text+shopKey)))), []string{"signed_with_sha1"}},
	"SHA-256":                {form(text, fmt.Sprintf("%x", sha256.Sum256([]byte(text+shopKey)))), []string{"signed_with_sha256"}},
	"SM3":                    {form(text, fmt.Sprintf("%x", sm3.Sum([]byte(text+shopKey)))), []string{"signed_with_sm3"}},
	"HMAC":                   {form(text, hmacOf(text)), []string{"signed_with_hmac"}},
	"zeros lost":             {form(zeroed.text, strings.TrimLeft(zeroed.sign, "0")), []string{"sign_zeros_lost"}},
	"dashes":                 {form(text, dashed(sum(text+shopKey))), []string{"sign_decorated"}},
	"line end inside sign":   {form(text, sum(text + shopKey)[:16]+"\n"+sum(text + shopKey)[16:]), []string{"sign_decorated"}},
	"sign in base64":         {form(text, b64(raw(sum(text+shopKey)))), []string{"sign_in_base64"}},
	"sixteen digits":         {form(text, sum(text + shopKey)[8:24]), []string{"sign_of_16_digits"}},
	"sign cut off":           {form(text, sum(text + shopKey)[:30]), []string{"sign_cut_off"}},
	"other merchant's key":   {form(text, sum(text+otherKey)), []string{"key_of_other_merchant"}},
	"old key, day over":      {form(b64(third), sum(b64(third)+shopLapsedKey)), []string{"old_key_expired"}},
	"an unknown key":         {form(text, sum(text+"somebody else's")), []string{"unknown_key_or_text"}},
	"a sign that is no md5":  {form(text, "signature"), []string{"sign_malformed"}},
	"JSON, key in front":     {form(text, sum(shopKey+message)), []string{"json_signed", "key_in_front"}},
	"JSON, other's key":      {form(text, sum(message+otherKey)), []string{"key_of_other_merchant", "json_signed"}},
	"JSON, SHA-256":          {form(text, fmt.Sprintf("%x", sha256.Sum256([]byte(message+shopKey)))), []string{"json_signed", "signed_with_sha256"}},
	"percent, upper-case":    {form(text, strings.ToUpper(sum(url.QueryEscape(text)+shopKey))), []string{"percent_encoded_signed"}},
	"key in front, expired":  {form(b64(third), sum(shopLapsedKey+b64(third))), []string{"old_key_expired", "key_in_front"}},
	"hashed twice, base64":   {form(text, b64(raw(sum(sum(text+shopKey))))), []string{"hashed_twice", "sign_in_base64"}},
	"old key still accepted": {form(text, sum(shopOldKey+text)), []string{"key_in_front"}},
}

// plusses is a message whose base64 text has several "+".
var plusses = with("??>>~~", "~~>>>~~>>>")

// third is a message of the merchant whose previous key is not accepted any more.
var third = with("89900001", "89900003")

// wrongMessages are signed well.
var wrongMessages = map[string]struct{ message, cause string }{
	"yuan":               {with(`"1999"`, `"19.99"`), "amount_in_yuan"},
	"yuan as a number":   {with(`"1999"`, `19.5`), "amount_in_yuan"},
	"zero":               {with(`"1999"`, `"0"`), "amount_zero"},
	"separators":         {with(`"1999"`, `"1,999"`), "amount_malformed"},
	"no amount":          {with(`"1999"`, `""`), "amount_malformed"},
	"action in capitals": {with("WxCode", "WXCODE"), "action_case"},
	"unknown action":     {with("WxCode", "Payout"), "action_unsupported"},
	"no action":          {with(`"action":"WxCode",`, ""), "action_unsupported"},
	"orderid too short":  {with("T20261121000000001", "T2026"), "orderid_malformed"},
	"orderid of a try":   {with("T20261121000000001", "PAYBRIDGETRY0001"), "orderid_reserved"},
	"orderid with dash":  {with("T20261121000000001", "T2026-1121-0001"), "orderid_malformed"},
	"no backurl":         {with("http://shop.example/notify?token=canary-backurl", ""), "backurl_missing"},
	"relative backurl":   {with("http://shop.example", ""), "backurl_malformed"},
	"no code":            {with("280000000000canary1", ""), "code_missing"},
	"no ip":              {with("WxCode", "WxH5"), "ip_malformed"},
	"backurl in GBK":     {with("canary-backurl", "\xb2\xe8"), "backurl_not_utf8"},
	"code in GBK":        {with("280000000000canary1", "\xb2\xe8"), "code_not_utf8"},
	"list for code":      {with(`"280000000000canary1"`, "[]"), "code_malformed"},
	"list for openid":    {strings.Replace(with(`"oCanaryOpenID000000000000001"`, "[]"), "WxCode", "WxJsApi", 1), "openid_malformed"},
	"list for queryid":   {`{"merid":"89900001","queryid":[]}`, "queryid_malformed"},
	"amount twice":       {with(`"txnamt"`, `"txnamt":"1","txnamt"`), "txnamt_twice"},
	"orderid twice":      {with(`"orderid"`, `"orderid":"T20261121000000002","orderid"`), "orderid_twice"},
	"code too long":      {with("280000000000canary1", strings.Repeat("280000000000canary1", 9)), "code_malformed"},
	"bad fronturl":       {with(`"action":"WxCode"`, `"fronturl":"javascript:alert(1)","action":"WxJsApi"`), "fronturl_malformed"},
	"no order number":    {`{"merid":"89900001"}`, "orderid_missing"},
}

func TestWrongForms(t *testing.T) {
	t.Parallel()
	for name, tc := range wrongForms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := explain.Explain([]byte(tc.input), world(t))
			if len(r.Causes) == 0 || r.Causes[0].Name != tc.cause || r.Accepted {
				t.Errorf("causes %v, accepted %v; want %s first", names(r), r.Accepted, tc.cause)
			}
			mustKeepSecrets(t, r, canaries...)
		})
	}
}

func TestWrongSignatures(t *testing.T) {
	t.Parallel()
	for name, tc := range wrongSignatures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := explain.Explain([]byte(tc.input), world(t))
			if got := names(r); !slices.Equal(got, tc.causes) || r.Verified || r.Accepted {
				t.Errorf("causes %v, verified %v; want %v", got, r.Verified, tc.causes)
			}
			mustKeepSecrets(t, r, canaries...)
		})
	}
}

func TestWrongMessages(t *testing.T) {
	t.Parallel()
	for name, tc := range wrongMessages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := explain.Explain([]byte(signed(tc.message)), world(t))
			if len(r.Causes) == 0 || r.Causes[0].Name != tc.cause || !r.Verified || r.Accepted {
				t.Errorf("causes %v, verified %v; want %s", names(r), r.Verified, tc.cause)
			}
			mustKeepSecrets(t, r, canaries...)
		})
	}
}

func TestAcceptedRequests(t *testing.T) {
	t.Parallel()
	bom, encoded := "\ufeff"+message, url.QueryEscape(text)
	whole := func(body string) string {
		return fmt.Sprintf("POST /api/mpgateway HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
	for name, tc := range map[string]struct {
		input  string
		causes []string
	}{
		"as the book has it": {signed(message), nil},
		"raw plus":           {"req=" + text + "&sign=" + sum(text+shopKey), []string{"blanks_for_plus"}},
		"encoded twice":      {form(url.QueryEscape(text), sum(text+shopKey)), []string{"percent_encoded_twice"}},
		"line breaks":        {form(inLines(text, 76, "\r\n"), sum(text+shopKey)), []string{"line_breaks"}},
		"line end signed":    {whole("sign=" + sum(text+"\n"+shopKey) + "&req=" + encoded + "\n"), nil},
		"line end":           {whole("sign=" + sum(text+shopKey) + "&req=" + encoded + "\n"), []string{"line_breaks"}},
		"upper-case sign":    {form(text, strings.ToUpper(sum(text+shopKey))), []string{"upper_case_sign"}},
		"previous key":       {form(text, sum(text+shopOldKey)), []string{"previous_key_used"}},
		"no padding":         {form(strings.TrimRight(text, "="), sum(strings.TrimRight(text, "=")+shopKey)), []string{"padding_missing"}},
		"BOM":                {form(b64(bom), sum(b64(bom)+shopKey)), []string{"byte_order_mark"}},
		"GBK":                {signed(with(`{"action"`, "{\"goods\":\"\xb2\xe8\xbf\x5c\",\"action\"")), []string{"gbk"}},
		"Latin-1":            {signed(with(`{"action"`, "{\"goods\":\"caf\xe9 au lait\",\"action\"")), []string{"foreign_bytes"}},
		"payway in GBK":      {signed(with("??>>~~", "\xb2\xe8")), []string{"gbk"}},
		"long openid":        {signed(with("oCanaryOpenID000000000000001", strings.Repeat("oCanaryOpenID000000000000001", 9))), nil},
		"19.00 fen":          {signed(with(`"1999"`, `"19.00"`)), []string{"amount_with_decimals"}},
		"another req behind": {signed(message) + "&req=eyJ9", []string{"req_twice"}},
		"a query":            {signed(`{"merid":"89900001","orderid":"T20261121000000001"}`), nil},
		"multipart":          {multipartForm(text, sum(text+shopKey)), nil},
		"whole request":      {"POST /api/mpgateway HTTP/1.1\r\nHost: pay.example.com\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n" + signed(message), nil},
		"URL":                {"https://pay.example.com/apis/wxjspaygateway?" + signed(with("WxCode", "WxJsApi")), nil},
		"gopay URL":          {"/wxjsapi/gopay.html?" + signed(`{"merid":"89900001","orderid":"T20261121000000001","code":"ABCDEFGH01234567ABCDEFGH01234567"}`), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := explain.Explain([]byte(tc.input), world(t))
			if got := names(r); !slices.Equal(got, tc.causes) || !r.Verified || !r.Accepted || r.Merchant != "89900001" {
				t.Errorf("%s\ncauses %v, verified %v, accepted %v; want %v", printed(t, r), got, r.Verified, r.Accepted, tc.causes)
			}
			for _, c := range r.Causes {
				if !c.Accepted {
					t.Errorf("%s is said to be a fault", c.Name)
				}
			}
			mustKeepSecrets(t, r, canaries...)
		})
	}
}

// A message that names no merchant is judged by the one that the operator names.
func TestOperatorNamesTheMerchant(t *testing.T) {
	t.Parallel()
	w := world(t)
	w.MerID = "89900001"
	input := signed(with(`"merid":"89900001",`, ""))
	r := explain.Explain([]byte(input), w)
	if !slices.Equal(names(r), []string{"merid_missing"}) || r.Merchant != "89900001" {
		t.Errorf("causes %v of merchant %q", names(r), r.Merchant)
	}
	if !strings.Contains(printed(t, r), "the signature itself is right") {
		t.Errorf("the report does not say that the signature is right:\n%s", printed(t, r))
	}
}

// What a merchant hears is what the bridge would answer.
func TestReportTellsTheReply(t *testing.T) {
	t.Parallel()
	for input, want := range map[string]string{
		form(text, sum("x")):             "respcode 91 ",
		signed(with("WxCode", "Payout")): "respcode 97 ",
		signed(with(`"1999"`, `"1.5"`)):  "respcode 98 ",
		"req=&sign=":                     "respcode 90 ",
	} {
		if r := explain.Explain([]byte(input), world(t)); !strings.HasPrefix(r.Answer, want) {
			t.Errorf("answer %q, want %s", r.Answer, want)
		}
	}
}

// A program that mixes up its settings sends its key in place of something else.
func TestKeySentAsNumber(t *testing.T) {
	t.Parallel()
	for name, message := range map[string]string{
		"merid":         with("89900001", shopKey),
		"orderid":       with("T20261121000000001", shopKey),
		"in an orderid": with("T20261121000000001", "T-"+shopKey),
		"action":        with("WxCode", otherKey),
		"amount":        with("1999", shopOldKey),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, input := range []string{signed(message), message, form(b64(message), "x")} {
				mustKeepSecrets(t, explain.Explain([]byte(input), world(t)), canaries...)
			}
		})
	}
}

// Without any merchant a report can still be made.
func TestNoConfiguration(t *testing.T) {
	t.Parallel()
	r := explain.Explain([]byte(signed(message)), explain.World{Now: now})
	if r.Accepted || names(r)[0] != "merid_unknown" {
		t.Errorf("causes %v", names(r))
	}
}

func inLines(text string, width int, end string) string {
	var lines []string
	for ; len(text) > width; text = text[width:] {
		lines = append(lines, text[:width])
	}
	return strings.Join(append(lines, text), end)
}

func toUTF16(text string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(text)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return string(b)
}

func hmacOf(text string) string {
	h := hmac.New(md5.New, []byte(shopKey))
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil))
}

func raw(digest string) string {
	b, err := hex.DecodeString(digest)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func dashed(digest string) string {
	var pairs []string
	for i := 0; i < len(digest); i += 2 {
		pairs = append(pairs, strings.ToUpper(digest[i:i+2]))
	}
	return strings.Join(pairs, "-")
}

// zeroed is a request whose md5 begins with a zero, found by counting.
var zeroed = func() (z struct{ text, sign string }) {
	for n := 0; ; n++ {
		z.text = b64(with("T20261121000000001", fmt.Sprintf("T2026112100%08d", n)))
		if z.sign = sum(z.text + shopKey); z.sign[0] == '0' {
			return z
		}
	}
}()

func multipartForm(req, sign string) string {
	part := func(name, value string) string {
		return "--x7\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"
	}
	return part("req", req) + part("sign", sign) + "--x7--\r\n"
}

// A form that the bridge does not read at all, for its method or its Content-Type, has req
// once as before. Only a second, different one is told of.
func TestOneReqIsNotTwo(t *testing.T) {
	t.Parallel()
	multipart := "Content-Type: multipart/form-data; boundary=x\r\n"
	for name, tc := range map[string]struct {
		input  string
		causes []string
	}{
		"GET":                          {"GET /api/mpgateway?" + signed(message) + " HTTP/1.1\r\n\r\n", []string{"wrong_method"}},
		"GET, two":                     {"GET /api/mpgateway?" + signed(message) + "&req=eyJ9 HTTP/1.1\r\n\r\n", []string{"wrong_method", "req_twice"}},
		"multipart by mistake":         {"POST /api/mpgateway HTTP/1.1\r\n" + multipart + "\r\n" + signed(message), []string{"content_type_multipart"}},
		"multipart by mistake, two":    {"POST /api/mpgateway HTTP/1.1\r\n" + multipart + "\r\n" + signed(message) + "&req=eyJ9", []string{"content_type_multipart", "req_twice"}},
		"multipart by mistake, a copy": {"POST /api/mpgateway HTTP/1.1\r\n" + multipart + "\r\n" + signed(message) + "&" + signed(message), []string{"content_type_multipart"}},
	} {
		r := explain.Explain([]byte(tc.input), world(t))
		if got := names(r); !slices.Equal(got, tc.causes) {
			t.Errorf("%s: causes %v, want %v\n%s", name, got, tc.causes, printed(t, r))
		}
	}
}
