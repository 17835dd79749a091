package command

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// runKeygen carries out "caddy paybridge keygen" and returns what it prints.
func runKeygen(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	cmd := keygenCommand()
	cmd.SilenceUsage = true // as Caddy's root command has it
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(append([]string{}, args...)) // nil would be those of the test program
	err := cmd.Execute()
	return out.String(), err
}

// privateText returns the base64 lines of the private key.
func privateText(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile(name + "-private.pem")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) < 4 {
		t.Fatalf("a private key of %d lines", len(lines))
	}
	return lines[1 : len(lines)-1]
}

func TestKeygenPrintsWhatTheGatewayNeeds(t *testing.T) {
	t.Parallel()
	for _, suite := range []string{"intl", "gm"} {
		t.Run(suite, func(t *testing.T) {
			t.Parallel()
			name := filepath.Join(t.TempDir(), "473053110001")
			out, err := runKeygen(t, "--out", name, "--suite", suite)
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			public, err := os.ReadFile(name + "-public.pem")
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSpace(string(public)), "\n")
			bare := strings.Join(lines[1:len(lines)-1], "")
			for _, part := range []string{name + "-private.pem", name + "-public.pem", string(public), "\n" + bare + "\n", "SHA-256"} {
				if !strings.Contains(out, part) {
					t.Errorf("it does not print %q:\n%s", part, out)
				}
			}
			for _, line := range privateText(t, name) {
				if strings.Contains(out, line) {
					t.Error("it prints the private key")
				}
			}
		})
	}
}

func TestKeygenJSON(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "473053110001")
	out, err := runKeygen(t, "--json", "--suite", "gm", "-o", name)
	if err != nil {
		t.Fatal(err)
	}
	var made map[string]string
	if err := json.Unmarshal([]byte(out), &made); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	public, err := os.ReadFile(name + "-public.pem")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"suite": "gm", "private_key_file": name + "-private.pem", "public_key_file": name + "-public.pem", "public_key_pem": string(public),
	}
	for member, value := range want {
		if made[member] != value {
			t.Errorf("%s: %q; want %q", member, made[member], value)
		}
	}
	if len(made) != 6 || !strings.HasPrefix(made["public_key_base64"], "MFkw") || len(made["fingerprint_sha256"]) != 95 {
		t.Errorf("printed %v", made)
	}
	if strings.Contains(out, privateText(t, name)[0]) {
		t.Error("it prints the private key")
	}
}

func TestKeygenRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	taken := filepath.Join(dir, "taken")
	if out, err := runKeygen(t, "--out", taken, "--suite", "gm"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	before := privateText(t, taken)[0]
	free := filepath.Join(dir, "free")
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"no name":          {nil, "--out is missing"},
		"a folder":         {[]string{"--out", dir + "/"}, "names no file"},
		"a name that is":   {[]string{"--out", taken, "--suite", "gm"}, "exists already and is left as it is"},
		"no such folder":   {[]string{"--out", filepath.Join(dir, "absent", "k"), "--suite", "gm"}, "no such file or directory"},
		"unknown suite":    {[]string{"--out", free, "--suite", "rsa"}, "use one of intl, gm"},
		"a short key":      {[]string{"--out", free, "--bits", "1024"}, "--bits: 1024: write 2048 to 8192"},
		"an enormous key":  {[]string{"--out", free, "--bits", "16384"}, "write 2048 to 8192"},
		"bits of SM2":      {[]string{"--out", free, "--suite", "gm", "--bits", "2048"}, "--bits is for suite intl"},
		"a flag of others": {[]string{"--out", free, "--days", "365"}, "unknown flag"},
		"an argument":      {[]string{"--out", free, "more"}, "more"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := runKeygen(t, tc.args...)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v; want ...%s...\n%s", err, tc.want, out)
			}
		})
	}
	t.Cleanup(func() {
		if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 2 || privateText(t, taken)[0] != before {
			t.Errorf("the folder holds %q, or the key that was there is another one", left)
		}
	})
}

func TestKeygenHelpSaysWhatItDoesNot(t *testing.T) {
	t.Parallel()
	out, err := runKeygen(t, "--help")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"sends nothing", "does not change the configuration", "does not print the private key", "never written over"} {
		if !strings.Contains(out, part) {
			t.Errorf("the help does not say %q:\n%s", part, out)
		}
	}
}
