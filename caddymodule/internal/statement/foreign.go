package statement

import (
	"bytes"
	"errors"
	"slices"
)

// foreign are kinds of files that are no statement, by how they begin, in small
// letters.
var foreign = []struct {
	begins []string
	is     string
}{
	{[]string{"\xd0\xcf\x11\xe0"}, "this is an old Excel workbook (.xls) or one with a password; " +
		"open it and save it as an Excel workbook (.xlsx) without a password, or get the statement as CSV"},
	{[]string{"\x1f\x8b", "rar!", "7z\xbc\xaf"}, "this is an archive; unpack it first"},
	{[]string{"%pdf"}, "this is a PDF; get the statement as CSV"},
	{[]string{"<html", "<!doc", "<table"}, "this is a web page, whatever it is called; open it and save it as an Excel workbook (.xlsx), or get the statement as CSV"},
	{[]string{"<?xml"}, "this is XML; open it with a spreadsheet program and save it as an Excel workbook (.xlsx), or get the statement as CSV"},
}

// notText refuses files that are known for what they are.
func notText(head []byte) error {
	start := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(head, markUTF8)))
	for _, kind := range foreign {
		if slices.ContainsFunc(kind.begins, func(begin string) bool {
			return bytes.HasPrefix(head, []byte(begin)) || bytes.HasPrefix(start, []byte(begin))
		}) {
			return errors.New(kind.is)
		}
	}
	return nil
}
