package api

import (
	"net/http"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/refusals"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// uncounted is an observer that does not care.
type uncounted struct{}

func (uncounted) RequestRefused(string) {}

func TestListRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.served.Refusals = refusals.New(uncounted{}, refusals.Rest)
	for range 3 {
		w.served.Refusals.Refused(refusals.Request{Code: v1.CodeConflict, MerID: "89900001"})
	}
	w.served.Refusals.Refused(refusals.Request{Code: v1.CodeNoOrder, MerID: "89900002"})
	list := read[RefusalList](t, w.get("refused"))
	if len(list.Items) != 2 || list.Next != "" || time.Since(list.Since) > time.Hour {
		t.Fatalf("%+v", list)
	}
	first := list.Items[0]
	if first.MerID != "89900001" || first.Cause != "order_number_used" || first.Times != 3 || first.Means == "" || first.LastAt.IsZero() {
		t.Errorf("%+v", first)
	}
	if list := read[RefusalList](t, w.get("refused?merid=89900002")); len(list.Items) != 1 || list.Items[0].Cause != "no_such_order" {
		t.Errorf("of one merchant: %+v", list)
	}
	if list := read[RefusalList](t, w.get("refused?limit=1")); len(list.Items) != 1 || list.Next == "" {
		t.Errorf("one row: %+v", list)
	} else if rest := read[RefusalList](t, w.get("refused?limit=1&after="+list.Next)); len(rest.Items) != 1 || rest.Items[0].MerID != "89900002" || rest.Next != "" {
		t.Errorf("the other row: %+v", rest)
	}
	for _, wrong := range []string{"none", "1/2", "a/b/c"} {
		w.refused(w.get("refused?after="+wrong), http.StatusBadRequest, "query.after")
	}
	w.refused(w.get("refused?limit=501"), http.StatusBadRequest, "query.limit")
}
