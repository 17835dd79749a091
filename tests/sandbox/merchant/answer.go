package merchant

import (
	"io"
	"net/http"
	"strings"
)

// Answer is how a merchant's notification handler answers.
type Answer string

// The answers seen in the field, and some that only hostile receivers give.
const (
	// AnswerOK is a plain 0000.
	AnswerOK Answer = "0000"
	// AnswerJunk prints a PHP warning, and 0000 on the last line.
	AnswerJunk Answer = "junk before"
	// AnswerBOM is 0000 after a BOM.
	AnswerBOM Answer = "bom"
	// AnswerQuoted is 0000 in quotes.
	AnswerQuoted Answer = "quoted"
	// AnswerFail is the word fail.
	AnswerFail Answer = "fail"
	// AnswerP1 says that the order is credited already; still a retry.
	AnswerP1 Answer = "P1"
	// AnswerError is E3, as one client family answers errors.
	AnswerError Answer = "E3"
	// AnswerChinese is Chinese text with status 200.
	AnswerChinese Answer = "chinese"
	// AnswerGBK is the same text in GBK, as older programs write it without saying so.
	AnswerGBK Answer = "gbk"
	// AnswerMarkup is a page that would run a script where it is taken for HTML.
	AnswerMarkup Answer = "markup"
	// AnswerEmpty is status 200 without a body.
	AnswerEmpty Answer = "empty"
	// AnswerServerError is status 500, though its body is 0000.
	AnswerServerError Answer = "500"
	// AnswerRedirect is status 302 to the receiver's own address.
	AnswerRedirect Answer = "redirect"
	// AnswerSlow is 0000 after the receiver's SlowBy.
	AnswerSlow Answer = "slow"
	// AnswerHang is none, until the caller goes away or the receiver is closed.
	AnswerHang Answer = "hang"
	// AnswerHuge is 4 MiB of text that ends in a line 0000.
	AnswerHuge Answer = "huge"
)

// hugeBytes is the size of AnswerHuge without its last line.
const hugeBytes = 4 << 20

// answerTrait is what an answer puts on the wire, and whether a sender must
// take it for an acknowledgement.
type answerTrait struct {
	status       int // 200 if zero
	body         string
	acknowledges bool
}

// answers has all but AnswerSlow and AnswerHang, which depend on time.
var answers = map[Answer]answerTrait{
	AnswerOK:          {body: "0000", acknowledges: true},
	AnswerJunk:        {body: "\nWarning: Undefined index: paytime in notify.php on line 17\n0000\n", acknowledges: true},
	AnswerBOM:         {body: "\ufeff0000", acknowledges: true},
	AnswerQuoted:      {body: "\"0000\"\r\n", acknowledges: true},
	AnswerFail:        {body: "fail"},
	AnswerP1:          {body: "P1"},
	AnswerError:       {body: "E3"},
	AnswerChinese:     {body: "处理失败"},
	AnswerGBK:         {body: "\xb4\xa6\xc0\xed\xca\xa7\xb0\xdc"},
	AnswerMarkup:      {body: `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`},
	AnswerEmpty:       {},
	AnswerServerError: {status: http.StatusInternalServerError, body: "0000"},
	AnswerRedirect:    {status: http.StatusFound, body: "0000"},
	AnswerSlow:        {body: "0000", acknowledges: true},
	AnswerHang:        {},
	AnswerHuge:        {body: strings.Repeat("x", hugeBytes) + "\n0000"},
}

// Acknowledges reports whether a sender must take a for an acknowledgement.
// AnswerHuge is none, since only its first 64 KiB are read.
func (a Answer) Acknowledges() bool {
	return answers[a].acknowledges
}

// write puts the answer on the wire.
func (a Answer) write(w http.ResponseWriter, r *http.Request) {
	t := answers[a]
	if a == AnswerRedirect {
		w.Header().Set("Location", r.URL.Path)
	}
	if t.status != 0 {
		w.WriteHeader(t.status)
	}
	io.WriteString(w, t.body)
}
