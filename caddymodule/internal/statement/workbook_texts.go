package statement

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// texts are the texts that the cells of a workbook share, one behind the other.
type texts struct {
	all  strings.Builder
	ends []int
}

// at returns a text by its number.
func (t *texts) at(i int) (string, bool) {
	if i < 0 || i >= len(t.ends) {
		return "", false
	}
	from := 0
	if i > 0 {
		from = t.ends[i-1]
	}
	return t.all.String()[from:t.ends[i]], true
}

// sharedTexts reads the texts that cells share.
func (w *workbook) sharedTexts() (*texts, error) {
	t := new(texts)
	if w.texts == "" {
		return t, nil
	}
	part, err := w.unpack(w.texts, maxStrings)
	if err != nil {
		return nil, err
	}
	limit := rowsOf(part)
	from := xml.NewDecoder(limit)
	var run textRun
	for {
		token, err := from.RawToken()
		if errors.Is(err, io.EOF) {
			return t, part.Close()
		}
		if err != nil {
			return nil, damaged(w.texts, errors.Join(err, part.Close()))
		}
		run.take(token)
		if end, is := token.(xml.EndElement); is && end.Name.Local == "si" {
			limit.reset()
			_, _ = t.all.WriteString(run.text()) // a Builder does not fail
			t.ends = append(t.ends, t.all.Len())
		}
	}
}

// textRun gathers a text out of its runs. What is only written above it, to say how
// it is read aloud, is none of it.
type textRun struct {
	runs   strings.Builder
	within bool // a run
	aloud  bool
}

// take takes the next token.
func (r *textRun) take(token xml.Token) {
	switch token := token.(type) {
	case xml.StartElement:
		switch token.Name.Local {
		case "t":
			r.within = !r.aloud
		case "rPh":
			r.aloud = true
		}
	case xml.EndElement:
		switch token.Name.Local {
		case "t":
			r.within = false
		case "rPh":
			r.aloud = false
		}
	case xml.CharData:
		if r.within {
			_, _ = r.runs.Write(token)
		}
	}
}

// text returns what was gathered and begins anew.
func (r *textRun) text() string {
	text := r.runs.String()
	r.runs.Reset()
	return unescape(text)
}

// escaped is how workbooks write characters that XML cannot have.
var escaped = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

func unescape(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	return escaped.ReplaceAllStringFunc(text, func(code string) string {
		r, _ := strconv.ParseUint(code[2:6], 16, 16)
		return string(rune(r))
	})
}
