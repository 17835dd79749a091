package merchants

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
)

// ReadFile reads a merchants file: a JSON array of merchants with the same
// members as in the configuration. Unknown and repeated members are refused, so
// that a misspelt one is not silently ignored. It returns the merchants that could
// be read, with the places of their members; its error is a [configerror.List] of
// what is wrong with the others.
func ReadFile(path string) ([]Config, error) {
	data, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("reading merchants file: %w", err)
	}
	f := &merchantsFile{locator: newLocator(path, bytes.TrimPrefix(data, []byte(bom)))}
	configs := f.parse()
	return configs, f.errs.Err()
}

// merchantsFile is a merchants file that is being read.
type merchantsFile struct {
	*locator
	errs configerror.List
}

// wrong adds an error at an offset.
func (f *merchantsFile) wrong(offset int64, err error) { f.errs.Add(f.at(offset), err) }

// whole adds an error of the file as a whole.
func (f *merchantsFile) whole(words string) {
	f.errs.Add(configerror.Position{File: f.path}, errors.New("merchants file: "+words))
}

func (f *merchantsFile) parse() []Config {
	data := f.text
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")), bytes.IndexByte(data, 0) >= 0:
		f.whole("is written in UTF-16: save it as UTF-8")
		return nil
	case !utf8.Valid(data):
		f.wrong(int64(firstInvalid(data)), errors.New("this is not UTF-8 (GBK?): save the file as UTF-8"))
		return nil
	case len(bytes.TrimSpace(data)) == 0:
		f.whole("is empty: write an array of merchants, [] for none")
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	var rows []json.RawMessage
	if err := dec.Decode(&rows); err != nil {
		f.notJSON(0, err)
		return nil
	}
	if rows == nil {
		f.whole("null is no array of merchants")
		return nil
	}
	if end := dec.InputOffset(); len(bytes.TrimSpace(data[end:])) > 0 {
		f.wrong(end+int64(bytes.IndexFunc(data[end:], isInk)), errors.New("text after the array of merchants"))
	}
	return f.rows(len(rows))
}

func isInk(r rune) bool { return !strings.ContainsRune(" \t\r\n", r) }

func firstInvalid(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(data)
}

// rows reads the merchants of an array that is known to be whole.
func (f *merchantsFile) rows(count int) []Config {
	dec := json.NewDecoder(bytes.NewReader(f.text))
	configs := make([]Config, 0, count)
	if _, err := dec.Token(); err != nil {
		f.notJSON(0, err)
	}
	for dec.More() {
		var row json.RawMessage
		if err := dec.Decode(&row); err != nil {
			f.notJSON(0, err)
			break
		}
		if config, ok := f.row(row, dec.InputOffset()-int64(len(row))); ok {
			configs = append(configs, config)
		}
	}
	return configs
}

// row reads a merchant that begins at start, and reports whether that went well.
func (f *merchantsFile) row(row []byte, start int64) (Config, bool) {
	before := len(f.errs)
	source := configerror.Source{"merid": f.at(start)} // where there is no merid
	f.members(row, start, "", configMembers, source)
	var config Config
	if len(f.errs) == before {
		if err := json.Unmarshal(row, &config); err != nil {
			f.notJSON(start, err)
		}
	}
	config.Source = source
	return config, len(f.errs) == before
}

// notJSON adds a fault of JSON, when the text that was decoded begins at start.
func (f *merchantsFile) notJSON(start int64, err error) {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		f.wrong(start+syntax.Offset-1, fmt.Errorf("no JSON: %w", syntax))
	case errors.As(err, &kind) && kind.Field != "":
		f.wrong(start+kind.Offset-1, fmt.Errorf("%s: write %s, not %s", kind.Field, jsonKind(kind.Type.Kind().String()), withArticle(kind.Value)))
	case errors.As(err, &kind):
		f.wrong(start+max(kind.Offset-1, 0), fmt.Errorf("write %s here, not %s", jsonKind(kind.Type.Kind().String()), withArticle(kind.Value)))
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		f.wrong(int64(len(f.text)), errors.New("no JSON: the file breaks off here"))
	default:
		f.wrong(start, err)
	}
}

// withArticle is a kind of JSON value as people speak of it.
func withArticle(value string) string {
	if strings.HasPrefix(value, "a") || strings.HasPrefix(value, "o") {
		return "an " + value
	}
	return "a " + value
}

// jsonKind names a kind of Go as JSON calls it.
func jsonKind(kind string) string {
	switch kind {
	case "slice":
		return "an array [...]"
	case "struct":
		return "an object {...}"
	case "bool":
		return "true or false"
	case "int":
		return "a number"
	}
	return `a text "..."`
}
