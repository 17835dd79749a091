package p11kit

import (
	"errors"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/softhsm"
)

func TestURIsAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ canonical, token, module, pinFile string }{
		"pkcs11:token=pay;object=k1":               {"pkcs11:token=pay;object=k1", "pkcs11:token=pay", "", ""},
		"pkcs11:object=k1;token=pay;type=private":  {"pkcs11:token=pay;object=k1", "pkcs11:token=pay", "", ""},
		"pkcs11:id=%01%aB;serial=42;model=M%20x":   {"pkcs11:serial=42;model=M%20x;id=%01%AB", "pkcs11:serial=42;model=M%20x", "", ""},
		"pkcs11:object=k1":                         {"pkcs11:object=k1", "pkcs11:", "", ""},
		"pkcs11:token=%E6%94%AF%E4%BB%98;object=a": {"pkcs11:token=%E6%94%AF%E4%BB%98;object=a", "pkcs11:token=%E6%94%AF%E4%BB%98", "", ""},
		"pkcs11:token=支付;object=a":                 {"pkcs11:token=%E6%94%AF%E4%BB%98;object=a", "pkcs11:token=%E6%94%AF%E4%BB%98", "", ""},
		"pkcs11:token=a%3Bb;object=c?module-path=/usr/lib/x.so&pin-source=file:/etc/pin": {
			"pkcs11:token=a%3Bb;object=c", "pkcs11:token=a%3Bb", "/usr/lib/x.so", "/etc/pin"},
		"pkcs11:token=a;object=c?pin-source=file:///etc/pin": {"pkcs11:token=a;object=c", "pkcs11:token=a", "", "/etc/pin"},
	} {
		u, err := ParseURI(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if u.String() != want.canonical || u.Token() != want.token || u.module != want.module || u.pinFile != want.pinFile {
			t.Errorf("%s: %s, %s, %q, %q", text, u, u.Token(), u.module, u.pinFile)
		}
	}
}

func TestURIsAreRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"/etc/key.pem":                                      "begins with pkcs11:token=",
		"pkcs11:":                                           "names no key",
		"pkcs11:token=pay":                                  "names no key",
		"pkcs11:token=pay,object=k1":                        "names no key",
		"pkcs11:token=pay object":                           "names no key",
		"pkcs11:token=pay;object":                           "not NAME=VALUE",
		"pkcs11:token=pay;;object=k1":                       "not NAME=VALUE",
		"pkcs11:token=pay;object=":                          "object= is empty",
		"pkcs11:object=a;object=b":                          "object= is given twice",
		"pkcs11:object=a%2":                                 "two hex digits",
		"pkcs11:object=a%zz":                                "two hex digits",
		"pkcs11:object=a;type=public":                       "type= must be private",
		"pkcs11:object=a;slot-id=1":                         "slot-id= is not used: name the token",
		"pkcs11:object=a;library-version=1":                 "leave it out",
		"pkcs11:object=a;label=1":                           `"label" is not known`,
		"pkcs11:object=a;pin-source=/etc/pin":               `"pin-source" is not known`,
		"pkcs11:object=a?module-name=x":                     "module-path=",
		"pkcs11:object=a?module-path=x.so":                  "absolute path",
		"pkcs11:object=a?pin-source=pin":                    "absolute path",
		"pkcs11:object=a?pin-source=|cat":                   "absolute path",
		"pkcs11:object=a?x=y":                               `"x" is not known`,
		"pkcs11:object=" + strings.Repeat("a", maxURI):      "longer than",
		"pkcs11:object=" + strings.Repeat("\xa0", maxURI/3): "percent-encoded, is longer than",
	} {
		if u, err := ParseURI(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: %s, %v; want %q", text, u, err, want)
		}
	}
}

// TestPINsInURIsAreRefused wants no URI with a PIN taken, and no PIN in the error,
// wherever it stands and however it is spelt.
func TestPINsInURIsAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"pkcs11:token=pay;object=k1?pin-value=" + softhsm.PIN,
		"pkcs11:token=pay;object=k1;pin-value=" + softhsm.PIN,
		"pkcs11:token=pay;object=k1?module-path=/x&PIN-Value=" + softhsm.PIN,
		"pkcs11:pin-value=" + softhsm.PIN,
		"pkcs11:?pin-value=" + softhsm.PIN + "%",
	} {
		_, err := ParseURI(text)
		if !errors.Is(err, ErrPINInURI) || strings.Contains(err.Error(), softhsm.PIN) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// FuzzParseURI wants the same key from the canonical spelling of a URI.
func FuzzParseURI(f *testing.F) {
	for _, seed := range []string{
		"pkcs11:token=pay;object=k1", "pkcs11:id=%00%ff;serial=4?pin-source=file:/a&module-path=/b", "pkcs11:object=%25?x", "pkcs11:;?&",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := ParseURI(text)
		if err != nil {
			return
		}
		again, err := ParseURI(u.String())
		if err != nil || again.String() != u.String() || again.Token() != u.Token() {
			t.Errorf("%q: %s, and again %s, %v", text, u, again, err)
		}
	})
}
