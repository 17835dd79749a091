package explain

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/tidwall/gjson"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// signedText is a text that a merchant's program may have signed. The zero causeText
// say that it is the right one.
type signedText struct {
	causeText
	of func(*evidence) []string
}

// texts are tried from top to bottom. The first is what is right: the forms that
// the bridge itself tries.
var texts = []signedText{
	{of: receivedTexts},
	{of: messageTexts, causeText: causeText{
		name:     "json_signed",
		happened: "What is signed is the JSON, not its base64 text.",
		advice:   "Tell the merchant: sign = md5(req + key), with req exactly as it is sent, after base64.",
	}},
	{of: twiceEncodedTexts, causeText: causeText{
		name:     "base64_of_base64_signed",
		happened: "The base64 text was encoded in base64 once more, and only one of the two was signed.",
		advice:   "Tell the merchant: encode the JSON in base64 once, and sign that text.",
	}},
	{of: percentTexts, causeText: causeText{
		name:     "percent_encoded_signed",
		happened: "What is signed is the base64 text after percent-encoding (%2B, %3D).",
		advice:   "Tell the merchant: sign the base64 text first, and percent-encode it only when it is put into the form.",
	}},
	{of: blankTexts, causeText: causeText{
		name:     "blanks_signed",
		happened: `What is signed is the base64 text with blanks in place of "+".`,
		advice:   "Tell the merchant: sign the base64 text itself, before any form decoding turns + into a blank.",
	}},
	{of: brokenLineTexts, causeText: causeText{
		name:     "line_breaks_signed",
		happened: "What is signed is the base64 text broken into lines, and it is sent without the line breaks.",
		advice:   "Tell the merchant: use base64 without line breaks (in Java Base64.getEncoder, not the MIME encoder; in PHP no chunk_split).",
	}},
	{of: urlSafeTexts, causeText: causeText{
		name:     "url_safe_signed",
		happened: "What is signed is base64 in the URL-safe alphabet (- and _ in place of + and /).",
		advice:   "Tell the merchant: use standard base64, for signing and for sending.",
	}},
	{of: paddingTexts, causeText: causeText{
		name:     "padding_differs",
		happened: `The "=" at the end of the base64 text is signed and not sent, or sent and not signed.`,
		advice:   "Tell the merchant: sign exactly the text that is sent, with its = at the end.",
	}},
	{of: bomTexts, causeText: causeText{
		name:     "bom_differs",
		happened: "A byte order mark in front of the JSON is signed and not sent, or sent and not signed.",
		advice:   "Tell the merchant: write the JSON without a byte order mark, and sign the text that is sent.",
	}},
	{of: quotedTexts, causeText: causeText{
		name:     "quotes_signed",
		happened: "What is signed is the base64 text in quotes.",
		advice:   "Tell the merchant: sign the bare base64 text; JSON encoding it once more puts quotes around it.",
	}},
	{of: formTexts, causeText: causeText{
		name:     "form_signed",
		happened: "What is signed is the parameter with its name (req=...), not its value.",
		advice:   "Tell the merchant: sign the value of req alone.",
	}},
	{of: otherCaseTexts, causeText: causeText{
		name:     "text_case_changed",
		happened: "The base64 text was turned into upper or lower case before it was signed.",
		advice:   "Tell the merchant: sign the base64 text as it is; only the letters of the md5 do not matter.",
	}},
	{of: rewrittenTexts, causeText: causeText{
		name:     "other_json_signed",
		happened: "What is signed is the same JSON written in another way: without blanks, in another order, or with other escapes.",
		advice:   "Tell the merchant: make the JSON once, and sign and send the same text.",
	}},
}

func receivedTexts(e *evidence) []string {
	var all []string
	for _, text := range v1.Candidates(e.sent.Req) {
		all = append(all, text)
	}
	return all
}

func messageTexts(e *evidence) []string {
	return present(string(e.raw), string(e.message))
}

func twiceEncodedTexts(e *evidence) []string {
	all := []string{encoded(e.text)}
	if once, err := base64.StdEncoding.DecodeString(e.text); err == nil && e.coding == inBase64Twice {
		all = append(all, string(once))
	}
	return all
}

func percentTexts(e *evidence) []string {
	escaped := url.QueryEscape(e.text)
	return []string{escaped, lowerEscapes(escaped), url.QueryEscape(escaped)}
}

// lowerEscapes writes percent escapes as .NET does: %2b.
func lowerEscapes(escaped string) string {
	return strings.NewReplacer("%2B", "%2b", "%2F", "%2f", "%3D", "%3d").Replace(escaped)
}

func blankTexts(e *evidence) []string {
	return []string{strings.ReplaceAll(e.text, "+", " ")}
}

// brokenLineTexts breaks lines as PEM (64), MIME (76) and their many
// implementations do.
func brokenLineTexts(e *evidence) []string {
	var all []string
	for _, width := range []int{76, 64} {
		for _, end := range []string{"\r\n", "\n"} {
			broken := breakLines(e.text, width, end)
			all = append(all, broken, broken+end)
		}
	}
	return all
}

func breakLines(text string, width int, end string) string {
	var b strings.Builder
	for len(text) > width {
		b.WriteString(text[:width] + end)
		text = text[width:]
	}
	return b.String() + text
}

func urlSafeTexts(e *evidence) []string {
	safe := strings.NewReplacer("+", "-", "/", "_").Replace(e.text)
	standard := strings.NewReplacer("-", "+", "_", "/").Replace(e.text)
	return []string{safe, strings.TrimRight(safe, "="), standard}
}

func paddingTexts(e *evidence) []string {
	bare := strings.TrimRight(e.text, "=")
	return []string{bare, bare + strings.Repeat("=", (4-len(bare)%4)%4)}
}

func bomTexts(e *evidence) []string {
	bare := bytes.TrimPrefix(e.raw, utf8BOM)
	return []string{encoded(string(bare)), encoded(string(utf8BOM) + string(bare))}
}

func quotedTexts(e *evidence) []string {
	return []string{`"` + e.text + `"`, "'" + e.text + "'"}
}

func formTexts(e *evidence) []string {
	return []string{"req=" + e.text, "req=" + url.QueryEscape(e.text), "&req=" + e.text, "?req=" + e.text}
}

func otherCaseTexts(e *evidence) []string {
	return []string{strings.ToUpper(e.text), strings.ToLower(e.text)}
}

// rewrittenTexts writes the JSON as other programs and other settings of the
// same program write it.
func rewrittenTexts(e *evidence) []string {
	if !gjson.ValidBytes(e.message) {
		return nil
	}
	plain := string(e.message)
	var compact bytes.Buffer
	if err := json.Compact(&compact, e.message); err != nil {
		return nil
	}
	all := []string{
		compact.String(),
		strings.ReplaceAll(plain, `\/`, "/"),
		strings.ReplaceAll(strings.ReplaceAll(plain, `\/`, "/"), "/", `\/`),
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(e.message, &members); err == nil {
		if sorted, err := json.Marshal(members); err == nil {
			all = append(all, string(sorted))
		}
	}
	for i := range all {
		all[i] = encoded(all[i])
	}
	return all
}

func encoded(message string) string { return base64.StdEncoding.EncodeToString([]byte(message)) }

// present returns the texts that are not empty.
func present(given ...string) []string {
	var all []string
	for _, text := range given {
		if text != "" {
			all = append(all, text)
		}
	}
	return all
}
