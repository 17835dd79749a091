package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	serviceFile = "docs/systemd/paybridge.service"
	socketFile  = "docs/systemd/paybridge.socket"
)

// unit is a unit file of systemd: the values of each setting in their order.
type unit map[string][]string

func readUnit(t *testing.T, path string) unit {
	t.Helper()
	u := make(unit)
	for line := range strings.Lines(readText(t, path)) {
		line = strings.TrimSpace(line)
		name, value, found := strings.Cut(line, "=")
		if found && !strings.HasPrefix(line, "#") {
			u[name] = append(u[name], value)
		}
	}
	return u
}

// one returns the value of a setting that stands once.
func (u unit) one(t *testing.T, name string) string {
	t.Helper()
	if len(u[name]) != 1 {
		t.Fatalf("%s stands %d times", name, len(u[name]))
	}
	return u[name][0]
}

func systemdAnalyze(t *testing.T) string {
	t.Helper()
	tool, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("no systemd-analyze: the units are not judged")
	}
	return tool
}

// Both languages show the files that they tell an operator to install.
func TestOperatingQuotesItsFiles(t *testing.T) {
	t.Parallel()
	quotes := map[string]string{
		serviceFile:        "ini",
		socketFile:         "ini",
		containerfile:      "dockerfile",
		containerCaddyfile: "caddyfile",
		composeFile:        "yaml",
	}
	for _, document := range []string{"docs/operating.md", "docs/operating.zh.md"} {
		text := readText(t, document)
		for path, language := range quotes {
			if !strings.Contains(text, "```"+language+"\n"+readText(t, path)+"```\n") {
				t.Errorf("%s does not quote %s as it is", document, path)
			}
			if link := "(" + strings.TrimPrefix(path, "docs/") + ")"; !strings.Contains(text, link) {
				t.Errorf("%s does not lead to %s", document, path)
			}
		}
	}
}

// installable copies the units to a folder with the path of a binary that
// exists, since systemd looks for it.
func installable(t *testing.T) (service, socket string) {
	t.Helper()
	dir := t.TempDir()
	var paths []string
	for _, path := range []string{serviceFile, socketFile} {
		text := strings.ReplaceAll(readText(t, path), "/usr/local/bin/caddy", bridgeBinary)
		target := filepath.Join(dir, filepath.Base(path))
		if err := os.WriteFile(target, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, target)
	}
	return paths[0], paths[1]
}

func TestUnitsVerify(t *testing.T) {
	t.Parallel()
	tool := systemdAnalyze(t)
	service, socket := installable(t)
	out, err := exec.Command(tool, "verify", "--man=no", service, socket).CombinedOutput()
	// It exits with 0 where it only warns of a name that it does not know.
	if err != nil || strings.Contains(string(out), "paybridge") {
		t.Errorf("%v\n%s", err, out)
	}
}

// systemd's own measure of what a service could do beyond its task is 3 of 10 at
// most.
func TestServiceIsConfined(t *testing.T) {
	t.Parallel()
	tool := systemdAnalyze(t)
	service, _ := installable(t)
	out, err := exec.Command(tool, "security", "--offline=true", "--threshold=30", "--no-pager", service).CombinedOutput()
	if err != nil && strings.Contains(string(out), "unrecognized option") {
		t.Skip("this systemd-analyze cannot judge a file")
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// What the service must leave to the bridge, whatever else is forbidden.
func TestServiceKeepsWhatTheBridgeNeeds(t *testing.T) {
	t.Parallel()
	service := readUnit(t, serviceFile)
	for name, want := range map[string]string{
		"Type":                "notify",
		"User":                "paybridge",
		"ReadWritePaths":      "/var/lib/paybridge",
		"AmbientCapabilities": "CAP_NET_BIND_SERVICE",
		"ExecStart":           "/usr/local/bin/caddy run --config /etc/paybridge/Caddyfile",
		"ExecReload":          "/usr/local/bin/caddy reload --force --config /etc/paybridge/Caddyfile",
		"EnvironmentFile":     "-/etc/paybridge/environment",
		"TimeoutStopSec":      "60s",
	} {
		if got := service.one(t, name); got != want {
			t.Errorf("%s=%s, want %s", name, got, want)
		}
	}
	families := strings.Fields(service.one(t, "RestrictAddressFamilies"))
	for _, family := range []string{"AF_INET", "AF_INET6", "AF_UNIX"} {
		if !slices.Contains(families, family) {
			t.Errorf("no sockets of %s", family)
		}
	}
	// The keys in /etc/paybridge stay readable; users other than the service's are
	// kept out by their modes.
	for _, name := range []string{"InaccessiblePaths", "TemporaryFileSystem", "RootDirectory", "PrivateUsers", "PrivateNetwork", "IPAddressDeny", "ProcSubset"} {
		if values := service[name]; len(values) > 0 {
			t.Errorf("%s=%q takes away what the bridge needs", name, values)
		}
	}
}
