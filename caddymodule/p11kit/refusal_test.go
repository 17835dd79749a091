package p11kit

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRefusalsSayWhy gives keys that cannot be used, and wants the reason and no
// PIN in the error.
func TestRefusalsSayWhy(t *testing.T) {
	h := newSoftHSM(t)
	h.token("pay")
	h.token("other")
	own := generate(t, 1024)
	h.put("k1", "01", own)
	h.put("twice", "02", own)
	h.put("twice", "03", own)
	h.put("signs only", "04", own)
	h.forbid("signs%20only", attrDecrypt)
	h.put("decrypts only", "05", own)
	h.forbid("decrypts%20only", attrSign)
	h.tool("--keypairgen", "--key-type", "EC:prime256v1", "--label", "curve", "--id", "06")
	pin := filepath.Join(h.dir, "pin")
	if err := os.WriteFile(pin, []byte(userPIN+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := Config{Module: h.module, Processes: 1}
	for name, c := range map[string]struct {
		config   Config
		uri, pin string
		want     string // "" for a key that works
	}{
		"good":               {good, "pkcs11:token=pay;object=k1", userPIN, ""},
		"pin-source":         {good, "pkcs11:token=pay;object=k1?pin-source=file:" + pin, "", ""},
		"pin-source, path":   {good, "pkcs11:token=pay;object=k1?pin-source=" + pin, "", ""},
		"pin-source, URL":    {good, "pkcs11:token=pay;object=k1?pin-source=file://" + pin, "", ""},
		"pin-source and PIN": {good, "pkcs11:token=pay;object=k1?pin-source=file:" + pin, userPIN, "given twice"},
		"pin-source missing": {good, "pkcs11:token=pay;object=k1?pin-source=file:/no/such/pin", "", "no such file"},
		"no token":           {good, "pkcs11:token=pax;object=k1", userPIN, `no token is named by pkcs11:token=pax; there are "`},
		"no key":             {good, "pkcs11:token=pay;object=k9", userPIN, " pkcs11:object=k1;id=%01"},
		"no key at all":      {good, "pkcs11:token=other;object=k1", userPIN, "the PIN shows none there"},
		"several tokens":     {good, "pkcs11:object=k1", userPIN, "2 tokens are named by pkcs11:"},
		"several keys":       {good, "pkcs11:token=pay;object=twice", userPIN, "several private keys"},
		"wrong PIN":          {good, "pkcs11:token=pay;object=k1", "wrong-" + userPIN, "the PIN is wrong; it is not tried again"},
		"short PIN":          {good, "pkcs11:token=pay;object=k1", "1", "not tried again"},
		"no PIN":             {good, "pkcs11:token=pay;object=k1", "", "wants a PIN"},
		"signs only":         {good, "pkcs11:token=pay;object=signs%20only", userPIN, "may not decrypt"},
		"decrypts only":      {good, "pkcs11:token=pay;object=decrypts%20only", userPIN, "may not sign"},
		"a curve":            {good, "pkcs11:token=pay;object=curve", userPIN, "is no RSA key"},
		"module-path":        {Config{Processes: 1}, "pkcs11:token=pay;object=k1?module-path=" + h.module, userPIN, ""},
		"both":               {good, "pkcs11:token=pay;object=k1?module-path=/no/such&pin-source=" + pin, "", "stat /no/such: "},
		"no module":          {Config{}, "pkcs11:token=pay;object=k1", userPIN, "library is not named"},
		"no program":         {Config{Module: h.module, Program: "/no/such/p11-kit"}, "pkcs11:token=pay;object=k1", userPIN, "starting /no/such/p11-kit: "},
		"no library":         {Config{Module: "/no/such/library.so"}, "pkcs11:token=pay;object=k1", userPIN, "the PKCS#11 library: stat /no/such/library.so: no such file"},
		"not its library":    {Config{Module: "/bin/true"}, "pkcs11:token=pay;object=k1", userPIN, "does not serve: the p11-kit process has ended; is the PKCS#11 library one"},
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
			if strings.Contains(err.Error(), userPIN) {
				t.Errorf("the PIN is in: %v", err)
			}
		})
	}
}

// TestTwoPINsForOneToken refuses what cannot be right, without trying it.
func TestTwoPINsForOneToken(t *testing.T) {
	h := newSoftHSM(t)
	h.token("pay")
	h.put("k1", "01", generate(t, 1024))
	c := newClient(t, Config{Module: h.module, Processes: 1})
	u := mustURI(t, "pkcs11:token=pay;object=k1")
	if _, err := c.Key(t.Context(), u, userPIN); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Key(t.Context(), u, "another"); err == nil || !strings.Contains(err.Error(), "different PINs") {
		t.Errorf("%v", err)
	}
	if shown := fmt.Sprintf("%+v %#v", c, c.pools[source{h.module, u.Token()}].login); strings.Contains(shown, userPIN) {
		t.Error("printing a client shows the PIN")
	}
}

// TestPINIsNotTriedWhereItCouldLock looks at the flags of a token before it logs in.
func TestPINIsNotTriedWhereItCouldLock(t *testing.T) {
	t.Parallel()
	for want, flags := range map[string]uint64{
		"locks at the next wrong PIN": tokenFinalTry,
		"the PIN is locked":           tokenPINLocked,
		"typed at a keypad":           tokenPINPad,
		"wants its PIN changed":       tokenPINToChange,
	} {
		l := newLogin(userPIN)
		s := &session{token: token{label: "pay", flags: flags | tokenLoginRequired}} // without a child
		if err := l.in(s, deadlineOf(t)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		if l.stopped() == nil {
			t.Errorf("%s: it goes on trying", want)
		}
	}
	if err := newLogin("").in(&session{}, deadlineOf(t)); err != nil {
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
