package tests

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/httpclient"
	"github.com/paybridge/paybridge/tests/pgtest"
	"github.com/paybridge/paybridge/tests/port"
)

const (
	containerfile      = "docs/container/Containerfile"
	containerCaddyfile = "docs/container/Caddyfile"
	composeFile        = "docs/container/compose.yaml"
)

// elsewhere is an address of this machine that is not loopback: as through a
// container's published port, what comes to it comes from there.
func elsewhere(t *testing.T) string {
	t.Helper()
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range addresses {
		if network, ok := address.(*net.IPNet); ok && network.IP.IsGlobalUnicast() {
			return network.IP.String()
		}
	}
	t.Skip("this machine has loopback alone: nothing can come from elsewhere")
	return ""
}

// hashOf returns a password's hash as an operator gets it.
func hashOf(t *testing.T, password string) []byte {
	t.Helper()
	out, err := exec.Command(bridgeBinary, "hash-password", "--plaintext", password).Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The console and the metrics of a container are reached through a published
// port, with their passwords and not without.
func TestContainerConsoleAndMetrics(t *testing.T) {
	t.Parallel()
	ip := elsewhere(t)
	_, number, err := net.SplitHostPort(port.Free(t))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	users := map[string]string{"console": "operator", "prometheus": "prometheus"}
	for name, user := range users {
		if err := os.WriteFile(filepath.Join(dir, name+".hash"), hashOf(t, "password of "+user), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	site := strings.NewReplacer(":2020", ":"+number, "/etc/paybridge", dir).Replace(readText(t, containerCaddyfile))
	w := newWorld(t, settings{After: site})
	w.bridge.start()
	get := func(path, host, user string) (int, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(w.ctx(), http.MethodGet, "http://"+net.JoinHostPort(ip, number)+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host + ":" + number
		if user != "" {
			r.SetBasicAuth(user, "password of "+user)
		}
		resp, err := httpclient.Client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}
	started := eventually(func() bool { // the site may answer before the app has started
		status, _ := get("/paybridge/orders", "localhost", "operator")
		return status != http.StatusServiceUnavailable
	})
	if !started {
		t.Fatal("the bridge does not start")
	}
	for _, c := range []struct {
		path, host, user string
		status           int
		holds            string
	}{
		{"/", "localhost", "operator", 200, "<html"},
		{"/paybridge/orders", "localhost", "operator", 200, `"items"`},
		{"/metrics", "localhost", "prometheus", 200, "paybridge_"},
		{"/", "localhost", "", 401, ""},
		{"/", "localhost", "prometheus", 401, ""},
		{"/paybridge/orders", "localhost", "", 401, ""},
		{"/metrics", "localhost", "", 401, ""},
		{"/metrics", "localhost", "operator", 401, ""},
		{"/load", "localhost", "operator", 404, ""},
		{"/stop", "localhost", "operator", 404, ""},
		{"/", "attacker.example", "operator", 200, ""}, // no site: Caddy's empty answer
	} {
		status, body := get(c.path, c.host, c.user)
		if status != c.status || !strings.Contains(body, c.holds) || c.holds == "" && strings.Contains(body, "<html") {
			t.Errorf("%s at %s as %q: %d %.200q, want %d with %q", c.path, c.host, c.user, status, body, c.status, c.holds)
		}
	}
}

var copied = regexp.MustCompile(`(?m)^COPY ([a-z][^\n]*) \S+$`)

// The recipe's steps work in a clone: what it copies is there, .dockerignore
// keeps it, and nothing else is needed to build.
func TestContainerBuildsFromClone(t *testing.T) {
	t.Parallel()
	recipe := readText(t, containerfile)
	kept := readText(t, ".dockerignore")
	dir := t.TempDir()
	sources := copied.FindAllStringSubmatch(recipe, -1)
	if len(sources) == 0 {
		t.Fatal("the recipe copies nothing")
	}
	for _, match := range sources {
		for source := range strings.FieldsSeq(match[1]) {
			if !strings.Contains(kept, "\n!"+source+"\n") {
				t.Errorf(".dockerignore leaves out %s", source)
			}
			copySources(t, source, dir)
		}
	}
	build := regexp.MustCompile(`(?m)^RUN (CGO_ENABLED=0 go build .*) -o /out/caddy (\S+)$`).FindStringSubmatch(recipe)
	if build == nil {
		t.Fatal("the recipe builds nothing")
	}
	// Whatever the recipe lacks, the compiler misses.
	cmd := exec.Command("go", "build", "-o", os.DevNull, build[2])
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-mod=readonly -trimpath")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	toolchain := regexp.MustCompile(`golang:(\d+\.\d+) `).FindStringSubmatch(recipe)
	if toolchain == nil || !strings.Contains(readText(t, "go.mod"), "\ngo "+toolchain[1]) {
		t.Errorf("the recipe's Go is %q, not that of go.mod", toolchain)
	}
}

// copySources copies a file or a folder of the repository, without what
// .dockerignore leaves out.
func copySources(t *testing.T, source, target string) {
	t.Helper()
	for _, path := range files(t, filepath.Join("..", source)) {
		name, err := filepath.Rel("..", path)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.IsDir() || strings.HasSuffix(name, "_test.go") || strings.Contains(name, "testdata") {
			continue
		}
		file := filepath.Join(target, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(readText(t, name)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// The database that the recipe makes is the one that it has the bridge use, and the
// bridge takes payments with such an address.
func TestComposeConnectsBridgeAndDatabase(t *testing.T) {
	t.Parallel()
	recipe := readText(t, composeFile)
	value := func(name string) string {
		t.Helper()
		found := regexp.MustCompile(`(?m)^ +` + name + `: (\S.*)$`).FindStringSubmatch(recipe)
		if found == nil {
			t.Fatalf("%s is not set", name)
		}
		return found[1]
	}
	password := regexp.MustCompile(`\$\{(\w+)[^}]*\}`)
	written := value("PAYBRIDGE_DSN")
	if variable := password.FindStringSubmatch(written); variable == nil || value("POSTGRES_PASSWORD") != "${"+variable[1]+"}" {
		t.Errorf("the passwords of bridge and database differ: %s", written)
	}
	dsn, err := url.Parse(password.ReplaceAllString(written, "secret"))
	if err != nil {
		t.Fatal(err)
	}
	if dsn.User.Username() != value("POSTGRES_USER") || dsn.Path != "/"+value("POSTGRES_DB") || !strings.Contains(recipe, "\n  "+dsn.Hostname()+":\n") {
		t.Errorf("the bridge uses %s, which is not the database there", dsn.Redacted())
	}
	ours, err := url.Parse(pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	dsn.User, dsn.Host, dsn.Path = ours.User, ours.Host, ours.Path
	w := newWorld(t, settings{Ledger: "postgres {env.PAYBRIDGE_DSN}"})
	w.bridge.env = append(w.bridge.env, "PAYBRIDGE_DSN="+dsn.String())
	w.bridge.start()
	p := w.payment("intl", "WxCode", 100)
	w.pay("intl", p)
	w.notified("intl", p.OrderID, 1)
}
