package statement

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Options say what a statement does not say itself.
type Options struct {
	Columns   map[Role]string // the name of a column, or its number from 1
	NoHeader  bool            // the first line is data already; columns are given by number
	Unit      Unit            // of amounts; "" for what the heading says, else yuan
	Separator rune            // 0 for the usual one that the heading has
	Sheet     string          // of a workbook, its name or its number from 1; "" for the first
	Encoding  string          // utf-8 or gbk; "" for what the bytes say

	words map[string]meaning
}

// SetColumn takes an operator's role=column.
func (o *Options) SetColumn(text string) error {
	role, column, found := strings.Cut(text, "=")
	if !found || column == "" || !slices.Contains(Roles(), Role(role)) {
		return say("%s: write for example amount=交易金额 or amount=5; there are %s", shown(text), roleList())
	}
	if o.Columns == nil {
		o.Columns = make(map[Role]string)
	}
	o.Columns[Role(role)] = column
	return nil
}

// SetWord takes an operator's word=meaning of the column of the state.
func (o *Options) SetWord(text string) error { return o.setWord(text) }

// SetSeparator takes the character between cells.
func (o *Options) SetSeparator(text string) error {
	if text == "tab" || text == `\t` {
		text = "\t"
	}
	r, size := utf8.DecodeRuneInString(text)
	if size != len(text) || r == utf8.RuneError || strings.ContainsRune("\"\r\n", r) {
		return say("%s: write one character, or tab", shown(text))
	}
	o.Separator = r
	return nil
}

// SetEncoding takes the name of an encoding.
func (o *Options) SetEncoding(name string) error {
	switch o.Encoding = strings.ToLower(name); o.Encoding {
	case "utf-8", "gbk":
		return nil
	case "utf8":
		o.Encoding = "utf-8"
		return nil
	case "gb18030", "gb2312":
		o.Encoding = "gbk"
		return nil
	}
	return say("%s: write utf-8 or gbk", shown(name))
}

func roleList() string {
	names := make([]string, 0, len(columnNames))
	for _, role := range Roles() {
		names = append(names, string(role))
	}
	return strings.Join(names, ", ")
}

// SetUnit takes the unit of amounts.
func (o *Options) SetUnit(name string) (err error) {
	o.Unit, err = ParseUnit(name)
	return err
}
