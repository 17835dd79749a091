//go:build simulation

package simulation

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// mutation is a money rule broken on purpose. It is a change to the source, which the
// go command lays over it (-overlay) when it builds the simulator: neither the source
// nor the program that operators run knows of it.
type mutation struct {
	rule     string // that is broken
	file     string // from the root of the repository
	from, to string // its text, which must occur once
}

// mutations are the money rules that the simulator must miss when they are gone.
var mutations = []mutation{
	{"a scanned code is sent once", "caddymodule/internal/bridge/resubmit.go", `return !job.rule.MovesMoneyAtOnce()`, `return true`},
	{
		"what is acknowledged is durable", "caddymodule/internal/bridge/notice.go",
		"return ErrNoticeNotDurable\n\t}\n\tb.reportTransition(", "return nil\n\t}\n\tb.reportTransition(",
	},
	{
		"nothing is sent that is not on record", "caddymodule/internal/bridge/pay.go",
		"return payResult{err: err}\n\t}\n\tif ours {", "ours = true\n\t}\n\tif ours {",
	},
	{
		"silence is no refusal", "caddymodule/internal/bridge/send.go",
		`return translate.NothingCertain(failed.reason), events`, `return translate.NotSent(failed.reason), events`,
	},
	{"a payment commits with its notification", "caddymodule/internal/ledger/record.go", `return owe(t, o, u.At)`, `return nil`},
	{
		"one caller owns a new order", "caddymodule/internal/ledger/begin.go",
		`ours := t.again && stored == o`, `ours := stored.State == translate.Sent`,
	},
	{
		"a claim lasts as long as its lease", "caddymodule/internal/ledger/claimnotifications.go",
		`UPDATE notifications SET ready = $2, claim`, `UPDATE notifications SET ready = ready + 0 * $2, claim`,
	},
	{
		"a refund has one number", "caddymodule/internal/bridge/refund.go",
		`translate.BuildRefundRequest(order.OrderNo, order.RefundNo, order.Amount)`,
		`translate.BuildRefundRequest(order.OrderNo, order.RefundNo+string(rune('A'+order.Tries)), order.Amount)`,
	},
	{
		"a payment after the end is given back", "translate/states.go",
		"Due: DueLastQuery,\n\t\tMoves: map[Verdict][]State{LatePayment: {Paid}},", "Due: DueLastQuery,\n\t\tMoves: map[Verdict][]State{Applied: {Paid}},",
	},
	{
		"the amount must match", "translate/expected.go",
		"case deniesAmount(said.Amount, want.Amount, moved):\n\t\treturn mismatch(\"body amount\")", "case false:\n\t\treturn mismatch(\"body amount\")",
	},
	{"the signature must match", "translate/v2/open.go", `signatureGood := text(plaintext)`, `signatureGood := text(plaintext) | 1`},
	{
		"an order is marked before it goes to the old gateway", "caddymodule/internal/sides/sides.go",
		`fresh, err = s.ledger.MarkOld(ctx, key, s.now())`, `fresh, err = true, ctx.Err()`,
	},
	{
		"a bridge follows a change of routes", "caddymodule/internal/routecache/cache.go",
		`if revision == known.revision {`, `if revision >= known.revision {`,
	},
	{
		"few payments turn nobody back", "caddymodule/internal/rollback/rule.go",
		`if v2.Payments < r.MinPayments || v2.Payments == 0 {`, `if v2.Payments == 0 {`,
	},
	{
		"who is to be turned back is", "caddymodule/internal/ledger/routes.go",
		`if turned = now == seen; !turned {`, `if turned = now.Route == ""; !turned {`,
	},
	{
		"a repeat says nothing about a gateway", "caddymodule/internal/requestside/request.go",
		`to.Name == "pay" && cause == sides.ByRoute && q.Verified`, `to.Name == "pay" && q.Verified`,
	},
	{
		"a comparison that panics is the last", "caddymodule/internal/shadow/worker.go",
		"\t\t\tw.switchOff(ReasonPanic, bug)\n", "",
	},
	{
		"nobody waits for the shadow", "caddymodule/internal/shadow/worker.go",
		"default:\n\t\t}\n\t}\n\tw.bytes", "}\n\t}\n\tw.bytes",
	},
	{
		"only 0000 acknowledges a notification", "caddymodule/internal/delivery/deliver.go",
		"case OK:\n\t\treturn ledger.Delivered, time.Time{}", "default:\n\t\treturn ledger.Delivered, time.Time{}",
	},
}

// foundIn is the test whose one world finds a mutation, where it is not left to chance.
var foundIn = map[string]string{
	"who is to be turned back is":           "TestGuardedWorld",
	"a repeat says nothing about a gateway": "TestGuardedWorld",
	"a comparison that panics is the last":  "TestShadowedWorld",
	"nobody waits for the shadow":           "TestShadowedWorld",
}

// worldsEnough is in how many worlds each mutation is found.
const worldsEnough = 100

// TestMutationsAreFound builds a simulator over each mutation and has it play until
// something does not hold.
func TestMutationsAreFound(t *testing.T) {
	for _, m := range mutations {
		t.Run(m.rule, func(t *testing.T) {
			t.Parallel() // the linker works on one core
			simulator := m.build(t)
			out, err := exec.Command(simulator, "-test.run", "^"+cmp.Or(foundIn[m.rule], "TestWorlds")+"$", "-stop", "-seeds", fmt.Sprint(worldsEnough)).CombinedOutput()
			if err == nil {
				t.Fatalf("not found in %d worlds", worldsEnough)
			}
			for line := range strings.Lines(string(out)) {
				if strings.Contains(line, "_test.go") {
					t.Log(strings.TrimSpace(line))
				}
			}
			if !strings.Contains(string(out), "again with:") {
				t.Errorf("it fails without a violation:\n%s", out)
			}
		})
	}
}

// build builds the simulator with the mutation in the source.
func (m mutation) build(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(root, filepath.FromSlash(m.file))
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), m.from); n != 1 {
		t.Fatalf("%s has %q %d times; write the mutation for the source as it is now", m.file, m.from, n)
	}
	dir := t.TempDir()
	mutated, overlay, simulator := filepath.Join(dir, "mutated.go"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "simulator")
	laid, err := json.Marshal(map[string]any{"Replace": map[string]string{file: mutated}})
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string][]byte{mutated: []byte(strings.Replace(string(text), m.from, m.to, 1)), overlay: laid} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "test", "-c", "-vet=off", "-ldflags", "-s -w", "-tags", "simulation", "-overlay", overlay, "-o", simulator, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return simulator
}
