package command

import (
	"errors"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/readiness"
	"github.com/paybridge/paybridge/caddymodule/internal/reconciliation"
)

// TestBesideAListOfDifferences: what a list of differences has no line for is told beside
// it, and nothing where there is nothing.
func TestBesideAListOfDifferences(t *testing.T) {
	t.Parallel()
	tell := func(r reconciliation.Report) string {
		var out strings.Builder
		tellBeside(printer{&out, bilingual.En}, &r)
		return out.String()
	}
	row := api.Missing{Unreadable: []api.Unreadable{{Kind: "order", MerID: "89900001", OrderID: "7", Cause: "state: unknown"}}}
	for want, r := range map[string]reconciliation.Report{
		"89900001": {Missing: row},
		"There are 3 more differences than are listed": {Unlisted: 3},
		"Nothing was compared":                         {Lines: 1, Outside: 1},
	} {
		if got := tell(r); !strings.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := tell(reconciliation.Report{Lines: 2, Matched: 2}); got != "" {
		t.Errorf("%q, want nothing", got)
	}
}

// TestVerdictOfAPage: merchants that are not on the page may be anything.
func TestVerdictOfAPage(t *testing.T) {
	t.Parallel()
	ready, not := api.Readiness{Verdict: readiness.Ready}, api.Readiness{Verdict: readiness.NotReady}
	for name, c := range map[string]struct {
		list api.ReadinessList
		want error
	}{
		"all":                   {api.ReadinessList{Items: []api.Readiness{ready}}, nil},
		"more":                  {api.ReadinessList{Items: []api.Readiness{ready}, Next: "89900002"}, errWarned},
		"more, and one is not":  {api.ReadinessList{Items: []api.Readiness{ready, not}, Next: "89900002"}, ErrRefused},
		"all, and one was rare": {api.ReadinessList{Items: []api.Readiness{{Verdict: readiness.Unknown}, ready}}, errWarned},
	} {
		if got := verdictError(c.list); !errors.Is(got, c.want) || (got == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
