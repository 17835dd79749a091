package merchants_test

import (
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
)

func TestAll(t *testing.T) {
	t.Parallel()
	r, err := load(shop(second), shop(), shop(func(c *merchants.Config) { c.MerID = "89900000" }))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range r.All() {
		got = append(got, m.MerID)
		if pairs := m.Pairs(); len(pairs) != 1 || pairs[0].Codec != m.Codec {
			t.Errorf("%s: pairs %+v, want its codec", m.MerID, pairs)
		}
	}
	if want := "[89900000 89900001 89900002]"; len(got) != r.Len() || got[0] != "89900000" || got[2] != "89900002" {
		t.Errorf("All = %v, want %s", got, want)
	}
}
