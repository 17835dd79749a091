package command

import (
	"fmt"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// A silent gateway takes one line, however many merchants there are, and hides
// nothing else.
func TestSelfcheckFoldsFailures(t *testing.T) {
	t.Parallel()
	gateways := func(n int, detail string, ok bool) []api.Check {
		checks := make([]api.Check, n)
		level := map[bool]api.Level{true: api.LevelOK, false: api.LevelFail}[ok]
		for i := range checks {
			checks[i] = api.Check{
				Name: fmt.Sprintf("gateway as 47305311%04d", i+1), OK: ok, Level: level, Advice: "is the gateway reachable?",
				Detail: strings.ReplaceAll(detail, "PORT", fmt.Sprint(40000+i)),
			}
		}
		return checks
	}
	const reset = "read tcp 127.0.0.1:PORT->127.0.0.1:9: connection reset"
	for name, tc := range map[string]struct {
		checks []api.Check
		lines  int
		shown  []string
	}{
		"many":            {gateways(100, "timeout", false), 1, []string{"gateway as 473053110001, 473053110002, 473053110003 and 97 more", "timeout"}},
		"from many ports": {gateways(100, reset, false), 1, []string{"and 97 more", "connection reset"}},
		"a few":           {gateways(3, "timeout", false), 3, []string{"gateway as 473053110001 ", "gateway as 473053110003 "}},
		"well":            {gateways(100, "a signed answer", true), 100, []string{"gateway as 473053110100 "}},
		"two reasons": {
			append(gateways(5, "timeout", false), gateways(4, "opening message", false)...), 2, []string{"and 2 more", "and 1 more"},
		},
		"others beside": {
			append([]api.Check{{Name: "ledger", Detail: "timeout"}, {Name: "keys of 473053110001", Detail: "timeout"}}, gateways(5, "timeout", false)...),
			3, []string{"ledger", "keys of 473053110001 ", "and 2 more"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			english := printer{lang: bilingual.En}
			if lines := english.folded(tc.checks); len(lines) != tc.lines {
				t.Errorf("%d lines, want %d: %+v", len(lines), tc.lines, lines)
			}
			var out strings.Builder
			printChecks(printer{&out, bilingual.En}, api.SelfCheck{Checks: tc.checks})
			for _, text := range tc.shown {
				if !strings.Contains(out.String(), text) {
					t.Errorf("%q is not shown:\n%s", text, out.String())
				}
			}
		})
	}
}

// Every level has its mark, and the end says what the worst of them asks for.
func TestSelfcheckPrintsLevels(t *testing.T) {
	t.Parallel()
	for level, want := range map[api.Level][]string{
		api.LevelOK:   {"ok  database"},
		api.LevelWarn: {"WARN  database", "Nothing fails; see the lines with WARN."},
		api.LevelFail: {"FAIL  database", "Something is wrong; see the lines with FAIL."},
	} {
		var out strings.Builder
		printChecks(printer{&out, bilingual.En}, api.SelfCheck{Level: level, Checks: []api.Check{{Name: "ledger", OK: true, Level: api.LevelOK}, {Name: "database", Level: level}}})
		for _, text := range want {
			if !strings.Contains(out.String(), text) {
				t.Errorf("%s: %q is not shown:\n%s", level, text, out.String())
			}
		}
	}
}
