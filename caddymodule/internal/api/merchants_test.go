package api

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/translate"
)

func TestListMerchants(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(w.ledger.Pause(t.Context(), "88800000", ledger.Change{Who: "ada", Why: "left us"}))
	list := read[MerchantList](t, w.get("merchants"))
	var got []string
	for _, m := range list.Items {
		got = append(got, m.MerID)
	}
	if strings.Join(got, " ") != "88800000 89900001 89900002" {
		t.Fatalf("%q", got)
	}
	if m := list.Items[0]; m.Configured || m.Pause == nil || m.Pause.Why != "left us" {
		t.Errorf("%+v", m)
	}
	if m := list.Items[1]; !m.Configured || m.Pause != nil || m.GatewayMerchant != "473053110001" || m.Suite != "intl" {
		t.Errorf("%+v", m)
	}
	first := read[MerchantList](t, w.get("merchants?limit=2"))
	if len(first.Items) != 2 || first.Next != "89900001" {
		t.Errorf("%+v", first)
	}
	if rest := read[MerchantList](t, w.get("merchants?limit=2&after="+first.Next)); len(rest.Items) != 1 || rest.Next != "" {
		t.Errorf("%+v", rest)
	}
	if paused := read[MerchantList](t, w.get("merchants?paused=true")); len(paused.Items) != 1 {
		t.Errorf("%+v", paused)
	}
}

// What comes up during a pause is kept and due again when it ends.
func TestPauseAndResume(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pause := PauseRequest{MerID: "89900001", Why: "repair"}
	if a := read[PauseAnswer](t, w.post("merchants/pause", pause)); !a.Paused {
		t.Errorf("%+v", a)
	}
	w.refused(w.post("merchants/pause", pause), http.StatusConflict, "is paused already, by ada from")
	key := w.notification("89900001", ledger.Waiting, time.Minute)
	claimed, err := w.ledger.ClaimNotifications(t.Context(), present, time.Minute, roomFor(10))
	if err != nil || len(claimed) != 0 {
		t.Fatalf("given out during the pause: %+v, %v", claimed, err)
	}
	if n := w.stateOf(key); n.State != ledger.Paused {
		t.Fatalf("it is %s", n.State)
	}
	// The bridge of this world may finish what the request has begun, so that the answer
	// counts none.
	if a := read[PauseAnswer](t, w.post("merchants/resume", pause)); a.Paused || a.Resumed > 1 {
		t.Errorf("%+v", a)
	}
	if n := w.stateOf(key); n.State != ledger.Waiting || !n.Due.Equal(present) {
		t.Errorf("%s, due %s", n.State, n.Due)
	}
	w.refused(w.post("merchants/resume", pause), http.StatusConflict, "is not paused")
	changes := read[ChangeList](t, w.get("changes?merid=89900001")).Items
	if len(changes) != 2 || changes[0].What+changes[1].What != "resumepause" && changes[0].What+changes[1].What != "pauseresume" {
		t.Errorf("%+v", changes)
	}
}

// keptBack pauses a merchant and puts n notifications into the ledger that are
// kept back.
func (w *world) keptBack(merID string, n int) {
	w.t.Helper()
	read[PauseAnswer](w.t, w.post("merchants/pause", PauseRequest{MerID: merID, Why: "repair"}))
	for range n {
		w.notification(merID, ledger.Waiting, time.Minute)
	}
	_, err := w.ledger.ClaimNotifications(w.t.Context(), present, time.Minute, roomFor(n))
	must(err)
	w.wantKeptBack(n)
}

// wantKeptBack insists on how many notifications are kept back.
func (w *world) wantKeptBack(want int) {
	w.t.Helper()
	gauges, err := w.ledger.Gauges(w.t.Context(), present)
	must(err)
	if gauges.Paused != want {
		w.t.Errorf("%d notifications are kept back, want %d", gauges.Paused, want)
	}
}

// cutOff ends a context as soon as the ledger has committed that a merchant is being
// resumed. Other commits may come before that one.
func (w *world) cutOff() context.Context {
	ctx, cancel := context.WithCancel(w.t.Context())
	do := func() {
		pauses, err := w.ledger.PausedMerchants(ctx)
		if err == nil && slices.ContainsFunc(pauses.Items, func(p ledger.Pause) bool { return p.Resuming }) {
			cancel()
		}
	}
	w.commits.do.Store(&do)
	return ctx
}

// A resuming that a crash cut in two is finished by saying resume once more.
func TestResumeFinishesAnInterruptedOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const merID = "89900001"
	w.keptBack(merID, 3)
	// The pause has ended, and nothing of what was kept back is due yet.
	_, err := w.ledger.ResumeMerchant(w.cutOff(), merID, present, ledger.Change{Who: "ada", Why: "repaired"})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("not interrupted: %v", err)
	}
	w.wantKeptBack(3)
	pauses, err := w.ledger.PausedMerchants(t.Context())
	if err != nil || len(pauses.Items) != 1 || !pauses.Items[0].Resuming {
		t.Fatalf("not interrupted in the middle: %+v, %v", pauses, err)
	}
	resume := PauseRequest{MerID: merID, Why: "once more"}
	if a := read[PauseAnswer](t, w.post("merchants/resume", resume)); a.Resumed != 3 || a.Paused {
		t.Errorf("%+v", a)
	}
	w.wantKeptBack(0)
	w.refused(w.post("merchants/resume", resume), http.StatusConflict, "is not paused")
}

// Who resumes and hangs up does not leave half of the backlog behind.
func TestResumeGoesOnWithoutItsCaller(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.keptBack("89900001", 3)
	request := httptest.NewRequest(http.MethodPost, Prefix+"merchants/resume", strings.NewReader(`{"merid":"89900001","why":"repaired"}`))
	request.Header.Set("Content-Type", "application/json")
	w.ask(request.WithContext(w.cutOff()))
	w.wantKeptBack(0)
}

func TestPauseRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.refused(w.post("merchants/pause", PauseRequest{MerID: "1", Why: "x"}), http.StatusNotFound, "no merchant")
	w.refused(w.post("merchants/pause", PauseRequest{MerID: "89900001"}), http.StatusBadRequest, "body.why: missing")
	w.refused(w.post("merchants/pause", PauseRequest{Why: "x"}), http.StatusBadRequest, "body.merid: missing")
}

// A reason that says nothing is none, whatever is to be changed.
func TestBlankReasons(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := w.notification("89900001", ledger.Exhausted, time.Hour)
	for _, why := range []string{"", "   ", "\t\n", "\u3000", "\u200b"} {
		for path, request := range map[string]any{
			"merchants/pause":      PauseRequest{MerID: key.MerID, Why: why},
			"merchants/resume":     PauseRequest{MerID: key.MerID, Why: why},
			"notifications/resend": ResendRequest{MerID: key.MerID, OrderID: key.OrderID, Why: why},
			"orders/settle":        SettleRequest{MerID: key.MerID, OrderID: key.OrderID, State: translate.Failed, Why: why},
		} {
			w.refused(w.post(path, request), http.StatusBadRequest, "body.why: missing")
		}
	}
	if changes := read[ChangeList](t, w.get("changes")); len(changes.Items) != 0 {
		t.Errorf("recorded: %+v", changes)
	}
}
