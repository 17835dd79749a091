package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var journalctlBlock = regexp.MustCompile("(?s)```sh\n(journalctl .*?)```")

// The documented commands tell from the logs which merchants and which addresses
// still need what.
func TestOldProgramsWhoIsLeft(t *testing.T) {
	t.Parallel()
	e := newEdge(t)
	e.start()
	e.pays(t, "intl", "https://pay.example.com", e.overOpenSSL("127.0.3.1", oldTLS...), "127.0.3.1", "none")
	e.pays(t, "gm", "http://pay.example.com", overTCP("127.0.3.2", e.plain()), "127.0.3.2", "none")
	e.pays(t, "intl", "https://pay.example.com", e.overOpenSSL("127.0.3.3", "-tls1_3"), "127.0.3.3", "TLS 1.3")
	e.expectFront(t, "127.0.3.1", "TLSv1 AES128-SHA")

	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "haproxy"), []byte(e.journal.text()), 0o600); err != nil {
		t.Fatal(err)
	}
	journalctl := "#!/bin/sh\ncase \"$1 $2\" in\n'-u paybridge') cat " + e.bridge.logPath() + " ;;\n'-t haproxy') cat " + dir + "/haproxy ;;\nesac\n"
	if err := os.WriteFile(filepath.Join(dir, "journalctl"), []byte(journalctl), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, document := range []string{"docs/old-programs.md", "docs/old-programs.zh.md"} {
		blocks := journalctlBlock.FindAllStringSubmatch(readText(t, document), -1)
		if len(blocks) != 2 {
			t.Fatalf("%s has %d commands for the journal", document, len(blocks))
		}
		for i, want := range [][]string{
			{"89900001 127.0.3.1", "89900002 127.0.3.2"},
			{"127.0.3.1 TLSv1 AES128-SHA"},
		} {
			cmd := exec.Command("sh", "-c", blocks[i][1])
			cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
			out, err := cmd.CombinedOutput()
			lines := strings.Split(strings.TrimSpace(string(out)), "\n")
			if err != nil || len(lines) != len(want) {
				t.Errorf("%s: %v, %q, want %q", document, err, out, want)
				continue
			}
			for n, line := range lines {
				if !strings.HasSuffix(line, " "+want[n]) {
					t.Errorf("%s: %q, want %q", document, line, want[n])
				}
			}
		}
	}
}
