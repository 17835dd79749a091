package statement

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// Reader reads a statement, line by line.
type Reader struct {
	options Options
	source  source
	heading heading
	names   []string // cells of the line with the names of the columns
	ended   bool     // what comes now is the summary
	second  int      // the line with the names of another list's columns, 0 for none
	rows    int
	skipped int
}

// Open opens a statement and finds its columns. The reader is to be closed.
func Open(path string, o Options) (*Reader, error) {
	file, err := os.Open(path) //nolint:gosec // the operator names it
	if err != nil {
		return nil, err
	}
	r, err := New(file, o)
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return r, nil
}

// New reads a statement from a file. Closing the reader closes it.
func New(file io.ReadCloser, o Options) (*Reader, error) {
	start := bufio.NewReaderSize(file, peeked)
	head, err := start.Peek(8)
	if len(head) == 0 && err != nil {
		if errors.Is(err, io.EOF) {
			return nil, say("the file is empty")
		}
		return nil, say("reading: %v", err)
	}
	if err := notText(head); err != nil {
		return nil, err
	}
	r := &Reader{options: o}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		r.source, err = newWorkbook(file, o)
	} else {
		r.source, err = newTextFile(file, start, o)
	}
	if err != nil {
		return nil, err
	}
	return r, r.source.whatElse(r.findColumns())
}

// findColumns reads up to the line with the names of the columns.
func (r *Reader) findColumns() error {
	if r.options.NoHeader {
		h, err := r.options.find(nil)
		if err != nil {
			return say("without a line of names, the columns number and amount are needed by their numbers: --column number=1 --column amount=2 (%v)", err)
		}
		r.heading = h
		return nil
	}
	for range maxPreamble {
		cells, line, err := r.source.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		h, err := r.options.find(cells)
		if err == nil {
			r.heading, r.names = h, slices.Clone(cells)
			return nil
		}
		if !errors.Is(err, errIncomplete) {
			return &PositionError{Line: line, Err: err}
		}
	}
	return errNoNames
}

// Columns are those that were found, by their role.
func (r *Reader) Columns() map[Role]Column { return r.heading.columns }

// unit is what the amounts of a column count. Where the name of a refund's
// column does not say it, it is that of the payment's.
func (r *Reader) unit(role Role) Unit {
	return cmp.Or(r.options.Unit, r.heading.units[role], r.heading.units[AmountColumn], Yuan)
}

// Skipped is how many lines were left out because they are no payment or refund,
// such as fees, sums and comments.
func (r *Reader) Skipped() int { return r.skipped }

// Close closes the file.
func (r *Reader) Close() error { return r.source.Close() }

// Next returns the next line that tells of a payment or a refund, and io.EOF at the
// end.
func (r *Reader) Next() (Row, error) {
	for {
		cells, line, err := r.source.next()
		if err != nil {
			return Row{}, err
		}
		class := r.classOf(cells, line)
		if err := r.secondList(cells, line, class); err != nil {
			return Row{}, err
		}
		switch class {
		case aside:
			r.skipped++
			continue
		case blank:
			continue
		}
		if r.rows++; r.rows > maxRows {
			return Row{}, &PositionError{Line: line, Err: say("more than %d lines; reconcile day by day", maxRows)}
		}
		row, tells, err := r.row(cells, line)
		if err != nil {
			return Row{}, err
		}
		if tells {
			return row, nil
		}
		r.skipped++
	}
}

// row reads a line. It tells nothing where it is about no order's money.
func (r *Reader) row(cells []string, line int) (row Row, tells bool, err error) {
	if cells, err = r.fit(cells); err != nil {
		return Row{}, false, &PositionError{Line: line, Err: err}
	}
	if i := r.takenIn(cells); i >= 0 {
		return Row{}, false, &PositionError{Line: line, Column: r.source.columnName(i), Err: errNotClosed}
	}
	l := &lineCells{reader: r, cells: cells, line: line}
	kind := l.text(KindColumn)
	if isOther(kind) {
		return Row{}, false, nil
	}
	row = Row{Line: line, Merchant: l.digits(MerchantColumn), RefundNo: l.optional(RefundNoColumn), GatewayNo: l.ownNumber()}
	l.money(&row, isRefund(kind))
	row.Number = l.number(row)
	row.At = l.time()
	row.DayOnly = l.dayOnly(row.At)
	if l.err != nil && !l.likeOrder() {
		l.err.Err = say("%v; if this line tells of no order, delete it from the file; else name the column: --column number=… --column amount=…", l.err.Err)
	}
	return row, true, l.failure()
}

// failure is the first error, if there is one.
func (l *lineCells) failure() error {
	if l.err == nil {
		return nil
	}
	return l.err
}

var errShifted = say("more values than columns have names; is a comma in a text without quotation marks?")

// fit makes a line have no more cells than columns have names: what a comma in a text
// has divided would stand in wrong columns. WeChat's backticks tell where cells begin.
func (r *Reader) fit(cells []string) ([]string, error) {
	if len(cells) > maxCells {
		return nil, say("more than %d columns", maxCells)
	}
	if _, divided := r.source.(*textFile); !divided || r.options.NoHeader || len(cells) <= len(r.names) {
		return cells, nil
	}
	if strings.HasPrefix(cells[0], "`") {
		whole := cells[:1:1]
		for _, cell := range cells[1:] {
			if strings.HasPrefix(cell, "`") {
				whole = append(whole, cell)
			} else {
				whole[len(whole)-1] += "," + cell
			}
		}
		cells = whole
	}
	for _, cell := range cells[min(len(r.names), len(cells)):] {
		if clean(cell) != "" {
			return nil, errShifted
		}
	}
	return cells, nil
}

// lineCells are the cells of a line by the roles of their columns. The first error
// stays.
type lineCells struct {
	reader *Reader
	cells  []string
	line   int
	err    *PositionError
}

func (l *lineCells) has(role Role) bool {
	_, found := l.reader.heading.columns[role]
	return found
}

func (l *lineCells) text(role Role) string {
	column, found := l.reader.heading.columns[role]
	if !found || column.Index >= len(l.cells) {
		return ""
	}
	text := clean(l.cells[column.Index])
	if l.stored(role) == asError {
		l.fail(role, say("no value but %s; mend it in the workbook, or get the statement again", shown(text)))
		return ""
	}
	return text
}

// stored says as what the cell of a role is stored.
func (l *lineCells) stored(role Role) storage {
	return l.reader.source.stored(l.reader.heading.columns[role].Index)
}

// digits is the text of a cell that identifies something, of which no digit may be
// lost.
func (l *lineCells) digits(role Role) string {
	text := l.text(role)
	l.fail(role, l.lost(role, text))
	return text
}

// lost says which digits of a cell's text a number cannot have kept.
func (l *lineCells) lost(role Role, text string) error {
	switch {
	case l.stored(role) != asNumber:
	case strings.ContainsAny(text, "-."):
		return say("%v: %s", errNoNumber, text)
	case len(text) > keptDigits:
		return errLostDigits
	}
	return nil
}

// mark is the text of a cell that only tells lines apart: nothing is wrong with any.
func (l *lineCells) mark(role Role) string {
	if !l.has(role) || l.stored(role) == asError {
		return ""
	}
	return l.text(role)
}

// ownNumber is the gateway's number, "" where it is none or has lost digits: it only tells
// lines apart here, and nothing is refused for it.
func (l *lineCells) ownNumber() string {
	text := l.mark(GatewayNoColumn)
	if value, err := optional(text); err == nil && l.lost(GatewayNoColumn, text) == nil {
		return value
	}
	return ""
}

// clock is the text of a cell that tells a time. With a day of its own in another
// column, a whole number may be a time of day, 93015: [moment] reads it.
func (l *lineCells) clock(role Role, dated bool) string {
	text := l.text(role)
	if l.stored(role) != asNumber || dated && !strings.Contains(text, ".") {
		return text
	}
	return l.reader.source.since().written(text)
}

// fail notes what is wrong with the cell of a role.
func (l *lineCells) fail(role Role, err error) {
	if err == nil || l.err != nil {
		return
	}
	column := l.reader.heading.columns[role]
	name := l.reader.source.columnName(column.Index)
	if column.Name != "" && column.Name != name {
		name += " (" + column.Name + ")"
	}
	l.err = &PositionError{Line: l.line, Column: name, Err: err}
}

func (l *lineCells) optional(role Role) string {
	value, err := optional(l.digits(role))
	l.fail(role, err)
	return value
}

// number is the number that the line's order goes by.
func (l *lineCells) number(row Row) string {
	if row.Refunds && !row.Pays {
		if original := l.optional(OriginalColumn); original != "" {
			return original
		}
	}
	for _, role := range []Role{NumberColumn, GatewayNoColumn} {
		if value, err := number(l.digits(role)); value != "" || err != nil {
			l.fail(role, err)
			return value
		}
	}
	if row.RefundNo != "" {
		return row.RefundNo
	}
	role := NumberColumn
	if !l.has(role) {
		role = GatewayNoColumn
	}
	l.fail(role, errNoNumber)
	return ""
}

// time is when the line's money moved.
func (l *lineCells) time() time.Time {
	date := l.clock(DateColumn, false)
	at, err := moment(date, l.clock(TimeColumn, date != ""), l.reader.source.since())
	role := TimeColumn
	if !l.has(role) {
		role = DateColumn
	}
	l.fail(role, err)
	return at
}

// dayOnly reports whether what the line tells of a time is a day and no more.
func (l *lineCells) dayOnly(at time.Time) bool {
	date, clock := l.mark(DateColumn), l.mark(TimeColumn)
	return startsDay(at) && (date == "" || clock == "") && !hasClock(date+clock)
}
