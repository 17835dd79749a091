package tests

import (
	"bytes"
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// said is what a command of an operator brought.
type said struct {
	out, log string
	status   int
}

// ask carries out a command that asks the running bridge, and insists that it
// gives no secret away.
func (p *process) ask(args ...string) said {
	p.t.Helper()
	cmd := p.command(append(append([]string{"paybridge"}, args...), "--address", p.admin)...)
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	var ended *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &ended) {
		p.t.Fatal(err)
	}
	s := said{out.String(), log.String(), cmd.ProcessState.ExitCode()}
	for _, canary := range canaries {
		if strings.Contains(s.out+s.log, canary) {
			p.t.Errorf("%v gives away %q:\n%s%s", args, canary, s.out, s.log)
		}
	}
	return s
}

// selfcheck checks the bridge until that ends with a status: a disk may take longer than a
// probe waits.
func (p *process) selfcheck(status int, args ...string) (s said) {
	p.t.Helper()
	eventually(func() bool {
		s = p.ask(append([]string{"selfcheck"}, args...)...)
		return s.status == status
	})
	return s
}

// want insists on a status and on words in what was printed.
func (s said) want(t testing.TB, status int, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(s.out+s.log, word) {
			t.Errorf("does not say %q:\n%s%s", word, s.out, s.log)
		}
	}
	if s.status != status {
		t.Errorf("status %d, want %d:\n%s%s", s.status, status, s.out, s.log)
	}
}

// listed reads what a command printed with --json into a list of orders or
// notifications.
func (s said) listed(t testing.TB) (orderIDs []string) {
	t.Helper()
	var list struct {
		Items []struct{ OrderID string }
	}
	if err := json.Unmarshal([]byte(s.out), &list); err != nil {
		t.Fatalf("%v: %s%s", err, s.out, s.log)
	}
	for _, item := range list.Items {
		orderIDs = append(orderIDs, item.OrderID)
	}
	return orderIDs
}

// exhaust makes the next order's notifications fail until its schedule has ended.
// The schedule of the test is one second long.
func (w *world) exhaust(fen int64) merchant.Payment {
	w.t.Helper()
	p := w.payment("intl", "WxCode", fen)
	w.receivers["intl"].Script(p.OrderID, merchant.AnswerFail, merchant.AnswerFail)
	w.pay("intl", p)
	exhausted := func() bool {
		return slices.Contains(w.bridge.ask("notifications", "--exhausted", "--json").listed(w.t), p.OrderID)
	}
	if !eventually(exhausted) {
		w.t.Fatalf("the notification of %s is not exhausted", p.OrderID)
	}
	return p
}

const oneRung = "notify_schedule 1s"

// An operator finds an order whose notification is exhausted, reads its story
// and sends it again: the merchant really gets it.
func TestResendFromTheCommandLine(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{Extra: oneRung})
	p := w.exhaust(1999)
	merID := shops["intl"].MerID

	w.bridge.ask("notifications", "--exhausted").want(t, 0, p.OrderID, "exhausted", "Times are local")
	w.bridge.ask("order", merID, p.OrderID).want(t, 0,
		"WxCode, 19.99 yuan, paid", "pay request WxCode", "OP1001", "sent → paid", "call 2: refused", "it can be sent again", "payable until")
	w.bridge.ask("order", p.OrderID, "--json").want(t, 0, `"kind": "attempt"`)

	resend := []string{"notifications", "resend", merID, p.OrderID}
	w.bridge.ask(append(resend, "--dry-run")...).want(t, 0, "1 would be sent again; nothing was changed")
	w.bridge.ask(resend...).want(t, 1, "--why: missing")
	before := len(w.notified("intl", p.OrderID, 2))
	w.bridge.ask(append(resend, "--why", "asked by telephone")...).want(t, 0, "1 are sent again")
	if got := w.notified("intl", p.OrderID, before+1); !got[before].Answer.Acknowledges() {
		t.Errorf("%+v", got)
	}
	acknowledged := func() bool {
		return strings.Contains(w.bridge.ask("order", merID, p.OrderID).out, "the merchant has acknowledged it")
	}
	if !eventually(acknowledged) {
		t.Error("it is not delivered")
	}
	w.bridge.ask(append(resend, "--why", "once more")...).want(t, 1, "the merchant has acknowledged it", "Nothing is sent again")
	w.bridge.ask("order", merID, p.OrderID).want(t, 0, "resend by ", "exhausted → waiting; asked by telephone")
	w.rest()
}

// While a merchant is paused nothing is sent, over a restart too; afterwards
// everything is.
func TestPauseAndResumeFromTheCommandLine(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{Extra: hasty})
	w.bridge.wantHealth(200, `"status":"ready"`)
	merID := shops["intl"].MerID
	w.bridge.ask("merchant", "pause", merID).want(t, 1, "--why: missing")
	w.bridge.ask("merchant", "pause", "89999999", "--why", "repair").want(t, 1, "no merchant")
	w.bridge.ask("merchant", "pause", merID, "--why", "their repair").want(t, 0, "are kept back")
	w.bridge.ask("merchant", "list").want(t, 0, merID, "paused since", "their repair", shops["gm"].MerID)

	var payments []merchant.Payment
	for i := range 3 {
		p := w.payment("intl", "AliCode", int64(2000+i))
		w.pay("intl", p)
		payments = append(payments, p)
	}
	other := w.payment("gm", "WxCode", 2100)
	w.pay("gm", other)
	w.notified("gm", other.OrderID, 1) // the other merchant's go out, by which time these would have too
	w.bridge.stop()
	w.bridge.start()
	kept := func() bool {
		return len(w.bridge.ask("notifications", "--state", "paused", "--json").listed(t)) == len(payments)
	}
	if !eventually(kept) {
		t.Errorf("kept back: %s", w.bridge.ask("notifications").out)
	}
	if sent := w.receivers["intl"].Notifications(""); len(sent) != 0 {
		t.Errorf("sent during the pause: %+v", sent)
	}
	w.bridge.ask("notifications", "resend", merID, payments[0].OrderID, "--why", "to try").want(t, 1, "the merchant is paused")
	w.bridge.ask("merchant", "resume", merID, "--why", "repaired").want(t, 0, "3 that were kept back are due now")
	for _, p := range payments {
		w.notified("intl", p.OrderID, 1)
	}
	w.bridge.ask("changes", merID).want(t, 0, "pause", "their repair", "resume", "repaired", "from 127.0.0.1")
	w.rest()
}

// Notifications are sent again no faster than the operator says.
func TestResendKeepsToTheRate(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{Extra: oneRung})
	const n = 4
	for i := range n {
		w.exhaust(int64(3000 + i))
	}
	merID := shops["intl"].MerID
	calls := len(w.receivers["intl"].Notifications(""))
	filter := []string{"notifications", "resend", "--merchant", merID, "--rate", "2", "--why", "their server is back"}
	w.bridge.ask(filter...).want(t, 0, "4 would be sent again", "with --yes")
	began := time.Now()
	w.bridge.ask(append(filter, "--yes")...).want(t, 0, "4 are sent again")
	got, err := w.receivers["intl"].Wait(w.ctx(), "", calls+n)
	if err != nil {
		t.Fatal(err)
	}
	// None is early, however late the first has come.
	if took := got[calls+n-1].Arrived.Sub(began); took < 1500*time.Millisecond {
		t.Errorf("all within %s", took)
	}
	w.rest()
}

// An order that the gateway does not answer for is settled by a person's word,
// which needs a reason and, for a payment, the gateway's number.
func TestSettleFromTheCommandLine(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{Extra: "query_schedule 1h"})
	merID := shops["intl"].MerID
	for _, rule := range []sandbox.Rule{
		{Behaviour: sandbox.Reset, TranCode: "OP1001", Times: 1},
		{Behaviour: sandbox.Reset, TranCode: "OP2001", Times: 3},
	} {
		w.script(t, rule)
	}
	p := w.payment("intl", "WxCode", 4000)
	w.pay("intl", p)
	w.bridge.ask("orders", "--state", "in_doubt").want(t, 0, p.OrderID, "in_doubt")
	w.bridge.ask("orders", "--state", "paid").want(t, 0, "No order was found.")
	settle := []string{"settle", merID, p.OrderID, "paid"}
	w.bridge.ask(append(settle, "--why", "statement")...).want(t, 1, "needs the gateway's own number")
	w.bridge.ask(append(settle, "--gateway-no", "JYT1")...).want(t, 1, "--why: missing")
	w.bridge.ask(append(settle, "--gateway-no", "JYT1", "--dry-run")...).want(t, 0, "could be settled as paid. Nothing was changed")
	w.bridge.ask(append(settle, "--gateway-no", "JYT1", "--why", "bank statement of today")...).want(t, 0, "The order was in_doubt and is paid")
	w.notified("intl", p.OrderID, 1)
	w.bridge.ask(append(settle, "--gateway-no", "JYT1", "--why", "again")...).want(t, 1, "not stuck")
	w.bridge.ask("order", merID, p.OrderID).want(t, 0, "settle by ", "in_doubt → paid, gateway number JYT1; bank statement of today", "JYT1")
	w.rest()
}

// The gateway's own word goes before that of a person.
func TestSettleIsOverruledByTheGateway(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{Extra: "query_schedule 1h"})
	w.script(t, sandbox.Rule{Behaviour: sandbox.Reset, TranCode: "OP1001", Times: 1})
	p := w.payment("intl", "WxCode", 4100)
	w.pay("intl", p)
	w.bridge.ask("settle", shops["intl"].MerID, p.OrderID, "failed", "--why", "the payer says so").
		want(t, 1, "The gateway was asked and said: paid", "Your word was not needed")
	w.notified("intl", p.OrderID, 1)
	w.rest()
}

// A self-check is green while all is well and names what is not.
func TestSelfcheckFromTheCommandLine(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{})
	w.bridge.wantHealth(200, `"status":"ready"`)
	w.bridge.selfcheck(0).want(t, 0, "keys of 473053110001", "keys of 473053110002", "gateway as 473053110001",
		"gateway as 473053110002", "a signed answer", "callback", "is answered by Paybridge", "a commit takes")
	w.script(t, sandbox.Rule{Behaviour: sandbox.HTML, TranCode: "OP2001"})
	w.bridge.ask("selfcheck").want(t, 1, "FAIL", "no answer that these keys open")
	w.gateway.Reset()
	w.bridge.selfcheck(0, "--merchant", shops["gm"].MerID, "--json").want(t, 0, `"ok": true`)
	w.bridge.ask("selfcheck", "--merchant", "1").want(t, 1, "no merchant")
	w.script(t, sandbox.Rule{Behaviour: sandbox.Refused, TranCode: "OP2001"})
	w.bridge.ask("selfcheck").want(t, 1, "FAIL", "does not answer the query")
	w.gateway.Reset()

	alone := onPostgres(t, settings{}) // a database without a standby
	alone.bridge.start()
	s := alone.bridge.ask("selfcheck")
	s.want(t, 3, "WARN  database", "Nothing fails; see the lines with WARN.")
	if strings.Contains(s.log, "exiting") {
		t.Errorf("more than the table: %s", s.log)
	}
}

// A copy of the ledger is written while the bridge works.
func TestBackupFromTheCommandLine(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{})
	w.pay("intl", w.payment("intl", "WxCode", 5000))
	copied := filepath.Join(w.dir, "copy.db")
	w.bridge.ask("backup", copied).want(t, 0, "The ledger was copied to "+copied)
	w.bridge.ask("backup", copied).want(t, 1, "exists already")
	w.rest()
}

// A command whose bridge is not there says so, and where it looked.
func TestCommandsWithoutABridge(t *testing.T) {
	t.Parallel()
	w := newWorld(t, settings{})
	w.bridge.ask("orders").want(t, 2, "does not answer", "is Caddy running there?", w.bridge.admin)
	w.bridge.ask("orders", "--limit", "many").want(t, 2, "limit")
	w.bridge.ask("order").want(t, 2, "1 to 2 arguments")
}

// TestOneRuleOfExitStatuses: whatever the command, what the bridge says no to is 1, and what could
// not be asked is 2.
func TestOneRuleOfExitStatuses(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{})
	merID, statement := shops["intl"].MerID, filepath.Join(w.dir, "none.csv")
	unknown := map[string][]string{
		"order by any number": {"order", "NOPE"},
		"order of a merchant": {"order", merID, "NOPE"},
		"settle":              {"settle", merID, "NOPE", "failed", "--dry-run"},
		"refund":              {"refund", merID, "NOPE", "--dry-run"},
		"dealt":               {"dealt", merID, "NOPE", "refund", "--why", "x"},
		"resend":              {"notifications", "resend", merID, "NOPE", "--dry-run"},
		"quarantine show":     {"quarantine", "show", "NOPE"},
		"quarantine dealt":    {"quarantine", "dealt", "NOPE", "--why", "x"},
		"pause":               {"merchant", "pause", "NOPE", "--why", "x"},
		"resume":              {"merchant", "resume", merID, "--why", "x"},
		"keep":                {"merchant", "keep", "NOPE", "--why", "x"},
		"kept":                {"merchant", "kept", merID},
		"forget":              {"merchant", "forget", merID, "--why", "x"},
		"route":               {"merchant", "route", "NOPE", "old", "--why", "x"},
		"try pay":             {"try", "pay", "NOPE", "--action", "WxSao", "--amount", "0.01"},
		"try query":           {"try", "query", "NOPE", "1"},
		"try notify":          {"try", "notify", "NOPE", "https://shop.example.com/"},
		"selfcheck":           {"selfcheck", "--merchant", "NOPE"},
		"readiness":           {"readiness", "NOPE"},
		"a state of nothing":  {"orders", "--state", "lost"},
	}
	for name, args := range unknown {
		if got := w.bridge.ask(args...); got.status != 1 {
			t.Errorf("%s: %d: %s", name, got.status, got.log)
		}
	}
	w.bridge.ask("order", "NOPE").want(t, 1, "no order has the number NOPE")
	for name, args := range map[string][]string{
		"no argument":      {"settle"},
		"an unknown flag":  {"orders", "--colour", "red"},
		"not a number":     {"orders", "--limit", "many"},
		"no rows at all":   {"orders", "--limit", "0"},
		"no amount":        {"orders", "--max", "0"},
		"no days":          {"readiness", "--days", "0"},
		"no rate":          {"notifications", "resend", merID, "T1", "--rate", "0"},
		"no such file":     {"reconcile", statement, "--day", "2026-11-22"},
		"no such command":  {"pay"},
		"a missing flag":   {"try", "pay", merID},
		"a missing flag's": {"orders", "--all"},
	} {
		if got := w.bridge.ask(args...); got.status != 2 {
			t.Errorf("%s: %d: %s", name, got.status, got.log)
		}
	}
	absent := filepath.Join(w.dir, "absent.db")
	if _, status := w.bridge.offline("", "restore", absent, "--ledger", filepath.Join(w.dir, "restored.db")); status != 2 {
		t.Errorf("a backup that is not there: %d", status)
	}
	w.bridge.stop()
	for name, args := range unknown {
		if got := w.bridge.ask(args...); got.status != 2 || !strings.Contains(got.log, "is Caddy running there?") {
			t.Errorf("%s, without a bridge: %d: %s", name, got.status, got.log)
		}
	}
}

// The admin API is found after reloads, those that fail included: its routes
// belong to a configuration that was taken back, the bridge does not.
func TestAdminAPIOverReloads(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{})
	p := w.payment("intl", "WxCode", 6000)
	w.pay("intl", p)
	if err := w.bridge.reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.bridge.ask("order", p.OrderID).want(t, 0, "60.00 yuan, paid")
	// This configuration loads, and fails when it starts: somebody else listens
	// there.
	good, taken := w.bridge.url, w.backURLs["intl"]
	w.bridge.url = strings.TrimSuffix(taken, "/notify?from=canary-backurl&x=1")
	w.writeConfig(w.bridge)
	w.bridge.url = good
	if err := w.bridge.reload(t.Context()); err == nil {
		t.Fatal("the address of another server can be listened on")
	}
	w.bridge.ask("order", p.OrderID).want(t, 0, "60.00 yuan, paid")
	w.bridge.selfcheck(0).want(t, 0)
	w.rest()
}
