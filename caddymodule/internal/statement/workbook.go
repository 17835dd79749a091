package statement

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// Limits of a workbook, so that a small file that unpacks to a large one takes
// neither memory nor hours. Sheets are read as they are unpacked, the others are kept.
const (
	maxSheet   = 4 << 30   // bytes, unpacked
	maxStrings = 256 << 20 // of all shared texts
	maxPart    = 4 << 20   // of every other part, and of one row
)

var (
	errArchive = say("this is an archive; unpack it first")
	errPipe    = say("a workbook cannot be read from a pipe; give the file")
)

// seekable is a file that a workbook can be read from.
type seekable interface {
	io.ReaderAt
	io.Seeker
}

// workbook is an opened .xlsx file.
type workbook struct {
	files   map[string]*zip.File
	targets map[string]string // parts by the numbers that the workbook gives them
	texts   string            // the part with the shared texts, "" if there is none
	since   epoch
	sheets  []sheetRef
}

// sheetRef is a sheet as the workbook lists it.
type sheetRef struct {
	Name  string `xml:"name,attr"`
	ID    string `xml:"id,attr"`    // of the relation to its part
	State string `xml:"state,attr"` // visible where it is empty
}

// relation leads from one part to another.
type relation struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
}

// newWorkbook reads a sheet of a workbook as a table.
func newWorkbook(file io.ReadCloser, o Options) (source, error) {
	from, ok := file.(seekable)
	if !ok {
		return nil, errPipe
	}
	size, err := from.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, errPipe
	}
	archive, err := zip.NewReader(from, size)
	if err != nil {
		return nil, say("a workbook that is cut short or damaged; get the statement again (%v)", err)
	}
	w := &workbook{files: make(map[string]*zip.File, len(archive.File))}
	for _, f := range archive.File {
		w.files[strings.TrimPrefix(f.Name, "/")] = f
	}
	if err := w.open(); err != nil {
		return nil, err
	}
	chosen, err := w.choose(o.Sheet)
	if err != nil {
		return nil, err
	}
	return w.read(chosen, file)
}

// open reads what the workbook consists of.
func (w *workbook) open() error {
	root, err := w.relations("")
	if err != nil {
		return w.other(err)
	}
	main := ""
	for _, r := range root {
		if path.Base(r.Type) == "officeDocument" {
			main = resolve("", r.Target)
		}
	}
	if path.Ext(main) != ".xml" || path.Base(main) == "document.xml" || path.Base(main) == "presentation.xml" {
		return w.other(errArchive)
	}
	var book struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []sheetRef `xml:"sheets>sheet"`
	}
	if err := w.decode(main, &book); err != nil {
		return err
	}
	relations, err := w.relations(main)
	if err != nil {
		return err
	}
	w.sheets, w.since, w.targets = book.Sheets, since1900, make(map[string]string)
	if mac, _ := strconv.ParseBool(book.Properties.Date1904); mac { // as Excel for the Macintosh counted
		w.since = since1904
	}
	for _, r := range relations {
		w.targets[r.ID] = resolve(path.Dir(main), r.Target)
		if path.Base(r.Type) == "sharedStrings" {
			w.texts = w.targets[r.ID]
		}
	}
	return nil
}

// other names archives that are no .xlsx workbook.
func (w *workbook) other(err error) error {
	for name, is := range map[string]bilingual.Said{
		"xl/workbook.bin": say("a binary workbook (.xlsb)"), "content.xml": say("a document of OpenOffice or LibreOffice (.ods)"),
		"word/document.xml": say("a document of Word"), "index/document.iwa": say("a document of Numbers"), "Index/Document.iwa": say("a document of Numbers"),
	} {
		if w.files[name] != nil {
			return say("this is %s; save it as an Excel workbook (.xlsx), or get the statement as CSV", is)
		}
	}
	if w.files["xl/workbook.xml"] != nil {
		return err
	}
	return errArchive
}

// rowsOf bounds what is read of a part for one row or text.
func rowsOf(part io.Reader) *lineLimit { return &lineLimit{from: part, most: maxPart, err: errLongRow} }

// resolve is the name of the part that a relation of a part in a folder leads to.
func resolve(folder, target string) string {
	if strings.HasPrefix(target, "/") {
		return path.Clean(target)[1:]
	}
	return path.Join(folder, target)
}

// relations reads which parts a part leads to.
func (w *workbook) relations(part string) ([]relation, error) {
	var list struct {
		Relations []relation `xml:"Relationship"`
	}
	err := w.decode(path.Join(path.Dir(part), "_rels", path.Base("/"+part)+".rels"), &list)
	if part == "" {
		err = w.decode("_rels/.rels", &list)
	}
	return list.Relations, err
}

// decode reads a small part.
func (w *workbook) decode(part string, into any) error {
	file, err := w.unpack(part, maxPart)
	if err != nil {
		return err
	}
	err = xml.NewDecoder(file).Decode(into)
	if err = errors.Join(err, file.Close()); err != nil {
		return damaged(part, err)
	}
	return nil
}

// unpack opens a part. Package zip reads no more than the archive says that it has.
func (w *workbook) unpack(part string, limit uint64) (io.ReadCloser, error) {
	file := w.files[part]
	switch {
	case file == nil:
		return nil, damaged(part, say("it is not there"))
	case file.UncompressedSize64 > limit:
		return nil, say("the workbook is too large: %s has %d MiB, and %d are read; reconcile day by day, or get the statement as CSV",
			part, file.UncompressedSize64>>20, limit>>20)
	}
	opened, err := file.Open()
	if err != nil {
		return nil, damaged(part, err)
	}
	return opened, nil
}

func damaged(part string, err error) error {
	return say("a workbook that is damaged, in %s (%v); get the statement again, or open it and save it as .xlsx", shown(part), err)
}

// choose finds a sheet by its name or number, or the first that is shown.
func (w *workbook) choose(name string) (sheetRef, error) {
	if len(w.sheets) == 0 {
		return sheetRef{}, say("the workbook has no sheets")
	}
	at := slices.IndexFunc(w.sheets, func(s sheetRef) bool {
		return s.Name == name || name == "" && (s.State == "" || s.State == "visible")
	})
	if n, err := strconv.Atoi(name); at < 0 && err == nil && n > 0 && n <= len(w.sheets) {
		at = n - 1
	}
	switch {
	case at >= 0:
		return w.sheets[at], nil
	case name == "":
		return w.sheets[0], nil
	}
	return sheetRef{}, say("--sheet %s: the workbook has %s", shown(name), w.sheetList())
}

// sheetList lists the sheets for an error.
func (w *workbook) sheetList() string {
	const most = 20
	var names []string
	for _, s := range w.sheets[:min(len(w.sheets), most)] {
		names = append(names, shown(s.Name))
	}
	if len(w.sheets) > most {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}

// read begins to read a sheet.
func (w *workbook) read(chosen sheetRef, file io.Closer) (source, error) {
	texts, err := w.sharedTexts()
	if err != nil {
		return nil, err
	}
	part, err := w.unpack(w.targets[chosen.ID], maxSheet)
	if err != nil {
		return nil, err
	}
	limit := rowsOf(part)
	s := &sheet{file: file, part: part, limit: limit, xml: xml.NewDecoder(limit), texts: texts, epoch: w.since, name: chosen.Name}
	if len(w.sheets) > 1 {
		s.others = w.sheetList()
	}
	return s, nil
}
