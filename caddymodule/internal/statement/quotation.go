package statement

import (
	"bytes"
	"encoding/csv"
	"io"
	"slices"
	"strings"
)

var errNotClosed = say("the quotation mark before this text is not closed in its line, so that the lines behind it would be lost in the text; take the mark away, or get the statement again")

// severalLines returns the first cell that holds the end of a line with something
// behind it, and -1 if none does. Such a cell is a text of several lines, or lines of
// the statement that a quotation mark has taken in: in 12" and "12 it means inches.
func severalLines(cells []string) int {
	return slices.IndexFunc(cells, func(cell string) bool { return strings.Contains(strings.TrimRight(cell, "\r\n"), "\n") })
}

// quotedWell reports whether a record keeps to the rules: a mark within a text is
// written twice, and one that is opened is closed before a separator. Only so it is
// certain where a text of several lines ends.
func (t *textFile) quotedWell(record []byte) bool {
	strict := csv.NewReader(bytes.NewReader(record))
	strict.Comma, strict.FieldsPerRecord = t.reader.Comma, -1
	_, err := strict.Read()
	return err == nil
}

// takenIn returns a cell that holds a whole line of the statement, which may have been
// taken in by the rules: "12 in one line and 12" at the end of a later one. It returns
// -1 if none does.
func (r *Reader) takenIn(cells []string) int {
	text, divided := r.source.(*textFile)
	if !divided || severalLines(cells) < 0 {
		return -1
	}
	column := r.heading.columns[AmountColumn].Index
	return slices.IndexFunc(cells, func(cell string) bool {
		lines := strings.Split(cell, "\n")
		return slices.ContainsFunc(lines[1:], func(line string) bool {
			within := strings.Split(line, string(text.reader.Comma))
			if len(within) < len(r.names) || len(within) <= column {
				return false
			}
			_, _, err := amount(clean(within[column]), Yuan)
			return err == nil
		})
	})
}

// recordText keeps the text of the record that is being read.
type recordText struct {
	from  io.Reader
	begun int64 // where in the file the record begins
	kept  []byte
	start int64 // where in the file kept begins
}

// begin begins a record at a place of the file.
func (r *recordText) begin(at int64) { r.begun = at }

// until is the text of the record that ends at a place of the file.
func (r *recordText) until(end int64) []byte { return r.kept[r.begun-r.start : end-r.start] }

// Read implements io.Reader.
func (r *recordText) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	r.kept = append(r.kept[:copy(r.kept, r.kept[r.begun-r.start:])], p[:n]...)
	r.start = r.begun
	return n, err
}
