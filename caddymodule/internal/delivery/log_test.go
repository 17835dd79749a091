package delivery

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// loggedMembers are all that may stand in a line about an attempt.
var loggedMembers = []string{
	"level", "msg", "merid", "orderid", "trace_id", "attempt", "class", "status", "took", "lag", "notification", "cause", "error",
}

// No line holds the query of the address, what the merchant answered or a key.
func TestLogHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	canaries := []string{"CANARYQUERY", "CANARYBODY", testKey, "sign=", "resp="}
	answers := map[string]http.HandlerFunc{
		"refused":  func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "CANARYBODY") },
		"credited": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "CANARYBODY\nP1") },
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/?CANARYBODY", http.StatusFound)
		},
		"aborted": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	}
	addresses := []string{"http://merchant.invalid/?CANARYQUERY", "http://2130706433/?CANARYQUERY", "ftp://m.test/?CANARYQUERY"}
	for _, serve := range answers {
		server := httptest.NewServer(serve)
		t.Cleanup(server.Close)
		addresses = append(addresses, server.URL+"/?CANARYQUERY", strings.Replace(server.URL, "http:", "https:", 1)+"/?CANARYQUERY")
	}
	addresses = append(addresses, rawServer(t, func(c net.Conn) { _, _ = io.WriteString(c, "CANARYBODY\r\n\r\n") })+"/?CANARYQUERY")

	var out bytes.Buffer
	log := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.Lock(zapcore.AddSync(&out)), zap.DebugLevel))
	book := newFakeLedger()
	for i, address := range addresses {
		book.owe("canary000"+string(rune('a'+i)), address, time.Now())
	}
	seen := make(chan struct{}, len(addresses))
	d := New(Config{
		Ledger: book, Log: log, Observer: counting{finished: func(Class) { seen <- struct{}{} }},
		Lookup: func(string) (Target, bool) { return loopback(), true },
	})
	d.Start()
	for range addresses {
		<-seen
	}
	if err := d.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}

	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != len(addresses) {
		t.Errorf("%d lines for %d attempts", len(lines), len(addresses))
	}
	for _, line := range lines {
		for _, canary := range canaries {
			if strings.Contains(line, canary) {
				t.Errorf("%q stands in %s", canary, line)
			}
		}
		checkMembers(t, line)
	}
}

func checkMembers(t *testing.T, line string) {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal([]byte(line), &members); err != nil {
		t.Fatal(err)
	}
	for name := range members {
		if name != "ts" && !slices.Contains(loggedMembers, name) {
			t.Errorf("member %q is not on the allow-list: %s", name, line)
		}
	}
}

// counting is an Observer made of functions.
type counting struct {
	finished func(Class)
	ended    func(ledger.NotificationState)
}

func (c counting) AttemptFinished(_ string, class Class, _, _ time.Duration) { c.finished(class) }
func (c counting) NotificationEnded(in ledger.NotificationState)             { c.ended(in) }

func TestLevelsAndMetrics(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, answer string
		want         zapcore.Level
		words        string
		attempts     int
		exhausted    int
	}{
		{"acknowledged", "0000", zap.DebugLevel, "merchant acknowledged the notification", 1, 0},
		{"credited", "P1", zap.InfoLevel, "merchant says that the order was credited already, without acknowledging", 2, 0},
		{"refused", "E1", zap.InfoLevel, "merchant did not acknowledge the notification", 2, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				book, network := newFakeLedger(), newFakeNetwork(always(test.answer, 0))
				var mu sync.Mutex
				attempts, exhausted := 0, 0
				count := func(n *int) { mu.Lock(); *n++; mu.Unlock() }
				log, logs := observed()
				book.owe("levels0001", testURL, time.Now())
				target := testTarget()
				target.Schedule = Schedule{time.Second}
				d := startDispatcher(t, Config{
					Ledger: book, Log: log, Lookup: func(string) (Target, bool) { return target, true },
					Observer: counting{func(Class) { count(&attempts) }, func(in ledger.NotificationState) {
						if in == ledger.Exhausted {
							count(&exhausted)
						}
					}},
				}, network)
				pass(time.Minute)
				stopDispatcher(t, d)
				if attempts != test.attempts || exhausted != test.exhausted || logs.Len() != test.attempts {
					t.Errorf("%d attempts, %d lines, %d exhausted; want %d, %d, %d",
						attempts, logs.Len(), exhausted, test.attempts, test.attempts, test.exhausted)
				}
				if first := logs.All()[0]; first.Level != test.want || first.Message != test.words {
					t.Errorf("%s %q, want %s %q", first.Level, first.Message, test.want, test.words)
				}
				last := logs.All()[logs.Len()-1]
				if warned := last.Level == zap.WarnLevel; warned != (test.exhausted > 0) {
					t.Errorf("last line is %s %q", last.Level, last.Message)
				}
			})
		})
	}
}

// Every class has a log message of its own; the text of a class is a label.
func TestClasses(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for _, c := range Classes() {
		row := c.row()
		if row.class != c || row.message == "" || seen[row.message] || strings.ToLower(string(c)) != string(c) {
			t.Errorf("row %+v of %s", row, c)
		}
		seen[row.message] = true
	}
}

// A write that happened although the answer was lost is no second attempt.
func TestLostAnswerOfTheLedger(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book, network := &forgetful{fakeLedger: newFakeLedger()}, newFakeNetwork(always("0000", 0))
		log, logs := observed()
		key := book.owe("forgot0001", testURL, time.Now())
		d := startDispatcher(t, Config{Ledger: book, Log: log}, network)
		pass(time.Hour)
		stopDispatcher(t, d)
		if n, _ := book.get(key); n.State != ledger.Delivered || len(network.calls) != 1 {
			t.Errorf("%s after %d calls, want delivered after 1", n.State, len(network.calls))
		}
		if logs.FilterMessageSnippet("recorded before").Len() != 1 {
			t.Errorf("lines %v, want one that tells of it", logs.All())
		}
	})
}

// forgetful loses its first answer to Finish.
type forgetful struct {
	*fakeLedger
	lost bool
}

func (f *forgetful) Finish(
	ctx context.Context, d ledger.Notification, a ledger.Attempt, to ledger.NotificationState, due time.Time,
) error {
	err := f.fakeLedger.Finish(ctx, d, a, to, due)
	if !f.lost {
		f.lost = true
		return ledger.ErrUnavailable
	}
	return err
}
