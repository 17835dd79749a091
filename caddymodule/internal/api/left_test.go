package api

import (
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

func TestListLeft(t *testing.T) {
	t.Parallel()
	w := beside(t)
	if list := read[LeftList](t, w.get("routes/left")); list.Items == nil || len(list.Items) != 0 {
		t.Errorf("%+v", list)
	}
	_, err := w.ledger.AddOldTraffic(t.Context(), []ledger.OldTraffic{
		{MerID: "89900001", Path: "/api/query", Last: present.Add(-time.Hour), Times: 3},
		{Path: "/api/payout", Last: present, Times: 1, Strange: true},
	})
	must(err)
	list := read[LeftList](t, w.get("routes/left"))
	if len(list.Items) != 2 || list.More || list.Items[0].Path != "/api/payout" || list.Items[0].Configured ||
		list.Items[1] != (Left{MerID: "89900001", Configured: true, Path: "/api/query", LastAt: present.Add(-time.Hour), Times: 3}) {
		t.Errorf("%+v", list)
	}
	if list := read[LeftList](t, w.get("routes/left?limit=1")); len(list.Items) != 1 || !list.More {
		t.Errorf("%+v", list)
	}
	if list := read[LeftList](t, w.get("routes/left?merid=89900001")); len(list.Items) != 1 || list.Items[0].Path != "/api/query" {
		t.Errorf("of one merchant: %+v", list)
	}
	w.exec(`UPDATE old_traffic SET times = 'many' WHERE path = '/api/query'`)
	if list := read[LeftList](t, w.get("routes/left")); len(list.Items) != 1 || len(list.Unreadable) != 1 || list.Unreadable[0].MerID != "89900001" {
		t.Errorf("%+v", list)
	}
}
