package statement

import (
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
)

// sheet is a sheet of a workbook, read as it is unpacked.
type sheet struct {
	file   io.Closer
	part   io.ReadCloser
	limit  *lineLimit
	xml    *xml.Decoder
	texts  *texts
	epoch  epoch
	name   string
	others string // the names of all sheets, where there are several

	line  int
	cells []string
	kinds []storage
}

var (
	errCutShort  = say("the sheet ends in the middle; get the statement again")
	errRowOrder  = say("rows that are not in order; open the workbook and save it as .xlsx")
	errLongRow   = say("more than %d MiB come without the end of a row", maxPart>>20)
	errWideRow   = say("more than %d columns", maxCells)
	errReference = say("a cell that does not stand in any column")
)

// next implements source.
func (s *sheet) next() ([]string, int, error) {
	for {
		token, err := s.token()
		if err != nil {
			return nil, s.line, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local == "row" {
				if err := s.row(token); err != nil {
					return nil, s.line, err
				}
				return s.cells, s.line, nil
			}
		case xml.EndElement:
			if token.Name.Local == "sheetData" {
				return nil, s.line, s.finish()
			}
		}
	}
}

// token returns the next token of the sheet. That it ends here is an error: its rows
// have an end of their own.
func (s *sheet) token() (xml.Token, error) {
	token, err := s.xml.RawToken()
	switch {
	case errors.Is(err, io.EOF):
		return nil, s.fail(errCutShort)
	case err != nil:
		return nil, s.fail(err)
	}
	return token, nil
}

func (s *sheet) fail(err error) error { return &PositionError{Line: s.line, Err: err} }

// finish reads what stands behind the rows, so that damage is found by the archive's
// checksum.
func (s *sheet) finish() error {
	if _, err := io.Copy(io.Discard, s.part); err != nil {
		return s.fail(say("a workbook that is damaged (%v); get the statement again", err))
	}
	return io.EOF
}

// row reads the cells of a row.
func (s *sheet) row(start xml.StartElement) error {
	line := s.line + 1
	if r := attribute(start, "r"); r != "" {
		n, err := strconv.Atoi(r)
		if err != nil || n < line {
			return s.fail(errRowOrder)
		}
		line = n
	}
	s.line, s.cells, s.kinds = line, s.cells[:0], s.kinds[:0]
	s.limit.reset()
	next := 0 // the column of a cell that does not say where it stands
	for {
		token, err := s.token()
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local == "c" {
				if next, err = s.cell(token, next); err != nil {
					return err
				}
			}
		case xml.EndElement:
			if token.Name.Local == "row" {
				return nil
			}
		}
	}
}

// stored implements source.
func (s *sheet) stored(i int) storage {
	if i < len(s.kinds) {
		return s.kinds[i]
	}
	return asText
}

// columnName implements source.
func (s *sheet) columnName(i int) string {
	const letters = 26
	name := ""
	for i++; i > 0; i = (i - 1) / letters {
		name = string(rune('A'+(i-1)%letters)) + name
	}
	return name
}

// since implements source.
func (s *sheet) since() epoch { return s.epoch }

// whatElse implements source: the statement may be in another sheet.
func (s *sheet) whatElse(err error) error {
	if s.others == "" || !errors.Is(err, errIncomplete) && !errors.Is(err, errNoNames) {
		return err
	}
	return say("sheet %s: %v; the workbook has %s: --sheet", shown(s.name), err, s.others)
}

// Close implements source.
func (s *sheet) Close() error { return errors.Join(s.part.Close(), s.file.Close()) }

// attribute returns an attribute, "" if it is not there.
func attribute(of xml.StartElement, name string) string {
	for _, a := range of.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// columnOf reads the column out of a reference such as AB12, 0 being the first.
func columnOf(reference string) (int, error) {
	const letters, most = 26, 3
	column := 0
	name := strings.TrimRight(reference, "0123456789")
	for _, r := range strings.ToUpper(name) {
		if r < 'A' || r > 'Z' {
			return 0, errReference
		}
		column = column*letters + int(r-'A') + 1
	}
	if name == "" || len(name) > most {
		return 0, errReference
	}
	return column - 1, nil
}
