package command

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/reconciliation"
	"github.com/paybridge/paybridge/caddymodule/internal/statement"
	"github.com/paybridge/paybridge/translate"
)

// reconcileFlags are the flags of "caddy paybridge reconcile".
type reconcileFlags struct {
	options                   statement.Options
	columns, words            []string
	unit, separator, encoding string
	days, number, merID, temp string
	edge                      time.Duration
	csv                       bool
}

// reconcileCommand makes "caddy paybridge reconcile".
func reconcileCommand() *cobra.Command {
	f := new(reconcileFlags)
	cmd := &cobra.Command{
		Use:   "reconcile <statement...>",
		Short: "Compares statements of the gateway with the ledger",
		Long: `
Compares statements of the gateway or an acquirer with the ledger, and says which
orders are here and not there, there and not here, of another amount or in another
state, which refunds differ, and how much each merchant was paid on both sides.

A statement is CSV in UTF-8 or GBK, with commas, tabs, semicolons or vertical bars, or
an Excel workbook (.xlsx), of which the first sheet is read or that of --sheet. Its
columns are found by the names that they usually have, in Chinese or English; others
are named with --column, a column by its name or by its number:

  ` + wrapped(statement.Roles()) + `

Amounts are in yuan unless the name of their column says fen, or --unit does.

The days are those of Beijing time, as the gateway's. Without --day they are the days
of the statement's own times. A payment that is near the end of the days and not in
the statement is listed apart, for it may be in that of the next day: give both
statements, with the day that is meant.

The exit status is 1 when the sides differ, and 3 when something is only to be looked
at: payments near the ends of the days, refunds of earlier payments that may be in an
earlier statement, or rows of the ledger that cannot be read.

This command changes nothing and asks the gateway nothing.`,
		Example: `  caddy paybridge reconcile statement-2026-11-22.csv
  caddy paybridge reconcile --day 2026-11-22 statement-2026-11-22.csv statement-2026-11-23.csv
  caddy paybridge reconcile --sheet 交易明细 statement.xlsx
  caddy paybridge reconcile --column number=单号 --column amount=5 --unit fen statement.csv --csv`,
	}
	flags := cmd.Flags()
	flags.StringVar(&f.days, "day", "", "The day that is meant, or FIRST..LAST (default: those of the statement's times)")
	flags.StringVar(&f.merID, "merchant", "", "Only this merchant's orders (merid)")
	flags.StringVar(&f.number, "number", "", "Which number the statement has: "+kindList()+" (default: what the ledger finds)")
	flags.StringArrayVar(&f.columns, "column", nil, "Which column is what, as amount=交易金额 or amount=5")
	flags.BoolVar(&f.options.NoHeader, "no-header", false, "The first line is data; columns are given by number")
	flags.StringVar(&f.unit, "unit", "", "Unit of amounts: yuan or fen")
	flags.StringArrayVar(&f.words, "word", nil, "What a word of the state means, as 交易完成=paid (paid, refunded, processing, failed)")
	flags.StringVar(&f.options.Sheet, "sheet", "", "Sheet of a workbook, by its name or number (default: the first)")
	flags.StringVar(&f.separator, "separator", "", "What stands between the columns: a character, or tab")
	flags.StringVar(&f.encoding, "encoding", "", "utf-8 or gbk")
	flags.DurationVar(&f.edge, "edge", 10*time.Minute, "How near to the ends of the days a payment may be in another day's statement")
	flags.StringVar(&f.temp, "temp", "", "Folder of temporary files, which need about as much room as the statement and the days of the ledger")
	flags.BoolVar(&f.csv, "csv", false, "Print the differences as CSV")
	return onlineCommand(cmd, cobra.MinimumNArgs(1), f.run)
}

func (f *reconcileFlags) run(o *online, files []string) error {
	job, err := f.job(o, files)
	if err != nil {
		return err
	}
	report, err := reconciliation.Run(o.Context(), job)
	if err != nil {
		return err
	}
	if f.csv {
		err = writeDifferences(outOf(o.Command), report)
		tellBeside(o.errPrinter(), report)
	} else {
		err = o.show(report, func(w printer) { printReconciliation(w, report) })
	}
	switch {
	case err != nil && !errors.Is(err, errWarned):
		return err
	case report.Differs():
		return ErrRefused
	case report.Doubts():
		return errWarned
	}
	return nil
}

// job turns the flags into what is to be done.
func (f *reconcileFlags) job(o *online, files []string) (reconciliation.Job, error) {
	job := reconciliation.Job{
		Book: reconcileBook{o.client, f.merID}, MerID: f.merID, Number: reconciliation.NumberKind(f.number), Edge: f.edge, Dir: f.temp,
		Open: func(i int) (reconciliation.Source, error) { return statement.Open(files[i], f.options) },
	}
	for _, file := range files {
		job.Files = append(job.Files, filepath.Base(file))
	}
	if f.edge < 0 {
		return job, say("--edge: a time cannot be negative")
	}
	if f.number != "" && !slices.Contains(reconciliation.NumberKinds(), job.Number) {
		return job, say("--number %s: there are %s", f.number, kindList())
	}
	var wrongDays, unknown error
	job.From, job.To, wrongDays = parseDays(f.days)
	job.Known, job.Others, unknown = merchantNumbers(o, f.merID)
	return job, errors.Join(wrongDays, f.setOptions(), unknown)
}

// merchantNumbers are the numbers, v1 and v2, of the merchants that are configured, and
// with a merchant those of the others that are not its own as well.
func merchantNumbers(o *online, merID string) (known, others map[string]bool, err error) {
	known = make(map[string]bool)
	own := []string{merID}
	query := api.MerchantsQuery{Limit: mostItems}
	for more := true; more; more = query.After != "" {
		var list api.MerchantList
		if err := o.client.Get(o.Context(), "merchants", query, &list); err != nil {
			return nil, nil, err
		}
		for _, m := range list.Items {
			if m.MerID == merID {
				own = append(own, m.GatewayMerchant)
			}
			known[m.MerID], known[m.GatewayMerchant] = true, true
		}
		query.After = list.Next
	}
	delete(known, "")
	if merID == "" {
		return known, nil, nil
	}
	others = maps.Clone(known)
	maps.DeleteFunc(others, func(number string, _ bool) bool { return slices.Contains(own, number) })
	return known, others, nil
}

// setOptions reads what the flags say of the statement.
func (f *reconcileFlags) setOptions() error {
	var errs []error
	set := func(flag string, take func(string) error, values ...string) {
		for _, value := range values {
			if value == "" {
				continue
			}
			if err := take(value); err != nil {
				errs = append(errs, say("--%s %v", flag, err))
			}
		}
	}
	set("column", f.options.SetColumn, f.columns...)
	set("word", f.options.SetWord, f.words...)
	set("separator", f.options.SetSeparator, f.separator)
	set("encoding", f.options.SetEncoding, f.encoding)
	set("unit", f.options.SetUnit, f.unit)
	return errors.Join(errs...)
}

// parseDays reads a day, or the first and the last of several, of Beijing time.
func parseDays(text string) (from, to time.Time, err error) {
	if text == "" {
		return from, to, nil
	}
	first, last, ranged := strings.Cut(text, "..")
	if !ranged {
		last = first
	}
	from, wrongFirst := time.ParseInLocation(time.DateOnly, first, translate.Beijing)
	to, wrongLast := time.ParseInLocation(time.DateOnly, last, translate.Beijing)
	if wrongFirst != nil || wrongLast != nil || to.Before(from) {
		return from, to, say("--day %s: write a day as 2026-11-22, or several as 2026-11-22..2026-11-30", text)
	}
	return from, to.AddDate(0, 0, 1), nil
}

// reconcileBook asks the running bridge what reconciliation asks the ledger.
type reconcileBook struct {
	client *api.Client
	merID  string
}

// Turnover implements reconciliation.Book.
func (b reconcileBook) Turnover(
	ctx context.Context, m ledger.Movement, from, to time.Time, after string,
) (list api.SettlementList, err error) {
	err = b.client.Get(ctx, "turnover", api.TurnoverQuery{
		Movement: m, MerID: b.merID, From: from, To: to, After: after, Limit: api.MaxTurnover,
	}, &list)
	return list, err
}

// Find implements reconciliation.Book.
func (b reconcileBook) Find(ctx context.Context, numbers []string) (list api.SettlementList, err error) {
	err = b.client.Get(ctx, "turnover/orders", api.NumbersQuery{Number: numbers}, &list)
	return list, err
}

func kindList() string {
	var names []string
	for _, kind := range reconciliation.NumberKinds() {
		names = append(names, string(kind))
	}
	return strings.Join(names, ", ")
}

// wrapped lists names in lines that fit a terminal.
func wrapped(roles []statement.Role) string {
	const inLine = 6
	var b strings.Builder
	for i, role := range roles {
		if i > 0 {
			b.WriteString(map[bool]string{true: ",\n  ", false: ", "}[i%inLine == 0])
		}
		b.WriteString(string(role))
	}
	return b.String()
}
