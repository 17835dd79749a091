package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// integrating are the programs of docs/integrate.md: by the word behind the fence, the
// file they go into and what runs them.
var integrating = []struct {
	language, file string
	run            []string
}{
	{"sh", "pay.sh", []string{"sh pay.sh"}},
	{"php", "pay.php", []string{"php pay.php"}},
	{"java", "Pay.java", []string{"java Pay.java"}},
	{"csharp", "Pay.cs", []string{"mcs Pay.cs", "mono Pay.exe"}},
	{"python", "pay.py", []string{"python3 pay.py"}},
}

// program is the one program of a document in a language.
func program(t *testing.T, document, language string) string {
	t.Helper()
	found := regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(readText(t, document), -1)
	if len(found) != 1 {
		t.Fatalf("%s has %d programs in %s, want one", document, len(found), language)
	}
	return found[0][1]
}

// Every program that merchants' programmers are shown pays an order: copied from the
// document as it stands, in a shell and four languages. With another key it says that
// the reply is not signed by the bridge, rather than believing a refusal.
func TestIntegratingPrograms(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{})
	for _, p := range integrating {
		t.Run(p.language, func(t *testing.T) {
			text := program(t, "docs/integrate.md", p.language)
			if program(t, "docs/integrate.zh.md", p.language) != text {
				t.Error("the program is another one in Chinese")
			}
			for _, command := range p.run {
				if tool := strings.Fields(command)[0]; !isThere(tool) {
					t.Skipf("no %s here: make -f xcaddy.mk test installs it", tool)
				}
			}
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, p.file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			run := func(key, orderID string) (string, error) {
				var out []byte
				var err error
				for _, command := range p.run {
					words := strings.Fields(command)
					cmd := exec.Command(words[0], words[1:]...)
					cmd.Dir = dir
					cmd.Env = append(os.Environ(), "BRIDGE="+w.bridge.url, "MERID="+shops["intl"].MerID, "KEY="+key,
						"ORDERID="+orderID, "BACKURL=https://shop.example.com/notify?a=1+2")
					if out, err = cmd.CombinedOutput(); err != nil {
						break
					}
				}
				return string(out), err
			}
			orderID := w.orderID()
			out, err := run(shops["intl"].Key, orderID)
			if err != nil || !strings.Contains(out, `"respcode":"00"`) || !strings.Contains(out, "weixin://") {
				t.Fatalf("%v: %s", err, out)
			}
			if paid := func(r ledgerRow) bool { return r.orderID == orderID && r.amount == 1 && r.state == "pending" }; !slices.ContainsFunc(w.rows(), paid) {
				t.Errorf("no order %s in the ledger", orderID)
			}
			out, _ = run("another key", w.orderID())
			if !strings.Contains(out, "the signature of the reply is wrong") {
				t.Errorf("with another key: %s", out)
			}
		})
	}
	w.rest()
}

func isThere(tool string) bool {
	_, err := exec.LookPath(tool)
	return err == nil
}
