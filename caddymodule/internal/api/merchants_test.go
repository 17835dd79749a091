package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
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
	claimed, err := w.ledger.ClaimNotifications(t.Context(), present, time.Minute, 10, func(string) int { return 10 })
	if err != nil || len(claimed) != 0 {
		t.Fatalf("given out during the pause: %+v, %v", claimed, err)
	}
	if n := w.stateOf(key); n.State != ledger.Paused {
		t.Fatalf("it is %s", n.State)
	}
	if a := read[PauseAnswer](t, w.post("merchants/resume", pause)); a.Paused || a.Resumed != 1 {
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

func TestPauseRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.refused(w.post("merchants/pause", PauseRequest{MerID: "1", Why: "x"}), http.StatusNotFound, "no merchant")
	w.refused(w.post("merchants/pause", PauseRequest{MerID: "89900001"}), http.StatusBadRequest, "body.why: missing")
	w.refused(w.post("merchants/pause", PauseRequest{Why: "x"}), http.StatusBadRequest, "body.merid: missing")
}
