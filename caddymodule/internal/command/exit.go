package command

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/visible"
)

// Exit statuses of all commands, for scripts.
const (
	exitDone    = 0
	exitRefused = 1
	exitUsage   = 2
	exitWarned  = 3
)

// exitStatuses say what each of them means. The help and
// docs/daily-work.md have this table.
var exitStatuses = []struct {
	status int
	means  string
}{
	{exitDone, "done, and all is well"},
	{exitRefused, "no: the bridge refuses it or knows no such order, or one of the old gateway, the message does not verify, a check fails, a statement differs, or a merchant is not ready"},
	{exitUsage, "the command could not be carried out: a flag, a file, the configuration, no bridge to ask, or one that cannot answer"},
	{exitWarned, "done, with a warning: of selfcheck, of readiness, of payments near the ends of reconciled days, that a tried order was not paid in time, or that rows of the ledger cannot be read and are left out"},
}

// saysNo is the error of a command whose answer is no: what it asks for is not there.
type saysNo struct{ why bilingual.Said }

func (e saysNo) Error() string { return e.why.Error() }

// Said is the error in either language.
func (e saysNo) Said() bilingual.Said { return e.why }

// statusOf is the exit status of a command that asked a bridge: the bridge has said no,
// or has said nothing.
func statusOf(err error) int {
	var refusal *api.Refusal
	switch {
	case errors.As(err, new(saysNo)):
		return exitRefused
	case !errors.As(err, &refusal), refusal.Status == http.StatusServiceUnavailable, refusal.Status == http.StatusGatewayTimeout:
		return exitUsage
	}
	return exitRefused
}

// exitTable is the table as the help shows it.
func exitTable() string {
	var text strings.Builder
	for _, row := range exitStatuses {
		fmt.Fprintf(&text, "\n  %d  %s", row.status, row.means)
	}
	return text.String()
}

// exitWith ends a command with a status; cobra's own errors know only 1. The
// error is logged as Caddy's commands log theirs; nil says that everything has
// been said.
func exitWith(cmd *cobra.Command, status int, err error) error {
	if err != nil {
		err = errors.New(visible.Text(inLanguage(langOf(cmd), err).Error())) // it may quote what somebody wrote
	}
	fail := func(caddycmd.Flags) (int, error) { return status, err }
	return caddycmd.WrapCommandFuncForCobra(fail)(cmd, nil)
}

// usageOf makes a function for cobra answer its errors with exitUsage.
func usageOf(args cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, given []string) error {
		err := args(cmd, given)
		if err == nil {
			err = cmd.ValidateFlagGroups() // cobra would end with 1
		}
		if err != nil {
			return exitWith(cmd, exitUsage, usageError(err))
		}
		return nil
	}
}

// flagUsage answers wrong flags with exitUsage.
func flagUsage(cmd *cobra.Command, err error) error { return exitWith(cmd, exitUsage, usageError(err)) }

// inLanguage puts an error into the operator's language, as far as it is of the
// catalogue; several that are joined, each.
func inLanguage(lang bilingual.Lang, err error) error {
	switch e := err.(type) { //nolint:errorlint // what wraps another says more than that
	case bilingual.Said:
		return errors.New(e.In(lang))
	case interface{ Unwrap() []error }:
		var all []error
		for _, one := range e.Unwrap() {
			all = append(all, inLanguage(lang, one))
		}
		return errors.Join(all...)
	}
	return errors.New(bilingual.Failure(lang, err))
}
