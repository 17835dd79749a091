package requestside

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// What is remembered of a request does not keep the rest of its form in memory, which
// anybody may send and which may have 4 MiB.
func TestClaimsKeepNothingElse(t *testing.T) {
	t.Parallel()
	form := "merid=12345678&orderid=T1&code=c1&junk=" + strings.Repeat("9", 1<<20)
	none, err := new(merchants.Loader).Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	m := &inbound.Message{Params: v1.ParseForm(form)}
	q := read(m, none)
	if q.MerID != "12345678" || q.OrderID != "T1" || q.Code != "c1" {
		t.Errorf("claims %+v", q.Claims)
	}
	for _, pair := range [][2]string{{q.MerID, m.Params["merid"]}, {q.OrderID, m.Params["orderid"]}, {q.Code, m.Params["code"]}} {
		if unsafe.StringData(pair[0]) == unsafe.StringData(pair[1]) {
			t.Errorf("%q is kept with all of the form", pair[0])
		}
	}
}
