package caddymodule

import (
	"net/url"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/explain"
)

// What is kept of a request is what explain names its cause by, and a reload leaves
// nothing of it, while the counts go on.
func TestKeptFormsAndReload(t *testing.T) { // not parallel: one Caddy a process
	causes := make(causeSink, 10)
	rememberTo(t, causes)
	s := startServer(t, "")
	for name, form := range map[string]url.Values{
		"wrong key":   sealed(payJSON("T20261121000000001"), "another key"),
		"broken JSON": {"req": {"eyJtZXJpZCI6Ijg5OTAwMDAxIiwsfQ=="}, "sign": {"00112233445566778899aabbccddeeff"}}, // {"merid":"89900001",,}
	} {
		if _, err := refused.Keep("89900001", time.Hour); err != nil {
			t.Fatal(err)
		}
		s.postForm(t, "/api/mpgateway", form)
		cause := <-causes
		kept, _, _ := refused.Kept("89900001")
		if len(kept) != 1 || explain.Explain(kept[0].Text, explainWorld(t)).Cause() != cause {
			t.Errorf("%s: %d forms are kept, the cause is %q", name, len(kept), cause)
		}
		s.load(t)
		if _, _, ok := refused.Kept("89900001"); ok {
			t.Errorf("%s: kept over a reload", name)
		}
	}
	if counts, _ := refused.LastDay(); len(counts) == 0 || counts[0].MerID != "89900001" {
		t.Errorf("counted: %+v", counts)
	}
}
