package p11kit

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/softhsm"
)

// TestRefusalsSayWhy gives keys that cannot be used, and wants the reason and no
// PIN in the error.
func TestRefusalsSayWhy(t *testing.T) {
	h, own := newToken(t)
	h.Init("other")
	h.Put("pay", "twice", "02", own)
	h.Put("pay", "twice", "03", own)
	h.Put("pay", "signs only", "04", own)
	forbid(t, h, "signs%20only", attrDecrypt)
	h.Put("pay", "decrypts only", "05", own)
	forbid(t, h, "decrypts%20only", attrSign)
	h.Tool("pay", "--keypairgen", "--key-type", "EC:prime256v1", "--label", "curve", "--id", "06")
	pin := filepath.Join(t.TempDir(), "pin")
	if err := os.WriteFile(pin, []byte(softhsm.PIN+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := Config{Module: h.Module, Processes: 1}
	for name, c := range map[string]struct {
		config   Config
		uri, pin string
		want     string // "" for a key that works
	}{
		"good":               {good, "pkcs11:token=pay;object=k1", softhsm.PIN, ""},
		"pin-source":         {good, "pkcs11:token=pay;object=k1?pin-source=file:" + pin, "", ""},
		"pin-source, path":   {good, "pkcs11:token=pay;object=k1?pin-source=" + pin, "", ""},
		"pin-source, URL":    {good, "pkcs11:token=pay;object=k1?pin-source=file://" + pin, "", ""},
		"pin-source and PIN": {good, "pkcs11:token=pay;object=k1?pin-source=file:" + pin, softhsm.PIN, "given twice"},
		"pin-source missing": {good, "pkcs11:token=pay;object=k1?pin-source=file:/no/such/pin", "", "no such file"},
		"no token":           {good, "pkcs11:token=pax;object=k1", softhsm.PIN, `no token is named by pkcs11:token=pax; there are "`},
		"no key":             {good, "pkcs11:token=pay;object=k9", softhsm.PIN, " pkcs11:object=k1;id=%01"},
		"no key at all":      {good, "pkcs11:token=other;object=k1", softhsm.PIN, "the PIN shows none there"},
		"several tokens":     {good, "pkcs11:object=k1", softhsm.PIN, "2 tokens are named by pkcs11:"},
		"several keys":       {good, "pkcs11:token=pay;object=twice", softhsm.PIN, "several private keys"},
		"wrong PIN":          {good, "pkcs11:token=pay;object=k1", "wrong-" + softhsm.PIN, "the PIN is wrong; it is not tried again"},
		"short PIN":          {good, "pkcs11:token=pay;object=k1", "1", "not tried again"},
		"no PIN":             {good, "pkcs11:token=pay;object=k1", "", "wants a PIN"},
		"signs only":         {good, "pkcs11:token=pay;object=signs%20only", softhsm.PIN, "may not decrypt"},
		"decrypts only":      {good, "pkcs11:token=pay;object=decrypts%20only", softhsm.PIN, "may not sign"},
		"a curve":            {good, "pkcs11:token=pay;object=curve", softhsm.PIN, "PKCS#11 has no SM2"},
		"module-path":        {Config{Processes: 1}, "pkcs11:token=pay;object=k1?module-path=" + h.Module, softhsm.PIN, ""},
		"both":               {good, "pkcs11:token=pay;object=k1?module-path=/no/such&pin-source=" + pin, "", "stat /no/such: "},
		"no module":          {Config{}, "pkcs11:token=pay;object=k1", softhsm.PIN, "library is not named"},
		"no program":         {Config{Module: h.Module, Program: "/no/such/p11-kit"}, "pkcs11:token=pay;object=k1", softhsm.PIN, "starting /no/such/p11-kit: "},
		"no library":         {Config{Module: "/no/such/library.so"}, "pkcs11:token=pay;object=k1", softhsm.PIN, "the PKCS#11 library: stat /no/such/library.so: no such file"},
		"not its library":    {Config{Module: "/bin/true"}, "pkcs11:token=pay;object=k1", softhsm.PIN, "does not serve: the p11-kit process has ended; is the PKCS#11 library one"},
	} {
		t.Run(name, func(t *testing.T) {
			k, err := newClient(t, c.config).Key(t.Context(), mustURI(t, c.uri), c.pin)
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				checkWorks(t, k, own)
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("%v, want %q", err, c.want)
			}
			h.Tool("pay", "--list-objects") // the right PIN, by hand
			if strings.Contains(err.Error(), softhsm.PIN) {
				t.Errorf("the PIN is in: %v", err)
			}
		})
	}
}

// TestTwoPINsForOneToken refuses what cannot be right, without trying it.
func TestTwoPINsForOneToken(t *testing.T) {
	h, _ := newToken(t)
	c := newClient(t, Config{Module: h.Module, Processes: 1})
	u := mustURI(t, "pkcs11:token=pay;object=k1")
	if _, err := c.Key(t.Context(), u, softhsm.PIN); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Key(t.Context(), u, "another"); err == nil || !strings.Contains(err.Error(), "different PINs") {
		t.Errorf("%v", err)
	}
	if shown := fmt.Sprintf("%+v %#v", c, mustPool(t, c).login); strings.Contains(shown, softhsm.PIN) {
		t.Error("printing a client shows the PIN")
	}
}

// TestPINIsNotTriedWhereItCouldLock looks at the flags of a token before it logs in.
func TestPINIsNotTriedWhereItCouldLock(t *testing.T) {
	t.Parallel()
	for want, flags := range map[string]uint64{
		"locks at the next wrong PIN": tokenFinalTry,
		"where a restart would try":   tokenWrongPIN,
		"the PIN is locked":           tokenPINLocked,
		"typed at a keypad":           tokenPINPad,
		"wants its PIN changed":       tokenPINToChange,
	} {
		l := newLogin(softhsm.PIN, new(refusals))
		s := &session{token: token{label: "pay", flags: flags | tokenLoginRequired}} // without a child
		if err := l.in(s, deadlineOf(t)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		if l.stopped() == nil {
			t.Errorf("%s: it goes on trying", want)
		}
	}
	if err := newLogin("", new(refusals)).in(&session{}, deadlineOf(t)); err != nil {
		t.Errorf("a token that wants no PIN: %v", err)
	}
}

// TestConfigIsChecked refuses numbers that cannot be meant.
func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []Config{{Processes: -1}, {Processes: MaxProcesses + 1}, {Timeout: -1}} {
		if _, err := New(c); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
}

// TestWrongPINIsNotTriedByTheNextProcess: systemd starts a program again and again
// whose configuration is refused. The one that logs in by hand lets it go on; a
// process that has logged in before tries again when it is told to.
func TestWrongPINIsNotTriedByTheNextProcess(t *testing.T) {
	h, own := newToken(t)
	u := mustURI(t, "pkcs11:token=pay;object=k1")
	want := func(pin, refusal string) {
		t.Helper()
		loggedIn.Clear() // this process is another one
		_, err := newClient(t, Config{Module: h.Module, Processes: 1}).Key(t.Context(), u, pin)
		if err == nil || !strings.Contains(err.Error(), refusal) {
			t.Errorf("%v, want %q", err, refusal)
		}
	}
	want("wrong-1234", "the PIN is wrong; it is not tried again")
	for range 5 {
		want("wrong-1234", "has been given a wrong PIN since the last right one")
	}
	want(softhsm.PIN, "log in once by hand")
	h.Tool("pay", "--list-objects")
	c := newClient(t, Config{Module: h.Module, Processes: 1})
	checkWorks(t, mustKey(t, c, u.String()), own)
	if _, err := newClient(t, Config{Module: h.Module, Processes: 2}).Key(t.Context(), u, "wrong-1234"); err == nil || !strings.Contains(err.Error(), "the PIN is wrong") {
		t.Errorf("a reload: %v", err)
	}
	checkWorks(t, mustKey(t, newClient(t, Config{Module: h.Module, Processes: 2}), u.String()), own)
}

// TestTokenWithoutPINIsTriedAgain: a token that has no PIN cannot lock, and SoftHSM says
// so for a moment, too, while another process logs in. A bridge that took it for the
// last word would be without its key until the next reload.
func TestTokenWithoutPINIsTriedAgain(t *testing.T) {
	h := newSoftHSM(t)
	h.InitWithoutPIN("pay")
	l, known := newLogin(softhsm.PIN, new(refusals)), mustURI(t, "pkcs11:token=pay;object=k1")
	connecting := func() error {
		ctx, cancel := context.WithDeadline(t.Context(), deadlineOf(t))
		defer cancel()
		s, err := connect(ctx, []string{DefaultProgram, "remote", h.Module}, known, l.in)
		if err == nil {
			s.child.end(endGrace)
		}
		return err
	}
	err := connecting()
	if err == nil || !strings.Contains(err.Error(), "the token has no user PIN yet: set one with the token's tools") || l.stopped() != nil {
		t.Fatalf("%v; stopped by: %v", err, l.stopped())
	}
	h.SetPIN("pay")
	if err := connecting(); err != nil {
		t.Error(err)
	}
}
