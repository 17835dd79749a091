//go:build simulation

package simulation

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mutation is a money rule that can be broken on purpose. It is a change to the source,
// which the go command lays over it (-overlay) when it builds the simulator: neither the
// source nor the program that operators run knows of it. All of them are laid over it at
// once, and each run of that simulator is told which rule to break.
type mutation struct {
	rule     string // that is broken, where its text says BROKEN; it may have several changes
	file     string // from the root of the repository
	from, to string // its text, which must occur once
}

// mutations are the money rules that the simulator must miss when they are gone.
var mutations = []mutation{
	{
		"a scanned code is sent once", "caddymodule/internal/bridge/resubmit.go",
		`return !job.rule.MovesMoneyAtOnce()`, `return BROKEN || !job.rule.MovesMoneyAtOnce()`,
	},
	{
		"what is acknowledged is durable", "caddymodule/internal/bridge/notice.go",
		"return ErrNoticeNotDurable\n\t}\n\tb.reportTransition(",
		"if !BROKEN { return ErrNoticeNotDurable }\n\t}\n\tb.reportTransition(",
	},
	{
		"nothing is sent that is not on record", "caddymodule/internal/bridge/pay.go",
		"return payResult{err: err}\n\t}\n\tif ours {",
		"if !BROKEN { return payResult{err: err} }\n\t\tours = true\n\t}\n\tif ours {",
	},
	{
		"silence is no refusal", "caddymodule/internal/bridge/send.go",
		`return translate.NothingCertain(failed.reason), a`,
		"if BROKEN { return translate.NotSent(failed.reason), a }\n\t\treturn translate.NothingCertain(failed.reason), a",
	},
	{
		"a payment commits with its notification", "caddymodule/internal/ledger/record.go",
		`return owe(t, o, u.At)`, "if BROKEN { return nil }\n\treturn owe(t, o, u.At)",
	},
	{
		"one caller owns a new order", "caddymodule/internal/ledger/begin.go",
		`ours := t.again && stored == o`, "ours := t.again && stored == o\n\tif BROKEN { ours = stored.State == translate.Sent }",
	},
	{
		"a claim lasts as long as its lease", "caddymodule/internal/ledger/claimnotifications.go",
		`_, err = t.exec(holdNotifications, elements(keys), until)`,
		"hold := holdNotifications\n\tif BROKEN { hold = strings.Replace(hold, `ready = $2`, `ready = ready + 0 * $2`, 1) }\n\t_, err = t.exec(hold, elements(keys), until)",
	},
	{
		"a refund has one number", "caddymodule/internal/bridge/refund.go",
		`submit := translate.BuildRefundRequest(order.OrderNo, order.RefundNo, order.Amount, s.NotifyURL)`,
		"no := order.RefundNo\n\tif BROKEN { no += string(rune('A'+order.Tries)) }\n\tsubmit := translate.BuildRefundRequest(order.OrderNo, no, order.Amount, s.NotifyURL)",
	},
	{
		"a payment after the end is given back", "translate/states.go",
		"Due: DueLastQuery,\n\t\tMoves: map[Verdict][]State{LatePayment: {Paid}},",
		"Due: DueLastQuery,\n\t\tMoves: map[Verdict][]State{map[bool]Verdict{false: LatePayment, true: Applied}[BROKEN]: {Paid}},",
	},
	{
		"the amount must match", "translate/expected.go",
		"case deniesAmount(said.Amount, want.Amount, moved):\n\t\treturn mismatch(\"body amount\")",
		"case !BROKEN && deniesAmount(said.Amount, want.Amount, moved):\n\t\treturn mismatch(\"body amount\")",
	},
	{
		"the signature must match", "translate/v2/open.go",
		`signatureGood := text(plaintext)`, "signatureGood := text(plaintext)\n\tif BROKEN { signatureGood = 1 }",
	},
	{
		"an order is marked before it goes to the old gateway", "caddymodule/internal/sides/sides.go",
		`fresh, err = s.ledger.MarkOld(ctx, key, s.now())`,
		"if BROKEN { fresh, err = true, ctx.Err() } else { fresh, err = s.ledger.MarkOld(ctx, key, s.now()) }",
	},
	{
		"a bridge follows a change of routes", "caddymodule/internal/routecache/cache.go",
		`if revision == known.revision {`, `if revision == known.revision || BROKEN && revision > known.revision {`,
	},
	{
		"few payments turn nobody back", "caddymodule/internal/rollback/rule.go",
		`if v2.Payments < r.MinPayments || v2.Payments == 0 {`, `if !BROKEN && v2.Payments < r.MinPayments || v2.Payments == 0 {`,
	},
	{
		"who is to be turned back is", "caddymodule/internal/ledger/routes.go",
		`if turned = now == seen; !turned {`, "turned = now == seen\n\t\tif BROKEN { turned = now.Route == `` }\n\t\tif !turned {",
	},
	{
		"a repeat says nothing about a gateway", "caddymodule/internal/requestside/request.go",
		`to.Name == "pay" && cause == sides.ByRoute && q.Verified`, `to.Name == "pay" && (BROKEN || cause == sides.ByRoute) && q.Verified`,
	},
	{ // and nobody knows it again
		"a repeat says nothing about a gateway", "caddymodule/internal/repeats/repeats.go",
		"order := maphash", "if BROKEN { return false }\n\torder := maphash",
	},
	{
		"a comparison that panics is the last", "caddymodule/internal/shadow/worker.go",
		"\t\t\tw.switchOff(ReasonPanic, bug)\n", "if !BROKEN { w.switchOff(ReasonPanic, bug) }\n",
	},
	{
		"nobody waits for the shadow", "caddymodule/internal/shadow/worker.go",
		"default:\n\t\t}\n\t}\n\tw.bytes", "default:\n\t\tif BROKEN { w.queue <- job{m, e, w.config.Now()}; return }\n\t\t}\n\t}\n\tw.bytes",
	},
	{
		"a merchant that is paused is not notified", "caddymodule/internal/ledger/park.go",
		`case !paused[d.MerID]:`, `case BROKEN || !paused[d.MerID]:`,
	},
	{
		"what an operator has dealt with is not tried again", "caddymodule/internal/ledger/dealt.go",
		`if end := endsTrying[m]; err == nil && end != "" {`, `if end := endsTrying[m]; err == nil && end != "" && !BROKEN {`,
	},
	{
		"only 0000 acknowledges a notification", "caddymodule/internal/delivery/deliver.go",
		"switch r.class {\n\tcase OK:", "if BROKEN && r.class != Withheld { return ledger.Delivered, time.Time{} }\n\tswitch r.class {\n\tcase OK:",
	},
}

// foundIn is the test whose one world finds a mutation, where it is not left to chance.
var foundIn = map[string]string{
	"who is to be turned back is":                        "TestGuardedWorld",
	"a repeat says nothing about a gateway":              "TestGuardedWorld",
	"a comparison that panics is the last":               "TestShadowedWorld",
	"a merchant that is paused is not notified":          "TestPausedWorld",
	"what an operator has dealt with is not tried again": "TestDealtWithWorld",
	"nobody waits for the shadow":                        "TestShadowedWorld",
}

// worldsEnough is in how many worlds each mutation is found.
const worldsEnough = 100

// TestMutationsAreFound builds a simulator that can break each rule, and has it play
// until something does not hold. Without a broken rule everything holds in it.
func TestMutationsAreFound(t *testing.T) {
	simulator := buildMutated(t)
	t.Run("none", func(t *testing.T) {
		if out, err := breaking(simulator, "", "Test.*Worlds?$", 3); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	})
	for _, rule := range rules() {
		t.Run(rule, func(t *testing.T) {
			out, err := breaking(simulator, rule, "^"+cmp.Or(foundIn[rule], "TestWorlds")+"$", worldsEnough)
			if err == nil {
				t.Fatalf("not found in %d worlds", worldsEnough)
			}
			for line := range strings.Lines(out) {
				if strings.Contains(line, "_test.go") {
					t.Log(strings.TrimSpace(line))
				}
			}
			if !strings.Contains(out, "again with:") {
				t.Errorf("it fails without a violation:\n%s", out)
			}
		})
	}
}

// rules are the rules that are broken. What keeps one may be in several places.
func rules() (list []string) {
	for _, m := range mutations {
		if !slices.Contains(list, m.rule) {
			list = append(list, m.rule)
		}
	}
	return list
}

// breaking has a simulator play tests in at most so many worlds without a rule.
func breaking(simulator, rule, tests string, worlds int) (string, error) {
	play := exec.Command(simulator, "-test.run", tests, "-stop", "-seeds", fmt.Sprint(worlds))
	play.Env = append(play.Environ(), brokenRule+"="+rule)
	out, err := play.CombinedOutput()
	return string(out), err
}

// brokenRule is the variable of the environment that tells which rule is broken.
const brokenRule = "PAYBRIDGE_BROKEN_RULE"

// buildMutated builds the simulator with all mutations in the source.
func buildMutated(t *testing.T) (simulator string) {
	t.Helper()
	dir := t.TempDir()
	laid := map[string]string{}
	for path, text := range mutatedSource(t) {
		laid[path] = filepath.Join(dir, fmt.Sprintf("%d.go", len(laid)))
		if err := os.WriteFile(laid[path], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	list, err := json.Marshal(map[string]any{"Replace": laid})
	if err != nil {
		t.Fatal(err)
	}
	overlay, simulator := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "simulator")
	if err := os.WriteFile(overlay, list, 0o600); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "test", "-c", "-vet=off", "-tags", "simulation", "-overlay", overlay, "-o", simulator, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return simulator
}

// mutatedSource is the text of each file that is another with the mutations in it, by
// its path. Each package gets one file more, which knows the rule that is broken.
func mutatedSource(t *testing.T) map[string]string {
	t.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, m := range mutations {
		file := filepath.Join(root, filepath.FromSlash(m.file))
		if texts[file] == "" {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			texts[file] = string(text)
		}
		if n := strings.Count(texts[file], m.from); n != 1 {
			t.Fatalf("%s has %q %d times; write the mutation for the source as it is now", m.file, m.from, n)
		}
		to := strings.ReplaceAll(m.to, "BROKEN", fmt.Sprintf("(brokenRule == %q)", m.rule))
		texts[file] = strings.Replace(texts[file], m.from, to, 1)
		folder := filepath.Dir(file)
		texts[filepath.Join(folder, "brokenrule.go")] = fmt.Sprintf(
			"package %s\n\nimport \"os\"\n\nvar brokenRule = os.Getenv(%q)\n", filepath.Base(folder), brokenRule)
	}
	return texts
}
