package tests

import (
	"archive/zip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// statementColumns are the columns of a workbook, as of the other statements.
const statementColumns = "交易时间,商户订单号,交易类型,交易金额（元）,交易状态,平台订单号"

// workbook writes lines of a statement as Excel stores them, in the second sheet: texts
// as texts, times as days, amounts as numbers.
func (w *world) workbook(lines []string) (path string) {
	w.t.Helper()
	path = filepath.Join(w.t.TempDir(), "statement.xlsx")
	file, err := os.Create(path)
	if err != nil {
		w.t.Fatal(err)
	}
	archive := zip.NewWriter(file)
	add := func(name, format string, values ...any) {
		part, err := archive.Create(name)
		if err == nil {
			_, err = fmt.Fprintf(part, format, values...)
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
	const relations, relation = `<Relationships>%s</Relationships>`, `<Relationship Id="%s" Type="x/%s" Target="%s"/>`
	add("_rels/.rels", relations, fmt.Sprintf(relation, "r1", "officeDocument", "xl/workbook.xml"))
	add("xl/workbook.xml", `<workbook xmlns:r="r"><sheets><sheet name="Cover" r:id="r2"/><sheet name="Orders" r:id="r3"/></sheets></workbook>`)
	add("xl/_rels/workbook.xml.rels", relations,
		fmt.Sprintf(relation, "r2", "worksheet", "sheet1.xml")+fmt.Sprintf(relation, "r3", "worksheet", "sheet2.xml"))
	const sheet = `<worksheet><sheetData>%s</sheetData></worksheet>`
	add("xl/sheet1.xml", sheet, `<row r="1"><c t="str"><v>see the next sheet</v></c></row>`)
	add("xl/sheet2.xml", sheet, w.sheetRows(lines))
	if err := archive.Close(); err != nil {
		w.t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		w.t.Fatal(err)
	}
	return path
}

func (w *world) sheetRows(lines []string) string {
	var rows strings.Builder
	for _, line := range append([]string{statementColumns}, lines...) {
		rows.WriteString("<row>")
		for i, cell := range strings.Split(line, ",") {
			at, err := time.ParseInLocation(time.DateTime, cell, beijing)
			switch {
			case err == nil:
				fmt.Fprintf(&rows, `<c s="1"><v>%.11f</v></c>`, at.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, beijing)).Hours()/24)
			case i == 3 && line != statementColumns:
				fmt.Fprintf(&rows, `<c><v>%s</v></c>`, cell)
			default:
				fmt.Fprintf(&rows, `<c t="inlineStr"><is><t>%s</t></is></c>`, cell)
			}
		}
		rows.WriteString("</row>")
	}
	return rows.String()
}
