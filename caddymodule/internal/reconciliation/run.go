package reconciliation

import (
	"bufio"
	"context"
	"errors"
	"hash/maphash"
	"io"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/statement"
	"github.com/paybridge/paybridge/translate"
)

// Book is what reconciliation asks the ledger.
type Book interface {
	// Turnover returns a page of the orders that moved money from from to before to.
	Turnover(ctx context.Context, m ledger.Movement, from, to time.Time, after string) (api.SettlementList, error)
	// Find returns the orders that have any of the numbers, of which there are at most
	// api.MaxNumbers.
	Find(ctx context.Context, numbers []string) (api.SettlementList, error)
}

// Source is a statement.
type Source interface {
	Next() (statement.Row, error) // io.EOF at the end
	Skipped() int
}

// Job says what to compare.
type Job struct {
	Book     Book
	Files    []string // names of the statements
	Open     func(i int) (Source, error)
	MerID    string          // only this merchant's orders; "" for all
	Known    map[string]bool // the numbers, v1 and v2, of the merchants that are configured
	Others   map[string]bool // with MerID: those of them that are not its own
	From, To time.Time       // zero for the days of the statements
	Number   NumberKind      // "" for what the ledger says
	Edge     time.Duration
	Dir      string // of temporary files; "" for the system's
}

// ErrNoRange is returned where neither the job nor the statements say which days are
// meant.
var ErrNoRange = say("the statement has no times; say which day it is of: --day 2026-11-22")

// run is a job on its way.
type run struct {
	Job
	report  Report
	books   *books
	compare *comparison
	lines   *parts
	orders  *parts
	sample  sample
	days    days            // of the lines, but for those that only the clocks put beside the days that are meant
	besides map[int][]int64 // of lines that tell the day alone, by their file
	meant   map[int]bool    // files with lines of the days that are meant, or near to them
	batch   batch

	unreadable map[api.Unreadable]bool // rows that are left out
}

// Run compares statements with the ledger.
func Run(ctx context.Context, job Job) (*Report, error) {
	r := &run{Job: job, days: make(days), besides: make(map[int][]int64), meant: make(map[int]bool), unreadable: make(map[api.Unreadable]bool)}
	r.books = newBooks(&r.report)
	seed := maphash.MakeSeed()
	var err error
	if r.lines, err = newParts(job.Dir, seed); err != nil {
		return nil, err
	}
	defer r.lines.close()
	if r.orders, err = newParts(job.Dir, seed); err != nil {
		return nil, err
	}
	defer r.orders.close()
	for _, step := range []func(context.Context) error{r.readStatements, r.setRange, r.setNumber, r.readLedger, r.compareAll} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	r.compare.absent.finish(r.books)
	r.books.finish()
	return &r.report, nil
}

func (r *run) readStatements(ctx context.Context) error {
	for i, name := range r.Files {
		if err := r.readStatement(ctx, i); err != nil {
			return say("%s: %v", name, err)
		}
	}
	return nil
}

func (r *run) readStatement(ctx context.Context, i int) error {
	source, err := r.Open(i)
	if err != nil {
		return err
	}
	if closer, ok := source.(io.Closer); ok {
		defer func() { _ = closer.Close() }() // it was only read
	}
	for {
		row, err := source.Next()
		if errors.Is(err, io.EOF) {
			r.report.Skipped += source.Skipped()
			return nil
		}
		if err == nil {
			err = r.addLine(&line{Row: row, File: i})
		}
		if err == nil && r.report.Lines%1000 == 0 {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}

// addLine keeps a line, unless it says itself that it is of another merchant than the one
// that is meant: merchants choose their numbers for themselves, and two may have the same.
func (r *run) addLine(l *line) error {
	r.report.Lines++
	r.sample.add(l.Number)
	r.noteDay(l)
	if r.Others[l.Merchant] {
		r.report.Outside++
		return nil
	}
	return r.lines.add(l.Number, l.fields())
}

// noteDay notes which day a line shows that there is a statement of. A time just beside the
// days that are meant does not, nor does a day alone beside lines of those days: some
// statements have the day of a booking.
func (r *run) noteDay(l *line) {
	day := dayOf(l.At).Unix()
	switch {
	case l.At.IsZero():
	case !r.near(l.At):
		r.days[day] = true
	case l.DayOnly && (l.At.Before(r.From) || !l.At.Before(r.To)):
		r.besides[l.File] = append(r.besides[l.File], day)
	default:
		r.meant[l.File] = true
	}
}

// besideAlone notes the days beside those that are meant of statements that have no line of
// these.
func (r *run) besideAlone() {
	for file, list := range r.besides {
		for _, day := range list {
			if !r.meant[file] {
				r.days[day] = true
			}
		}
	}
}

// near reports whether a time is within the days that the job names, or so near to them
// that it says nothing of the day that it is of: a statement of one day has such lines.
func (r *run) near(at time.Time) bool {
	return !r.From.IsZero() && !at.Before(r.From.Add(-r.Edge)) && !at.After(r.To.Add(r.Edge))
}

// setRange takes the days of the statements where the job names none.
func (r *run) setRange(context.Context) error {
	r.besideAlone()
	if r.From.IsZero() {
		if len(r.days) == 0 {
			return ErrNoRange
		}
		r.From, r.To = r.days.span()
	}
	r.report.From, r.report.To = inBeijing(r.From), inBeijing(r.To)
	r.compare = &comparison{books: r.books, files: r.Files, from: r.From, to: r.To, edge: r.Edge, days: r.days}
	return nil
}

// days are days of Beijing, by the Unix time of their beginning.
type days map[int64]bool

// span is from the beginning of the first day to the end of the last. There is one.
func (d days) span() (from, to time.Time) {
	all := slices.Collect(maps.Keys(d))
	return inBeijing(time.Unix(slices.Min(all), 0)), inBeijing(time.Unix(slices.Max(all), 0)).AddDate(0, 0, 1)
}

// dayOf is the midnight in Beijing before a time.
func dayOf(at time.Time) time.Time {
	at = at.In(translate.Beijing)
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, translate.Beijing)
}

func (r *run) setNumber(ctx context.Context) error {
	kind, known, err := r.sample.kind(ctx, r.Book)
	if r.Number == "" {
		r.Number = kind
	}
	r.report.Number, r.report.Known, r.report.Sampled = r.Number, known, r.sample.distinct()
	return err
}

// readLedger reads what moved in the range. By the number of the gateway no order can be
// looked up later, so what moved near the range is read with it.
func (r *run) readLedger(ctx context.Context) error {
	from, to := r.From, r.To
	if r.Number == ByGatewayNo {
		from, to = from.Add(-r.Edge), to.Add(r.Edge)
	}
	for _, movement := range ledger.Movements() {
		for page, err := range r.pages(ctx, movement, from, to) {
			if err != nil {
				return err
			}
			r.leaveOut(page.Unreadable...)
			for _, item := range page.Items {
				if err := r.addOrder(item, movement); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// pages are what moved from from to before to. While one page is worked on the next is on
// its way already.
func (r *run) pages(ctx context.Context, m ledger.Movement, from, to time.Time) iter.Seq2[api.SettlementList, error] {
	type answer struct {
		page api.SettlementList
		err  error
	}
	return func(yield func(api.SettlementList, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		answers := make(chan answer, 1)
		defer func() {
			cancel()
			for range answers { // until nothing is asked any more
			}
		}()
		go func() {
			defer close(answers)
			for after := ""; ; {
				page, err := r.Book.Turnover(ctx, m, from, to, after)
				select {
				case answers <- answer{page, err}:
				case <-ctx.Done():
					return
				}
				if after = page.Next; err != nil || after == "" {
					return
				}
			}
		}()
		for a := range answers {
			if !yield(a.page, a.err) {
				return
			}
		}
	}
}

func (r *run) addOrder(s api.Settlement, m ledger.Movement) error {
	o := order{Settlement: s}
	switch {
	case m == ledger.Payment && r.compare.within(s.PaidAt):
		o.paid = true
		r.books.merchant(s.MerID).Here.pay(s.AmountFen)
	case m == ledger.Refund && r.compare.within(s.SettledAt):
		o.refunded = true
		r.books.merchant(s.MerID).Here.refund(s.AmountFen)
	}
	return r.orders.add(r.Number.of(s), o.fields())
}

// compareAll looks up the lines that are left over when all parts are compared: only
// then is it known which orders have no line under their own number.
func (r *run) compareAll(ctx context.Context) error {
	for i := range partCount {
		if err := r.comparePart(i); err != nil {
			return err
		}
	}
	for i := range partCount {
		if err := r.lookUpPart(ctx, i); err != nil {
			return err
		}
	}
	return r.flush(ctx)
}

// maxPart bounds the lines of one part. More come together only where nearly all have
// one number.
const maxPart = 2_000_000

var errOneNumber = say("nearly all lines of the statement have the same number; is it the right column? Name another: --column number=…")

// comparePart compares the orders of part i with their lines, and keeps the others.
func (r *run) comparePart(i int) error {
	if r.lines.files[i].count > maxPart {
		return errOneNumber
	}
	groups, err := r.linesOf(i)
	if err != nil {
		return err
	}
	orders, err := r.ordersOf(i)
	if err != nil {
		return err
	}
	for number, lines := range groups {
		groups[number] = r.once(lines)
	}
	for number, same := range orders {
		given, left := r.divide(same, groups[number])
		for j, lines := range given {
			r.compare.order(same[j], lines)
		}
		groups[number] = left
	}
	if err := r.lines.empty(i); err != nil {
		return err
	}
	for number, lines := range groups {
		for _, l := range lines {
			if err := r.lines.add(number, l.fields()); err != nil {
				return err
			}
		}
	}
	return nil
}

// lookUpPart looks up the lines of part i that comparePart has kept.
func (r *run) lookUpPart(ctx context.Context, i int) error {
	groups, err := r.linesOf(i)
	if err != nil {
		return err
	}
	for number, lines := range groups {
		if err := r.lookUp(ctx, number, lines); err != nil {
			return err
		}
	}
	return nil
}

// linesOf reads the lines of part i by their numbers.
func (r *run) linesOf(i int) (map[string][]*line, error) {
	groups := make(map[string][]*line)
	err := r.lines.each(i, func(from *bufio.Reader) error {
		l := new(line)
		if err := l.fields().readFrom(from); err != nil {
			return err
		}
		groups[l.Number] = append(groups[l.Number], l)
		return nil
	})
	return groups, err
}

// ordersOf reads the orders of part i by their numbers. One that was paid and refunded
// within the range has come twice.
func (r *run) ordersOf(i int) (map[string][]*order, error) {
	orders, seen := make(map[string][]*order), make(map[orderKey]*order)
	err := r.orders.each(i, func(from *bufio.Reader) error {
		o := new(order)
		if err := o.fields().readFrom(from); err != nil {
			return err
		}
		if same := seen[o.key()]; same != nil {
			same.paid, same.refunded = same.paid || o.paid, same.refunded || o.refunded
			return nil
		}
		seen[o.key()] = o
		number := r.Number.of(o.Settlement)
		orders[number] = append(orders[number], o)
		return nil
	})
	return orders, err
}

var say = bilingual.Say
