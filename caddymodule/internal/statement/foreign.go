package statement

import (
	"bytes"
	"slices"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// foreign are kinds of files that are no statement, by how they begin, in small
// letters.
var foreign = []struct {
	begins []string
	is     bilingual.Said
}{
	{[]string{"\xd0\xcf\x11\xe0"}, say("this is an old Excel workbook (.xls) or one with a password; open it and save it as an Excel workbook (.xlsx) without a password, or get the statement as CSV")},
	{[]string{"\x1f\x8b", "rar!", "7z\xbc\xaf"}, say("this is an archive; unpack it first")},
	{[]string{"%pdf"}, say("this is a PDF; get the statement as CSV")},
	{[]string{"<html", "<!doc", "<table"}, say("this is a web page, whatever it is called; open it and save it as an Excel workbook (.xlsx), or get the statement as CSV")},
	{[]string{"<?xml"}, say("this is XML; open it with a spreadsheet program and save it as an Excel workbook (.xlsx), or get the statement as CSV")},
}

// notText refuses files that are known for what they are.
func notText(head []byte) error {
	start := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(head, markUTF8)))
	for _, kind := range foreign {
		if slices.ContainsFunc(kind.begins, func(begin string) bool {
			return bytes.HasPrefix(head, []byte(begin)) || bytes.HasPrefix(start, []byte(begin))
		}) {
			return kind.is
		}
	}
	return nil
}
