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
)

// ReadFile reads a merchants file: a JSON array of merchants with the same
// members as in the configuration. Unknown and repeated members are refused, so
// that a misspelt one is not silently ignored. Errors say line and column.
func ReadFile(path string) ([]Config, error) {
	data, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("reading merchants file: %w", err)
	}
	configs, err := parseFile(bytes.TrimPrefix(data, []byte(bom)))
	var at *placeError
	if errors.As(err, &at) {
		return nil, fmt.Errorf("merchants file %s:%w", path, at)
	}
	if err != nil {
		return nil, fmt.Errorf("merchants file %s: %w", path, err)
	}
	return configs, nil
}

// placeError is an error at a line and a column, both counted from 1, the column
// in characters.
type placeError struct {
	line, column int
	err          error
}

func (e *placeError) Error() string { return fmt.Sprintf("%d:%d: %v", e.line, e.column, e.err) }
func (e *placeError) Unwrap() error { return e.err }

// placed says where in a text an error is.
func placed(text []byte, offset int64, err error) error {
	before := text[:max(0, min(offset, int64(len(text))))]
	lineStart := bytes.LastIndexByte(before, '\n') + 1
	return &placeError{line: bytes.Count(before, []byte("\n")) + 1, column: utf8.RuneCount(before[lineStart:]) + 1, err: err}
}

func parseFile(data []byte) ([]Config, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")), bytes.IndexByte(data, 0) >= 0:
		return nil, errors.New("is written in UTF-16: save it as UTF-8")
	case !utf8.Valid(data):
		return nil, placed(data, int64(firstInvalid(data)), errors.New("this is not UTF-8 (GBK?): save the file as UTF-8"))
	case len(bytes.TrimSpace(data)) == 0:
		return nil, errors.New("is empty: write an array of merchants, [] for none")
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	var rows []json.RawMessage
	if err := dec.Decode(&rows); err != nil {
		return nil, placedJSON(data, 0, err)
	}
	if rows == nil {
		return nil, errors.New("null is no array of merchants")
	}
	if end := dec.InputOffset(); len(bytes.TrimSpace(data[end:])) > 0 {
		return nil, placed(data, end+int64(bytes.IndexFunc(data[end:], isInk)), errors.New("text after the array of merchants"))
	}
	return parseRows(data, len(rows))
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

// parseRows reads the merchants of an array that is known to be whole.
func parseRows(data []byte, count int) ([]Config, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	configs := make([]Config, 0, count)
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	for dec.More() {
		var row json.RawMessage
		if err := dec.Decode(&row); err != nil {
			return nil, placedJSON(data, 0, err)
		}
		start := dec.InputOffset() - int64(len(row))
		if err := checkMembers(data, row, start, configMembers); err != nil {
			return nil, err
		}
		var config Config
		if err := json.Unmarshal(row, &config); err != nil {
			return nil, placedJSON(data, start, err)
		}
		configs = append(configs, config)
	}
	return configs, nil
}

// placedJSON says where a fault of JSON is, when the text that was decoded begins
// at start.
func placedJSON(data []byte, start int64, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return placed(data, start+syntax.Offset-1, fmt.Errorf("no JSON: %w", syntax))
	case errors.As(err, &kind) && kind.Field != "":
		return placed(data, start+kind.Offset-1, fmt.Errorf("%s: write %s, not %s", kind.Field, jsonKind(kind.Type.Kind().String()), withArticle(kind.Value)))
	case errors.As(err, &kind):
		return placed(data, start+max(kind.Offset-1, 0), fmt.Errorf("write %s here, not %s", jsonKind(kind.Type.Kind().String()), withArticle(kind.Value)))
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return placed(data, int64(len(data)), errors.New("no JSON: the file breaks off here"))
	}
	return err
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
	}
	return `a text "..."`
}
