package tests

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/httpclient"
)

// offline carries out a command that needs no running Caddy. It returns standard
// output and the exit status.
func (p *process) offline(input string, args ...string) (string, int) {
	p.t.Helper()
	cmd := p.command(append([]string{"paybridge"}, args...)...)
	cmd.Stdin = strings.NewReader(input)
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	p.t.Cleanup(func() {
		if p.t.Failed() {
			p.t.Logf("%v wrote to standard error:\n%s", args[0], &log)
		}
	})
	err := cmd.Run()
	if _, ended := err.(*exec.ExitError); err != nil && !ended {
		p.t.Fatal(err)
	}
	for _, shop := range shops {
		if strings.Contains(out.String()+log.String(), shop.Key) {
			p.t.Errorf("%v shows the key of %s", args, shop.MerID)
		}
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// handMade is a form that a merchant's program sends, its md5 made here.
func handMade(message, key string) string {
	text := base64.StdEncoding.EncodeToString([]byte(message))
	sum := md5.Sum([]byte(text + key))
	return "req=" + url.QueryEscape(text) + "&sign=" + hex.EncodeToString(sum[:])
}

const offlineMessage = `{"action":"WxCode","txnamt":"1999","merid":"89900001","orderid":"T20261121000000001",` +
	`"code":"280000000000canary1","openid":"oCanaryOpenID","backurl":"http://shop.example/canary-backurl"}`

// The offline commands do their work beside a bridge that does not run: they
// open no ledger and leave no file.
func TestOfflineCommands(t *testing.T) {
	t.Parallel()
	w := newWorld(t, settings{})
	before := folder(t, w.dir)
	for name, tc := range map[string]struct {
		args   []string
		input  string
		status int
		says   []string
	}{
		"explain, verified": {
			[]string{"explain"}, handMade(offlineMessage, shops["intl"].Key), 0,
			[]string{"equals sign", "VERIFIED, and the bridge takes this message."},
		},
		"explain, by URL": {
			[]string{"explain", w.bridge.url + "/apis/wxjspaygateway?" + handMade(strings.Replace(offlineMessage, "WxCode", "WxJsApi", 1), shops["intl"].Key)}, "", 0,
			[]string{"pay in the WeChat browser", "VERIFIED"},
		},
		"explain, other merchant's key": {
			[]string{"explain"}, handMade(offlineMessage, shops["gm"].Key), 1,
			[]string{"NOT VERIFIED", "respcode 91", "key_of_other_merchant", "89900002"},
		},
		"explain, in JSON": {
			[]string{"explain", "--json"}, handMade(strings.Replace(offlineMessage, "1999", "19.99", 1), shops["intl"].Key), 1,
			[]string{`"verified": true`, `"accepted": false`, `"name": "amount_in_yuan"`},
		},
		"explain, usage": {[]string{"explain", "--bogus"}, "", 2, nil},
		"explain, no such file": {
			[]string{"explain", filepath.Join(w.dir, "absent")}, "", 2, nil,
		},
		"translate": {
			[]string{"translate", "--in", "-", "--config", w.bridge.config}, offlineMessage, 0,
			[]string{`"merchantId": "473053110001"`, `"authCode": "***"`, "Made up here"},
		},
		"translate, refused": {
			[]string{"translate", "--in", "-"}, strings.Replace(offlineMessage, "WxCode", "Payout", 1), 1,
			[]string{`"respcode": "97"`},
		},
		"translate, usage": {[]string{"translate"}, "", 2, nil},
	} {
		t.Run(name, func(t *testing.T) {
			args := tc.args
			if args[0] == "explain" {
				args = append(args, "--config", w.bridge.config)
			}
			out, status := w.bridge.offline(tc.input, args...)
			if status != tc.status {
				t.Errorf("exit status %d, want %d; output:\n%s", status, tc.status, out)
			}
			for _, part := range tc.says {
				if !strings.Contains(out, part) {
					t.Errorf("output without %q:\n%s", part, out)
				}
			}
			if strings.Contains(strings.ToLower(out), "canary") {
				t.Errorf("output with a canary:\n%s", out)
			}
		})
	}
	for path := range folder(t, w.dir) {
		if !before[path] {
			t.Errorf("a command left %s behind", path)
		}
	}
}

// What explain says of a request is what the running bridge answers to the same
// bytes.
func TestExplainAgreesWithTheBridge(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{})
	key := shops["intl"].Key
	for name, form := range map[string]string{
		"unknown key":    handMade(offlineMessage, "a key that was changed"),
		"unknown merid":  handMade(strings.Replace(offlineMessage, "89900001", "89900009", 1), key),
		"yuan":           handMade(strings.Replace(offlineMessage, "1999", "19.99", 1), key),
		"unknown action": handMade(strings.Replace(offlineMessage, "WxCode", "Payout", 1), key),
		"no code":        handMade(strings.Replace(offlineMessage, "280000000000canary1", "", 1), key),
		"JSON body":      `{"req":"e30="}`,
		"nothing":        "",
	} {
		t.Run(name, func(t *testing.T) {
			out, status := w.bridge.offline(form, "explain", "--config", w.bridge.config)
			if code := w.bridge.postForm(form); status != 1 || !strings.Contains(out, "respcode "+code) {
				t.Errorf("the bridge answers %s; explain ends with %d and says:\n%s", code, status, out)
			}
		})
	}
}

// postForm POSTs a body as a merchant's program does and returns the respcode.
func (p *process) postForm(body string) string {
	p.t.Helper()
	resp, err := httpclient.Client.Post(p.url+"/api/mpgateway", "application/x-www-form-urlencoded", strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	var reply struct{ Resp []byte } // JSON writes bytes in base64, as v1 does
	if err := json.NewDecoder(resp.Body).Decode(&reply); err != nil {
		p.t.Fatal(err)
	}
	var message struct{ RespCode string }
	if err := json.Unmarshal(reply.Resp, &message); err != nil {
		p.t.Fatal(err)
	}
	return message.RespCode
}

// folder lists what is in a folder.
func folder(t *testing.T, dir string) map[string]bool {
	t.Helper()
	found := make(map[string]bool)
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			found[path] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// The table of exit statuses is the same in the help and in both
// documents.
func TestExitStatuses(t *testing.T) {
	t.Parallel()
	help, err := exec.Command(bridgeBinary, "paybridge", "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(help), "Exit statuses:\n")
	if !found {
		t.Fatalf("no table in the help:\n%s", help)
	}
	rows := regexp.MustCompile(`(?m)^  (\d)  (.+)$`).FindAllStringSubmatch(table, -1)
	if len(rows) != 4 {
		t.Errorf("%d exit statuses in the help:\n%s", len(rows), table)
	}
	for i, row := range rows {
		if want := strconv.Itoa(i); row[1] != want {
			t.Errorf("status %s in the place of %s", row[1], want)
		}
		if line := "| " + row[1] + " | " + row[2] + " |\n"; !strings.Contains(readText(t, "docs/daily-work.md"), line) {
			t.Errorf("docs/daily-work.md lacks %s", line)
		}
		if !strings.Contains(readText(t, "docs/daily-work.zh.md"), "\n| "+row[1]+" | ") {
			t.Errorf("docs/daily-work.zh.md lacks the status %s", row[1])
		}
	}
}
