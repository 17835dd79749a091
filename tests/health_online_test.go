package tests

import (
	"database/sql"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/httpclient"
)

// health asks what load balancers ask.
func (p *process) health(path string) (status int, body string) {
	p.t.Helper()
	resp, err := httpclient.Client.Get(p.url + "/paybridge/health" + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// wantHealth waits until load balancers hear this.
func (p *process) wantHealth(status int, words string) {
	p.t.Helper()
	var got int
	var body string
	heard := func() bool {
		got, body = p.health("")
		return got == status && strings.Contains(body, words)
	}
	if !eventually(heard) {
		p.t.Errorf("health: %d %s, want %d with %s", got, body, status, words)
	}
}

// holdLedger keeps the bridge from committing until release is called, as a disk
// does that is full: another connection has the ledger to itself.
func (w *world) holdLedger() (release func()) {
	w.t.Helper()
	db, err := sql.Open("sqlite", strings.TrimPrefix(w.settings.Ledger, "sqlite ")+"?_txlock=immediate&_pragma=busy_timeout(5000)")
	if err != nil {
		w.t.Fatal(err)
	}
	held, err := db.BeginTx(w.ctx(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return func() {
		if err := errors.Join(held.Rollback(), db.Close()); err != nil {
			w.t.Error(err)
		}
	}
}

// Load balancers are told when the ledger cannot commit, without a reason, and
// when it can again.
func TestHealthFollowsTheLedger(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{})
	w.bridge.wantHealth(200, `"status":"ready"`)
	release := w.holdLedger()
	w.bridge.wantHealth(503, `"ledger":"failing"`)
	if status, body := w.bridge.health("/live"); status != http.StatusOK {
		t.Errorf("a bridge that lives: %d %s", status, body)
	}
	w.bridge.ask("selfcheck").want(t, 1, "the ledger cannot commit")
	release()
	w.bridge.wantHealth(200, `"status":"ready"`)
}

// A bridge whose disk has less room than it should is not ready.
func TestHealthFollowsTheDisk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, settings{Extra: "health {\n\t\t\tmin_free_disk 1000PB\n\t\t}"})
	w.bridge.startAnyhow()
	w.bridge.wantHealth(503, `"disk":"failing"`)
	w.bridge.ask("selfcheck").want(t, 1, "less than min_free_disk")
}
