package statement

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// readFile reads a statement of testdata, which other programs have written.
func readFile(t *testing.T, name string, o Options) ([]Row, error) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	must(t, err)
	return read(string(text), o)
}

// TestWorkbooks: workbooks as three writers make them are read exactly: texts that are
// shared or stand in their cells, amounts that are stored as binary fractions, times as
// days since 1900 and 1904, alone and divided.
func TestWorkbooks(t *testing.T) {
	t.Parallel()
	refund := Row{Line: 6, Number: "PB00000000000000000000000001", Refunds: true, RefundFen: 1999, State: Succeeded, RefundState: Succeeded, At: at("2026-11-22 15:59:59")}
	for _, c := range []struct {
		file    string
		options Options
		want    []Row
	}{
		{"openpyxl.xlsx", Options{Sheet: "交易明细"}, []Row{
			by("4200000000001234567", paid(4, "PB00000000000000000000000001", 1999, "2026-11-22 10:00:00")),
			by("4200000000001234568", paid(5, "PB00000000000000000000000002", 10, "2026-11-22 11:02:03")),
			by("4200000000001234567", refund),
			by("4200000000001234569", paid(7, "20260101000001", 100000000, "2026-11-22 10:00:00")),
		}},
		{"xlsxwriter-1904.xlsx", Options{}, []Row{
			paid(2, "A1", 1999, "2026-11-22 09:30:16"),
			paid(3, "A2", 101990, "2026-11-22 09:30:17"),
			{Line: 4, Number: "A3", Pays: true, Fen: 500, State: Failed, At: at("2026-11-22 09:30:18")},
		}},
		{"xlsxwriter-inline.xlsx", Options{}, []Row{paid(2, "0012", 1999, "2026-11-22 09:05:00")}},
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			got, err := readFile(t, c.file, c.options)
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("%v\n%+v, want\n%+v", err, got, c.want)
			}
			c.options.Sheet = "2"
			if again, err := readFile(t, c.file, c.options); c.file == "openpyxl.xlsx" && (err != nil || !slices.Equal(again, c.want)) {
				t.Errorf("by the sheet's number: %v, %+v", err, again)
			}
		})
	}
	_, err := readFile(t, "openpyxl.xlsx", Options{})
	wantError(t, err, `sheet "说明": no line has names`, `the workbook has "说明", "交易明细": --sheet`)
	_, err = readFile(t, "openpyxl.xlsx", Options{Sheet: "明细"})
	wantError(t, err, `--sheet "明细": the workbook has "说明", "交易明细"`)
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v, want %q", err, part)
		}
	}
}

// parts are those of a workbook, by their names.
type parts map[string]string

// book makes a workbook of one sheet out of the XML of its rows, and of shared texts.
func book(rows string, shared ...string) parts {
	return parts{
		"_rels/.rels":     `<Relationships><Relationship Id="r1" Type="http://x/officeDocument" Target="/xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml": `<workbook xmlns:r="http://r"><sheets><sheet name="S" sheetId="9" r:id="r2"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r2" Type="http://x/worksheet" Target="worksheets/a.xml"/>` +
			`<Relationship Id="r3" Type="http://x/sharedStrings" Target="texts.xml"/></Relationships>`,
		"xl/texts.xml":        `<sst count="99999999999">` + strings.Join(shared, "") + `</sst>`,
		"xl/worksheets/a.xml": `<worksheet><sheetData>` + rows + `</sheetData></worksheet>`,
	}
}

// statementRows are rows with the names of the columns number, amount, state and time,
// and a line of cells.
func statementRows(cells string) string {
	heading := ""
	for i, name := range []string{"商户订单号", "交易金额", "交易状态", "交易时间"} {
		heading += fmt.Sprintf(`<c r="%c1" t="str"><v>%s</v></c>`, 'A'+i, name)
	}
	return `<row r="1">` + heading + `</row><row r="2">` + cells + `</row>`
}

// packed is the workbook as a file.
func (p parts) packed() string {
	var file bytes.Buffer
	archive := zip.NewWriter(&file)
	for _, name := range slices.Sorted(keysOf(p)) {
		part, err := archive.Create(name)
		if err == nil {
			_, err = io.WriteString(part, p[name])
		}
		if err != nil {
			panic(err)
		}
	}
	if err := archive.Close(); err != nil {
		panic(err)
	}
	return file.String()
}

func keysOf(p parts) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range p {
			if !yield(name) {
				return
			}
		}
	}
}

const (
	textA1  = `<c r="A2" t="inlineStr"><is><t>A1</t></is></c>`
	oneYuan = `<c r="B2"><v>1</v></c>`
)

// TestCells: what Excel stores for what was typed is read as it was typed.
func TestCells(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, cells string
		want        Row
	}{
		{"a binary fraction", textA1 + `<c r="B2" s="3"><v>19.989999999999998</v></c>`, Row{Number: "A1", Fen: 1999}},
		{"the sum of a formula", textA1 + `<c r="B2"><f>0.1+0.2</f><v>0.30000000000000004</v></c>`, Row{Number: "A1", Fen: 30}},
		{"an exponent", textA1 + `<c r="B2"><v>1.9990000000000001E1</v></c>`, Row{Number: "A1", Fen: 1999}},
		{"the largest that is rounded", textA1 + `<c r="B2"><v>12345678901.229999</v></c>`, Row{Number: "A1", Fen: 1234567890123}},
		{"an amount as text", textA1 + `<c r="B2" t="inlineStr"><is><t>1,019.90</t></is></c>`, Row{Number: "A1", Fen: 101990}},
		{"a number of 15 digits", `<c r="A2"><v>123456789012345</v></c>` + oneYuan, Row{Number: "123456789012345", Fen: 100}},
		{"one with an exponent", `<c r="A2"><v>1.23456789012345E+14</v></c>` + oneYuan, Row{Number: "123456789012345", Fen: 100}},
		{"a long number as text", `<c r="A2" t="s"><v>1</v></c>` + oneYuan, Row{Number: "4200000000001234567", Fen: 100}},
		{"text in runs, and how it is read", `<c r="A2" t="s"><v>2</v></c>` + oneYuan, Row{Number: "A1B2", Fen: 100}},
		{"escapes", `<c r="A2" t="s"><v>3</v></c>` + oneYuan, Row{Number: "A_1", Fen: 100}},
		{"cells without references", `<c t="str"><v>A1</v></c><c><v>1</v></c>`, Row{Number: "A1", Fen: 100}},
		{"a date", textA1 + oneYuan + `<c r="D2" s="1"><v>46348</v></c>`, Row{Number: "A1", Fen: 100, At: at("2026-11-22 00:00:00"), DayOnly: true}},
		{"a second before midnight", textA1 + oneYuan + `<c r="D2"><v>46348.999988425923</v></c>`, Row{Number: "A1", Fen: 100, At: at("2026-11-22 23:59:59")}},
		{"a date of ISO 8601", textA1 + oneYuan + `<c r="D2" t="d"><v>2026-11-22T10:00:00.000Z</v></c>`, Row{Number: "A1", Fen: 100, At: at("2026-11-22 10:00:00")}},
		{"a time as digits", textA1 + oneYuan + `<c r="D2"><v>20261122100000</v></c>`, Row{Number: "A1", Fen: 100, At: at("2026-11-22 10:00:00")}},
		{"a code of the state", textA1 + oneYuan + `<c r="C2"><v>11</v></c>`, Row{Number: "A1", Fen: 100}},
		{"notes at the side", textA1 + oneYuan + `<c r="H2" t="str"><v>note</v></c><c r="XFD2" s="1"/>`, Row{Number: "A1", Fen: 100}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.want.Line, c.want.Pays, c.want.State = 2, true, Succeeded
			file := book(statementRows(c.cells), `<si><t>x</t></si>`, `<si><t>4200000000001234567</t></si>`,
				`<si><r><t>A1</t></r><r><t>B2</t></r><rPh sb="0" eb="1"><t>yi</t></rPh></si>`, `<si><t>A_x005F_1_x000D_</t></si>`).packed()
			if got, err := read(file, Options{}); err != nil || !slices.Equal(got, []Row{c.want}) {
				t.Errorf("%v, %+v, want %+v", err, got, c.want)
			}
		})
	}
}

// TestDatesBesideTimes: what stands beside a date is a time of day, a full time, or, at
// midnight, the day once more. A time never leaves its day.
func TestDatesBesideTimes(t *testing.T) {
	t.Parallel()
	const names = `<row r="1"><c r="A1" t="str"><v>商户订单号</v></c><c r="B1" t="str"><v>交易金额</v></c><c r="C1" t="str"><v>交易日期</v></c><c r="D1" t="str"><v>交易时间</v></c></row>`
	const day, textDay = `<c r="C2"><v>46348</v></c>`, `<c r="C2" t="str"><v>2026-11-22</v></c>`
	for name, c := range map[string]struct{ date, time, want string }{
		"a full time":                  {day, "46348.5", "2026-11-22 12:00:00"},
		"one at midnight":              {day, "46348", "2026-11-22 00:00:00"},
		"one beside a date as text":    {textDay, "46348", "2026-11-22 00:00:00"},
		"one in its last half second":  {day, "46348.999999", "2026-11-22 23:59:59"},
		"a day as digits":              {day, "20261122", "2026-11-22 00:00:00"},
		"a time of day":                {day, "0.5", "2026-11-22 12:00:00"},
		"midnight":                     {day, "0", "2026-11-22 00:00:00"},
		"the last half second":         {day, "0.999999", "2026-11-22 23:59:59"},
		"a time as digits":             {textDay, "93015", "2026-11-22 09:30:15"},
		"the first second as a digit":  {textDay, "1", "2026-11-22 00:00:01"},
		"a date with a time in it":     {`<c r="C2" t="d"><v>2026-11-22T00:00:00</v></c>`, "0.5", "2026-11-22 12:00:00"},
		"another day":                  {day, "46349", ""},
		"no time and no day":           {day, "99999", ""},
		"a date that is none, and one": {`<c r="C2" t="str"><v>x</v></c>`, "46348", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := book(names + `<row r="2">` + textA1 + oneYuan + c.date + `<c r="D2"><v>` + c.time + `</v></c></row>`).packed()
			rows, err := read(file, Options{})
			if c.want == "" {
				wantError(t, err, "line 2, column D (交易时间): not a time")
				return
			}
			if err != nil || !slices.EqualFunc(rows, []Row{paid(2, "A1", 100, c.want)}, sameRow) {
				t.Errorf("%v, %+v", err, rows)
			}
		})
	}
}

// TestCellsRefused: what a workbook has lost or does not say is refused with the row
// and the column, and so is what is damaged. Nothing ends a statement early.
func TestCellsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ cells, want string }{
		"a number of 19 digits":      {`<c r="A2"><v>4.2000000000012298E+18</v></c>` + oneYuan, "line 2, column A (商户订单号): a number of more than 15 digits that is stored as a number"},
		"one that is written out":    {`<c r="A2"><v>4200000000001234567</v></c>` + oneYuan, "with this column as text"},
		"part of a fen":              {textA1 + `<c r="B2"><v>19.994999999999</v></c>`, "line 2, column B (交易金额): not an amount in yuan"},
		"part of a fen, large":       {textA1 + `<c r="B2"><v>1234567890123.456</v></c>`, "not an amount in yuan"},
		"noise in place of nothing":  {textA1 + `<c r="B2"><v>5.5511151231257827E-17</v></c>`, "not an amount in yuan"},
		"an error":                   {`<c r="A2" t="e"><v>#N/A</v></c>` + oneYuan, `no value but "#N/A"; mend it in the workbook`},
		"a formula without a result": {textA1 + oneYuan + `<c r="C2"><f>D2</f></c>`, `line 2, column C (交易状态): no value but "a formula without a result"`},
		"a number that is none":      {textA1 + `<c r="B2"><v>1,5</v></c>`, `no value but "1,5"`},
		"a date that is none":        {textA1 + oneYuan + `<c r="D2"><v>1.5</v></c>`, "line 2, column D (交易时间): not a time"},
		"a text that is not there":   {`<c r="A2" t="s"><v>7</v></c>`, `line 2, column A: the workbook is damaged: it has no shared text "7"`},
		"a text below zero":          {`<c r="A2" t="s"><v>-1</v></c>`, "no shared text"},
		"a cell in no column":        {`<c r="22" t="s"><v>0</v></c>`, "does not stand in any column"},
		"too many columns":           {`<c r="XFD2"><v>1</v></c>`, "line 2: more than 300 columns"},
		"an end in the middle":       {textA1 + oneYuan + `</row></worksheet>`, "the sheet ends in the middle"},
		"XML that is none":           {textA1 + `<c r="B2"<v>`, "XML syntax error"},
		"rows that are not in order": {textA1 + oneYuan + `</row><row r="2">` + textA1, "rows that are not in order"},
		"a row without end":          {textA1 + strings.Repeat(`<c r="B2" s="1"/>`, maxPart/16), "more than 4 MiB come without the end of a row"},
		"a text without end":         {`<c r="A2" t="str"><v>` + strings.Repeat("1", maxPart+1<<16) + `</v></c>`, "more than 4 MiB"},
		"a state that nobody knows":  {textA1 + oneYuan + `<c r="C2" t="b"><v>1</v></c>`, `unknown state "TRUE"`},
		"a number with decimals":     {`<c r="A2"><v>1.5</v></c>` + oneYuan, "no order number: 1.5"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := book(statementRows(c.cells), `<si><t>x</t></si>`)
			if strings.Contains(c.cells, "</worksheet>") {
				p["xl/worksheets/a.xml"], _, _ = strings.Cut(p["xl/worksheets/a.xml"], "</worksheet>")
			}
			rows, err := read(p.packed(), Options{})
			if err == nil {
				t.Fatalf("%+v", rows)
			}
			wantError(t, err, c.want)
		})
	}
}

// TestFilesThatAreNoWorkbook: what looks like one is named for what it is, and a small
// file that would unpack to a large one is not unpacked.
func TestFilesThatAreNoWorkbook(t *testing.T) {
	t.Parallel()
	without := func(name string) parts {
		p := book(statementRows(textA1 + oneYuan))
		delete(p, name)
		return p
	}
	bomb := book(statementRows(textA1 + oneYuan))
	bomb["xl/workbook.xml"] += strings.Repeat(" ", maxPart)
	for name, c := range map[string]struct{ file, want string }{
		"an archive":             {parts{"a.csv": "1"}.packed(), "this is an archive; unpack it first"},
		"a binary workbook":      {parts{"xl/workbook.bin": "1"}.packed(), "(.xlsb); save it as an Excel workbook (.xlsx)"},
		"LibreOffice":            {parts{"content.xml": "1"}.packed(), "(.ods); save it"},
		"Word":                   {parts{"word/document.xml": "1", "_rels/.rels": `<Relationships><Relationship Type="x/officeDocument" Target="word/document.xml"/></Relationships>`}.packed(), "a document of Word"},
		"no relations":           {without("_rels/.rels").packed(), `damaged, in "_rels/.rels" (it is not there)`},
		"no workbook":            {without("xl/workbook.xml").packed(), `damaged, in "xl/workbook.xml"`},
		"no sheet":               {without("xl/worksheets/a.xml").packed(), `damaged, in "xl/worksheets/a.xml"`},
		"no texts":               {without("xl/texts.xml").packed(), `damaged, in "xl/texts.xml"`},
		"a bomb":                 {bomb.packed(), "the workbook is too large: xl/workbook.xml has 4 MiB, and 4 are read"},
		"cut short":              {book("").packed()[:300], "cut short or damaged"},
		"a byte that is flipped": {flipped(book(statementRows(textA1 + oneYuan))), "damaged"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows, err := read(c.file, Options{})
			if err == nil {
				t.Fatalf("%+v", rows)
			}
			wantError(t, err, c.want)
		})
	}
	pipe := io.NopCloser(strings.NewReader(book("").packed()))
	if _, err := New(pipe, Options{}); !errors.Is(err, errPipe) {
		t.Errorf("a pipe: %v", err)
	}
}

// flipped is a workbook, not compressed, in which the amount was changed on the way.
func flipped(p parts) string {
	var file bytes.Buffer
	archive := zip.NewWriter(&file)
	for _, name := range slices.Sorted(keysOf(p)) {
		part, err := archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err == nil {
			_, err = io.WriteString(part, p[name])
		}
		if err != nil {
			panic(err)
		}
	}
	_ = archive.Close()
	return strings.Replace(file.String(), "<v>1</v>", "<v>7</v>", 1)
}

// FuzzSheet: whatever a workbook has, it is read or refused, and never ends early.
func FuzzSheet(f *testing.F) {
	f.Add(statementRows(textA1+oneYuan), "<si><t>A1</t></si>")
	f.Add(`<row><c t="s"><v>0</v></c></row>`, `<si><r><t>订单号</t></r><rPh><t>x</t></rPh></si>`)
	f.Add(`<row r="3"><c r="ZZ3" t="e"><v>#N/A</v></c><c t="b"/></row></sheetData>`, "<si/>")
	f.Fuzz(func(t *testing.T, rows, shared string) {
		got, err := read(book(rows, shared).packed(), Options{})
		if err == nil && !strings.Contains(rows, "row") {
			t.Errorf("%+v out of %q", got, rows)
		}
		for _, row := range got {
			if row.Number == "" || row.Fen < 0 || row.RefundFen < 0 {
				t.Errorf("%+v", row)
			}
		}
	})
}

// FuzzPlainNumber: a number that is written plainly is written so once more, and has
// nothing but digits.
func FuzzPlainNumber(f *testing.F) {
	for _, seed := range []string{"1", "-19.989999999999998", "1.5E+3", "9.9999999999999999", "0.000", ".5", "1E-12", "99999999999.9999999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		plain, is := plainNumber(text)
		if !is {
			return
		}
		if again, is := plainNumber(plain); !is || again != plain {
			t.Errorf("%q is %q, and that %q", text, plain, again)
		}
		if strings.Trim(plain, "-0123456789.") != "" {
			t.Errorf("%q is %q", text, plain)
		}
	})
}
