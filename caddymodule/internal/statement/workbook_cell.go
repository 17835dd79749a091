package statement

import (
	"encoding/xml"
	"strconv"
	"strings"
)

// What a cell is stored as, by its attribute t.
const (
	typeShared  = "s"
	typeInline  = "inlineStr"
	typeFormula = "str" // a text that a formula has made
	typeBoolean = "b"
	typeDate    = "d"
	typeError   = "e"
)

const noResult = "a formula without a result"

// cell reads a cell, and returns the column behind it.
func (s *sheet) cell(start xml.StartElement, column int) (next int, err error) {
	if reference := attribute(start, "r"); reference != "" {
		if column, err = columnOf(reference); err != nil {
			return 0, s.fail(err)
		}
	}
	value, formula, err := s.value(attribute(start, "t") == typeInline)
	if err != nil {
		return 0, err
	}
	text, kind, err := s.meaning(attribute(start, "t"), value)
	if err != nil {
		return 0, &PositionError{Line: s.line, Column: s.columnName(column), Err: err}
	}
	if text == "" && formula && kind == asNumber {
		text, kind = noResult, asError
	}
	return column + 1, s.put(column, text, kind)
}

// value reads what stands in a cell, up to its end, and whether a formula has made it.
func (s *sheet) value(inline bool) (text string, formula bool, err error) {
	var run textRun
	for {
		token, err := s.token()
		if err != nil {
			return "", false, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			formula = formula || t.Name.Local == "f"
			run.within = t.Name.Local == "v"
		case xml.EndElement:
			if t.Name.Local == "c" {
				return run.text(), formula, nil
			}
			run.within = false
		}
		if _, within := token.(xml.CharData); inline || within {
			run.take(token)
		}
	}
}

// meaning is what a cell says, by its type.
func (s *sheet) meaning(kind, value string) (string, storage, error) {
	switch kind {
	case typeShared:
		i, err := strconv.Atoi(strings.TrimSpace(value))
		text, found := s.texts.at(i)
		if err != nil || !found {
			return "", asText, say("the workbook is damaged: it has no shared text %s; get the statement again", shown(value))
		}
		return text, asText, nil
	case typeInline, typeFormula:
		return value, asText, nil
	case typeBoolean:
		if name, usual := map[string]string{"1": "TRUE", "0": "FALSE"}[value]; usual {
			value = name
		}
		return value, asText, nil
	case typeDate: // a workbook knows no zones
		return strings.TrimSuffix(value, "Z"), asText, nil
	case typeError:
		return value, asError, nil
	}
	value = strings.TrimSpace(value)
	if number, is := plainNumber(value); is {
		return number, asNumber, nil
	}
	if value == "" {
		return "", asNumber, nil
	}
	return value, asError, nil
}

// put puts what a cell says into its column.
func (s *sheet) put(column int, text string, kind storage) error {
	if text == "" {
		return nil
	}
	if column >= maxCells {
		return s.fail(errWideRow)
	}
	for len(s.cells) <= column {
		s.cells, s.kinds = append(s.cells, ""), append(s.kinds, asText)
	}
	s.cells[column], s.kinds[column] = text, kind
	return nil
}
