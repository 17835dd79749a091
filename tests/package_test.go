package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// scratch is a root folder that the system's own dpkg installs packages in, with the
// packages' own scripts, as nobody: fakeroot has them believe that they are root and
// remembers what they give to whom.
type scratch struct {
	t    *testing.T
	root string
}

// nobody is the user that packages are tried as, lest a script with a mistake
// changes this machine.
const nobody = 65534

func newScratch(t *testing.T) *scratch {
	t.Helper()
	for _, tool := range []string{"dpkg", "fakeroot"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("PAYBRIDGE_REQUIRE_RELEASE") != "" {
				t.Fatal(err)
			}
			t.Skip("no " + tool)
		}
	}
	s := &scratch{t, t.TempDir()}
	for _, folder := range []string{"etc", "var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers"} {
		if err := os.MkdirAll(s.path(folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"etc/passwd": "root:x:0:0:root:/root:/bin/sh\n", "etc/group": "root:x:0:\n",
		"var/lib/dpkg/status": "", "fakeroot": "",
	} {
		s.write(name, text)
	}
	s.everyPath(func(path string) error { return os.Lchown(path, nobody, nobody) })
	// The folder above it is of the test alone.
	if err := os.Chmod(filepath.Dir(s.root), 0o755); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *scratch) path(name string) string { return filepath.Join(s.root, name) }

func (s *scratch) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(s.path(name), []byte(text), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scratch) everyPath(do func(string) error) {
	s.t.Helper()
	if os.Getuid() != 0 {
		return // everything belongs to whoever tests
	}
	err := filepath.WalkDir(s.root, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return do(path)
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// exists reports whether there is something at a path of the root.
func (s *scratch) exists(name string) bool {
	_, err := os.Lstat(s.path(name))
	return err == nil
}

// run carries out a command as the root of the scratch folder.
func (s *scratch) run(name string, args ...string) string {
	s.t.Helper()
	memory := s.path("fakeroot")
	cmd := exec.Command("fakeroot", append([]string{"-i", memory, "-s", memory, name}, args...)...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/nonexistent", "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive"}
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// dpkg does with a package what an operator does. Its dependencies are this
// machine's business; a configuration that an operator has changed stays.
func (s *scratch) dpkg(args ...string) string {
	s.t.Helper()
	return s.run("dpkg", append([]string{
		"--root=" + s.root, "--force-script-chrootless", "--force-depends", "--force-confdef", "--force-confold", "--log=/dev/null",
	}, args...)...)
}

// mode is the mode, owner and group of a path, by their names in the scratch root.
func (s *scratch) mode(name string) string {
	s.t.Helper()
	fields := strings.Fields(s.run("stat", "-c", "%a %u %g", s.path(name)))
	return fmt.Sprintf("%s %s:%s", fields[0], s.name("etc/passwd", fields[1]), s.name("etc/group", fields[2]))
}

func (s *scratch) name(file, number string) string {
	s.t.Helper()
	text, err := os.ReadFile(s.path(file))
	if err != nil {
		s.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Split(line, ":"); fields[2] == number || strings.TrimSpace(fields[2]) == number {
			return fields[0]
		}
	}
	return number
}

// publish puts a package where nobody can read it.
func (s *scratch) publish(path string) string {
	s.t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	s.write("package.deb", string(text))
	return s.path("package.deb")
}

// installRelease is the life of an installation: from the .deb to the first payment,
// through an upgrade, to its end.
func installRelease(t *testing.T, r release) {
	s := newScratch(t)
	deb := r.one(t, "*.deb")
	said := s.dpkg("-i", s.publish(deb))
	wantSaid(t, said, "not started", "caddy validate", "systemctl enable --now paybridge")
	for name, want := range map[string]string{
		"usr/bin/caddy":                                        "755 root:root",
		"var/lib/paybridge":                                    "700 paybridge:paybridge",
		"etc/paybridge":                                        "750 root:paybridge",
		"etc/paybridge/Caddyfile":                              "640 root:paybridge",
		"etc/paybridge/environment":                            "640 root:paybridge",
		"usr/share/bash-completion/completions/caddy":          "644 root:root",
		"usr/share/zsh/vendor-completions/_caddy":              "644 root:root",
		"usr/share/fish/vendor_completions.d/caddy.fish":       "644 root:root",
		"usr/share/man/man8/caddy-paybridge-orders.8.gz":       "644 root:root",
		"usr/share/man/zh_CN/man8/caddy-paybridge-orders.8.gz": "644 root:root",
		"usr/share/doc/paybridge/copyright":                    "644 root:root",
		"usr/share/doc/paybridge/Caddyfile.example":            "644 root:root",
		"usr/share/doc/paybridge/docs/runbooks.md":             "644 root:root",
		"usr/share/doc/paybridge/docs/runbooks.zh.md":          "644 root:root",
		"usr/lib/systemd/system/paybridge.socket":              "644 root:root",
		"usr/share/doc/paybridge/docs/monitoring/alerts.yml":   "644 root:root",
	} {
		if got := s.mode(name); got != want {
			t.Errorf("/%s is %s, want %s", name, got, want)
		}
	}
	s.wantUnit()
	w, paid := s.firstPayment(r)

	s.enableUnit()

	// An upgrade while the bridge runs: it goes on, and the configuration stays.
	s.opened()
	config := readFile(t, s.path("etc/paybridge/Caddyfile"))
	said = s.dpkg("-i", s.publish(newerPackage(t, deb)))
	wantSaid(t, said, "is upgraded", "backup", "systemctl restart paybridge")
	if readFile(t, s.path("etc/paybridge/Caddyfile")) != config {
		t.Error("the upgrade has changed the configuration")
	}
	if !strings.Contains(readFile(t, s.path("etc/paybridge/environment")), "newer") {
		t.Error("the upgrade has not changed what nobody had changed")
	}
	if got := s.mode("etc/paybridge/environment"); got != "640 root:paybridge" {
		t.Errorf("after the upgrade: %s", got)
	}
	w.bridge.ask("order", paid.OrderID).want(t, 0, "paid")
	w.bridge.stop()
	w.bridge.start()
	w.bridge.ask("order", paid.OrderID).want(t, 0, "paid")
	w.bridge.stop()

	// Its end: neither payments nor keys go.
	s.opened()
	wantSaid(t, s.dpkg("-r", "paybridge"), "/var/lib/paybridge", "/etc/paybridge", "stay")
	if s.exists("usr/bin/caddy") || !s.exists("etc/paybridge/Caddyfile") || !s.exists("var/lib/paybridge/ledger.db") {
		t.Error("removing leaves the program, or takes away configuration or ledger")
	}

	// Installed again, it is to be enabled again, and not restarted.
	if err := os.Remove(s.path(enabledUnit)); err != nil { // the package's script, where systemd runs
		t.Fatal(err)
	}
	said = s.dpkg("-i", s.publish(deb))
	wantSaid(t, said, "is installed again", "caddy validate", "systemctl enable --now paybridge")
	if strings.Contains(said, "upgraded") || strings.Contains(said, "systemctl restart") || readFile(t, s.path("etc/paybridge/Caddyfile")) != config {
		t.Errorf("installed again, it says or changes what it should not:\n%s", said)
	}
	s.dpkg("-r", "paybridge")
	wantSaid(t, s.dpkg("-P", "paybridge"), "/etc/paybridge/Caddyfile and /etc/paybridge/environment are gone", "/var/lib/paybridge", "userdel paybridge")
	if s.exists("etc/paybridge/Caddyfile") || s.exists("etc/paybridge/environment") {
		t.Error("purging leaves what the package has brought")
	}
	if !s.exists("var/lib/paybridge/ledger.db") || !s.exists("etc/paybridge/own.key") {
		t.Error("purging takes away the ledger or keys")
	}
}

// enabledUnit is what "systemctl enable paybridge" makes.
const enabledUnit = "etc/systemd/system/multi-user.target.wants/paybridge.service"

func (s *scratch) enableUnit() {
	s.t.Helper()
	err := os.MkdirAll(filepath.Dir(s.path(enabledUnit)), 0o755)
	if err == nil {
		err = os.Symlink("/usr/lib/systemd/system/paybridge.service", s.path(enabledUnit))
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// opened gives what the bridge of the test has written to whoever installs.
func (s *scratch) opened() {
	s.t.Helper()
	s.everyPath(func(path string) error { return os.Lchown(path, nobody, nobody) })
}

// wantUnit insists that the service is that of the documents, for the installed
// program.
func (s *scratch) wantUnit() {
	s.t.Helper()
	unit := readFile(s.t, s.path("usr/lib/systemd/system/paybridge.service"))
	if want := strings.ReplaceAll(readText(s.t, serviceFile), "/usr/local/bin/", "/usr/bin/"); unit != want {
		s.t.Errorf("the unit is not that of the documents:\n%s", unit)
	}
	program := regexp.MustCompile(`(?m)^ExecStart=(\S+) run --config (\S+)$`).FindStringSubmatch(unit)
	if program == nil || !s.exists(program[1]) || !s.exists(program[2]) {
		s.t.Errorf("the unit starts what is not installed: %q", program)
	}
}

// firstPayment does what the installation says: the configuration, validate, start,
// selfcheck, a tried payment and a merchant's. What the package brings as configuration is refused
// until it has real keys.
func (s *scratch) firstPayment(r release) (*world, merchant.Payment) {
	t := s.t
	t.Helper()
	w := newWorld(t, settings{Ledger: "sqlite " + s.path("var/lib/paybridge/ledger.db")})
	b := w.bridge
	b.binary = s.path("usr/bin/caddy")
	template := filepath.Join(b.dir, "template")
	text := strings.ReplaceAll(readFile(t, s.path("etc/paybridge/Caddyfile")), "/etc/paybridge", s.path("etc/paybridge"))
	if err := os.WriteFile(template, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := b.command("validate", "--config", template, "--adapter", "caddyfile").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "89900001.key") {
		t.Errorf("the package's configuration without keys: %v\n%s", err, out)
	}

	s.write("etc/paybridge/Caddyfile", readFile(t, b.config))
	s.write("etc/paybridge/own.key", "kept")
	b.config = s.path("etc/paybridge/Caddyfile")
	if out, err := b.command("validate", "--config", b.config).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	b.start()
	b.ask("version", "--running").want(t, 0, "v"+r.version)
	b.ask("selfcheck").want(t, 0, "ledger")
	b.ask("try", "pay", shops["intl"].MerID, "--action", "WxCode", "--amount", "0.01", "--code", "canarycode1", "--yes", "--for", "2m").
		want(t, 0, "→ paid")
	p := w.payment("intl", "WxCode", 1)
	w.pay("intl", p)
	w.notified("intl", p.OrderID, 1)
	b.ask("order", p.OrderID).want(t, 0, "paid")
	return w, p
}

// newerPackage makes the next version of a package, in which both files of the
// configuration are others.
func newerPackage(t *testing.T, deb string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "package")
	run := func(args ...string) {
		t.Helper()
		if out, err := exec.Command("dpkg-deb", args...).CombinedOutput(); err != nil {
			t.Fatalf("%q: %v\n%s", args, err, out)
		}
	}
	run("-R", deb, dir)
	change := func(name string, edit func(string) string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(edit(readFile(t, path))), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	change("DEBIAN/control", func(text string) string {
		return regexp.MustCompile(`(?m)^Version: .*$`).ReplaceAllString(text, "Version: 999.0.0")
	})
	for _, name := range []string{"etc/paybridge/Caddyfile", "etc/paybridge/environment"} {
		change(name, func(text string) string { return "# newer\n" + text })
	}
	run("-Zgzip", "-z1", "--root-owner-group", "-b", dir, dir+".deb")
	return dir + ".deb"
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func wantSaid(t *testing.T, said string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(said, word) {
			t.Errorf("does not say %q:\n%s", word, said)
		}
	}
}
