package tests

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox"
	"github.com/paybridge/paybridge/tests/softhsm"
)

// TestKeyInHSM pays, asks, is told by a notice and refunds with a private key that
// is in no file, and sees who says where the key is.
func TestKeyInHSM(t *testing.T) {
	t.Parallel()
	h := newHSM(t, settings{Extra: hasty})
	where := `token "pay" (SoftHSM project`
	out, err := h.bridge.command("validate", "--config", h.bridge.config).CombinedOutput()
	if text := string(out); err != nil || !strings.Contains(text, tokenKey) || !strings.Contains(text, strings.ReplaceAll(where, `"`, `\"`)) {
		t.Errorf("validate: %v\n%s", err, out)
	}
	mustNotShowCanaries(t, "the output of validate", string(out))
	h.bridge.start()
	h.awaitLog("private key is in no file")

	p := h.payment("intl", "WxSao", 1999)
	reply := h.pay("intl", p)
	if reply.RespCode != "00" {
		t.Fatalf("pay: %s", reply.Inner)
	}
	h.bridge.selfcheck(0).want(t, 0, "keys of 473053110001", "RSA by "+where, "gateway as 473053110001")
	if code := h.query("intl", p.OrderID).ResultCode; code != "1001" {
		t.Errorf("before it is paid: %s", code)
	}
	h.payerPays(reply.OrderNo())
	if !eventually(func() bool { return h.acknowledged(p.OrderID) }) {
		t.Error("the merchant is not told")
	}
	if code := h.query("intl", p.OrderID).ResultCode; code != "0000" {
		t.Errorf("after it is paid: %s", code)
	}
	if reply := h.cancel("intl", p.OrderID); reply.RespCode != "00" {
		t.Errorf("cancel: %s", reply.Inner)
	}
	h.rest()
	counted := h.bridge.metrics()
	if n := counted[`paybridge_rsa_operations_total{path="token"}`]; n < 6 {
		t.Errorf("%v operations by the token", n)
	}
	for _, reason := range []string{"unavailable", "wrong_result"} {
		if n := counted[`paybridge_token_failures_total{reason="`+reason+`"}`]; n != 0 {
			t.Errorf("%v operations failed: %s", n, reason)
		}
	}
	children := h.awaitChildren(2)
	h.bridge.stop()
	for _, c := range children {
		if !eventually(func() bool { _, _, alive := processStat(c.pid); return !alive }) {
			t.Errorf("process %d is left", c.pid)
		}
	}
}

// payerPays pays at the gateway, which sends its notice.
func (h *hsm) payerPays(orderNo string) {
	h.t.Helper()
	notice := sandbox.Notice{MerchantID: shops["intl"].Gateway, OrderID: orderNo}
	if err := h.gateway.Pay(sandbox.Payment{Notice: notice}); err != nil {
		h.t.Fatal(err)
	}
}

// TestTokenDies kills the processes that serve the token, again and again, while
// merchants pay: others take their place.
func TestTokenDies(t *testing.T) {
	t.Parallel()
	h := newHSM(t, settings{Extra: hasty})
	h.bridge.start()
	l := h.startLoad(3, false, h.bridge)
	t.Cleanup(l.end)
	for range 4 {
		enough := l.pays.Load() + 6
		h.killChildren()
		if !eventually(func() bool { return l.pays.Load() >= enough }) {
			t.Fatal("merchants cannot pay any more")
		}
	}
	l.end()
	h.rest()
	l.allNotified(t)
	h.awaitChildren(2)
}

// TestTokenGoesAway takes the token away in the midst of payments: its merchant
// hears "busy" and nothing is sent, other merchants pay on, and everything heals by
// itself, with what was paid at the gateway in the meantime.
func TestTokenGoesAway(t *testing.T) {
	t.Parallel()
	h := newHSM(t, settings{Extra: hasty})
	h.bridge.start()
	before := h.payment("intl", "WxSao", 1500)
	replyBefore := h.pay("intl", before)
	if replyBefore.RespCode != "00" {
		t.Fatalf("before: %s", replyBefore.Inner)
	}
	l := h.startLoad(3, false, h.bridge)
	t.Cleanup(l.end)
	if !eventually(func() bool { return l.pays.Load() >= 6 }) {
		t.Fatal("merchants cannot pay")
	}
	h.tokens.TakeAway()
	h.killChildren()
	h.awaitLog("keys are away")

	during := h.payment("intl", "USao", 1600)
	if reply := h.pay("intl", during); reply.RespCode != "96" {
		t.Errorf("without the token: %s", reply.Inner)
	}
	if slices.ContainsFunc(h.gateway.State().Orders, func(o sandbox.Order) bool { return o.Amount == 1600 }) {
		t.Error("a payment was sent that could not be signed")
	}
	if reply := h.pay("gm", h.payment("gm", "AliSao", 1700)); reply.RespCode != "00" {
		t.Errorf("another merchant: %s", reply.Inner)
	}
	if reply := h.query("intl", before.OrderID); reply.ResultCode != "1001" {
		t.Errorf("query without the token: %s", reply.Inner)
	}
	h.payerPays(replyBefore.OrderNo()) // the notice cannot be opened
	h.wantMetrics(reading{`paybridge_notices_total{result="throttled"}`: 0})
	if h.bridge.metrics()[`paybridge_token_failures_total{reason="unavailable"}`] == 0 {
		t.Error("failures are not counted")
	}
	h.bridge.ask("selfcheck").want(t, 1, "keys of 473053110001", "FAIL", `the private key does not sign: signing with pkcs11:token=pay;object=473053110001: token "pay"`)
	if err := h.bridge.reload(h.ctx()); err == nil || !strings.Contains(err.Error(), "merchant 89900001: private_key: ") {
		t.Errorf("reloaded without the token: %v", err)
	}

	h.tokens.GiveBack()
	h.awaitLog("keys are back")
	healed := eventually(func() bool { return h.pay("intl", during).RespCode == "00" })
	if !healed {
		t.Error("the order of before cannot be paid any more")
	}
	if !eventually(func() bool { return h.acknowledged(before.OrderID) }) {
		t.Error("the merchant is not told of what was paid without the token")
	}
	enough := l.pays.Load() + 6
	if !eventually(func() bool { return l.pays.Load() >= enough }) {
		t.Error("merchants cannot pay any more")
	}
	l.end()
	h.rest()
	l.allNotified(t)
	h.bridge.selfcheck(0).want(t, 0)
}

// TestTokenPINIsChanged changes the PIN under a running bridge: the old one is tried
// once, and the new one after a reload.
func TestTokenPINIsChanged(t *testing.T) {
	t.Parallel()
	h := newHSM(t, settings{Extra: hasty})
	h.bridge.start()
	h.tokens.ChangePIN("pay", "canary-pin-5678")
	if reply := h.pay("intl", h.payment("intl", "USao", 1500)); reply.RespCode != "00" {
		t.Errorf("while its sessions live: %s", reply.Inner)
	}
	h.awaitChildren(2)
	h.killChildren()
	h.awaitLog("it is not tried again until the configuration is loaded again")
	p := h.payment("intl", "USao", 1600)
	for range 3 {
		if reply := h.pay("intl", p); reply.RespCode != "96" {
			t.Errorf("with the old PIN: %s", reply.Inner)
		}
	}
	h.awaitChildren(0) // nobody tries
	h.writePIN("canary-pin-5678")
	if err := h.bridge.reload(h.ctx()); err != nil {
		t.Fatal(err)
	}
	if reply := h.pay("intl", p); reply.RespCode != "00" {
		t.Errorf("with the new PIN: %s", reply.Inner)
	}
	h.rest()
}

// TestWrongPINIsRefused starts a bridge with a wrong PIN, as systemd would, again
// and again: it is tried once.
func TestWrongPINIsRefused(t *testing.T) {
	t.Parallel()
	h := newHSM(t, settings{})
	h.writePIN("canary-pin-wrong")
	refused := func(command, want string) {
		t.Helper()
		out, err := h.bridge.command(command, "--config", h.bridge.config).CombinedOutput()
		if err == nil || !strings.Contains(string(out), want) || !strings.Contains(string(out), "Caddyfile:") {
			t.Errorf("%s: %v, want %q and the line:\n%s", command, err, want, out)
		}
		mustNotShowCanaries(t, command, string(out))
	}
	refused("validate", "the PIN is wrong")
	for range 3 {
		refused("run", "log in once by hand")
	}
	h.writePIN(softhsm.PIN)
	h.tokens.Tool("pay", "--list-objects")
	h.bridge.start()
}

// TestReloadWithToken reloads under load, with the key in a file, in the token, and
// again in the file: no request fails, configurations share the processes, and none
// is left.
func TestReloadWithToken(t *testing.T) {
	t.Parallel()
	h := newHSM(t, settings{
		Extra: hasty, GatewayTimeout: 5 * time.Second, ReplyTimeout: 13 * time.Second,
		Bind: "bind fd/3", Global: graceful,
	})
	inToken := "private_key " + h.settings.IntlKey
	inFile := "private_key " + absolute(t, shops["intl"].PrivateKey)
	h.settings.IntlKey = ""
	h.writeConfig(h.bridge)
	h.bridge.listen()
	h.bridge.start()
	r := &rotation{world: h.world, load: h.startLoad(3, true, h.bridge)}
	t.Cleanup(r.load.end)
	r.keepPaying("with the key in a file")
	if n := len(h.bridge.children()); n != 0 {
		t.Errorf("%d children without a key in a token", n)
	}
	r.reconfigure("into the token", edit{inFile, inToken})
	children := h.awaitChildren(2)
	for range 3 {
		r.reconfigure("reloading")
	}
	if now := h.awaitChildren(2); !slices.Equal(pids(now), pids(children)) {
		t.Errorf("children %v, and %v after reloads", children, now)
	}
	r.reconfigure("back into the file", edit{inToken, inFile})
	h.awaitChildren(0)
	r.keepPaying("without the token")
	r.finish()
}

func pids(children []child) []int {
	var all []int
	for _, c := range children {
		all = append(all, c.pid)
	}
	return all
}

// TestTokenAnswersSlowly stops the processes that serve the token in the midst of a
// payment: nobody waits for longer than the timeout.
func TestTokenAnswersSlowly(t *testing.T) {
	t.Parallel()
	h := newHSM(t, settings{Extra: hasty})
	h.bridge.start()
	h.awaitChildren(2)
	for _, c := range h.bridge.children() {
		if err := syscall.Kill(c.pid, syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	p := h.payment("intl", "USao", 1500)
	reply, err := h.client("intl").Pay(ctx, p)
	if err != nil || reply.RespCode != "00" && reply.RespCode != "96" {
		t.Fatalf("%+v, %v", reply, err)
	}
	if !eventually(func() bool { return h.pay("intl", p).RespCode == "00" }) {
		t.Error("it does not heal")
	}
	h.rest()
}

// TestBadKeyInHSM has a second key in the token, as previous_private_key: selfcheck tries it,
// and when it is gone the payments with the other key go on.
func TestBadKeyInHSM(t *testing.T) {
	t.Parallel()
	h := newHSM(t, settings{Extra: hasty})
	next, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	h.tokens.Put("pay", "next", "02", next)
	h.settings.IntlKey += "\n\t\t\tprevious_private_key pkcs11:token=pay;object=next {file.pin} " + until()
	h.writeConfig(h.bridge)
	h.bridge.start()
	h.bridge.selfcheck(0).want(t, 0, "keys of 473053110001", "previous_private_key works, too")
	before := pids(h.awaitChildren(2))
	h.tokens.Tool("pay", "--delete-object", "--type", "privkey", "--label", "next")
	h.bridge.ask("selfcheck").want(t, 1, "keys of 473053110001", "no private key is named by pkcs11:token=pay;object=next", "see previous_private_key")
	for range 10 {
		if reply := h.pay("intl", h.payment("intl", "USao", 1500)); reply.RespCode != "00" {
			t.Errorf("with the key that is there: %s", reply.Inner)
		}
	}
	if now := pids(h.awaitChildren(2)); !slices.ContainsFunc(now, func(pid int) bool { return slices.Contains(before, pid) }) {
		t.Error("no process is left of those before")
	}
	if text := h.bridge.log(); strings.Contains(text, "keys are away") {
		t.Error("the log tells that the token is away")
	}
	h.rest()
}

// TestDocumentedHSM does what docs/keys.md says: the commands one after the other,
// and then a configuration with its lines.
func TestDocumentedHSM(t *testing.T) {
	t.Parallel()
	_, text, _ := strings.Cut(readText(t, "docs/keys.md"), "\n## Keys in an HSM\n")
	text, _, _ = strings.Cut(text, "\n## ")
	block := func(language string) string {
		found := regexp.MustCompile("(?s)```" + language + "\n(.*?)```").FindStringSubmatch(text)
		if found == nil {
			t.Fatalf("no block of %s", language)
		}
		return found[1]
	}
	tokens := softhsm.New(t)
	w := newWorld(t, settings{})
	here := strings.NewReplacer("/etc/paybridge", w.bridge.dir, "/usr/lib/softhsm/libsofthsm2.so", tokens.Module)
	if err := os.WriteFile(filepath.Join(w.bridge.dir, "473053110009.pem"), readKey(t, shops["intl"].PrivateKey), 0o600); err != nil {
		t.Fatal(err)
	}
	w.bridge.env = append(w.bridge.env, tokens.Env())
	shell := exec.Command("sh", "-euc", here.Replace(block("sh")))
	shell.Dir, shell.Env = w.bridge.dir, append(os.Environ(), tokens.Env())
	if out, err := shell.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	store, private, found := strings.Cut(strings.TrimSpace(here.Replace(block("caddyfile"))), "\n\n")
	if !found {
		t.Fatal("no paragraph with a private key")
	}
	w.settings.Extra, w.settings.IntlKey = store, strings.TrimPrefix(private, "private_key ")
	for _, object := range []string{"473053110001", "473053110009"} {
		w.settings.IntlKey = strings.Replace(w.settings.IntlKey, "473053110001", object, 1)
		w.writeConfig(w.bridge)
		if out, err := w.bridge.command("validate", "--config", w.bridge.config).CombinedOutput(); err != nil || !strings.Contains(string(out), "object="+object) {
			t.Errorf("%v\n%s", err, out)
		}
	}
	w.bridge.start() // with the key that the gateway knows
	if reply := w.pay("intl", w.payment("intl", "USao", 1500)); reply.RespCode != "00" {
		t.Errorf("pay: %s", reply.Inner)
	}
	public, err := os.ReadFile(filepath.Join(w.bridge.dir, "473053110001-public.pem"))
	if err != nil || !strings.Contains(string(public), "BEGIN PUBLIC KEY") {
		t.Errorf("the public key: %v\n%s", err, public)
	}
}
