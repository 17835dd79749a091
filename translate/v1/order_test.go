package v1_test

import (
	"strings"
	"testing"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

func TestParseOrderRef(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, json string
		want       v1.OrderRef
	}{
		{"by order", `{"merid":"89900001","orderid":"1"}`, v1.OrderRef{MerID: "89900001", OrderID: "1"}},
		{"by platform number", `{"merid":"89900001","queryid":"H1"}`, v1.OrderRef{MerID: "89900001", QueryID: "H1"}},
		{"both", `{"merid":"89900001","orderid":"1","queryid":"H1"}`, v1.OrderRef{MerID: "89900001", QueryID: "H1", OrderID: "1"}},
		{"platform number null", `{"merid":"89900001","orderid":"1","queryid":null}`, v1.OrderRef{MerID: "89900001", OrderID: "1"}},
		{"numbers", `{"merid":89900001,"orderid":20261121000000000002}`, v1.OrderRef{MerID: "89900001", OrderID: "20261121000000000002"}},
		{"any printable number", `{"merid":"89900001","orderid":"订单 #1/2"}`, v1.OrderRef{MerID: "89900001", OrderID: "订单 #1/2"}},
		{"blanks around", `{"merid":"89900001 ","orderid":" 1","queryid":"H1\r\n"}`, v1.OrderRef{MerID: "89900001", QueryID: "H1", OrderID: "1"}},
		{"a line end, not escaped", "{\"merid\":\"89900001\r\n\",\"orderid\":\"1\t\"}", v1.OrderRef{MerID: "89900001", OrderID: "1"}},
		{"platform number is a blank", `{"merid":"89900001","orderid":"1","queryid":" "}`, v1.OrderRef{MerID: "89900001", OrderID: "1"}},
		{"unknown members", `{"merid":"89900001","orderid":"1","x":{}}`, v1.OrderRef{MerID: "89900001", OrderID: "1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := v1.ParseOrderRef([]byte(c.json))
			if err != nil || got != c.want {
				t.Errorf("ParseOrderRef = %+v, %v; want %+v", got, err, c.want)
			}
		})
	}
}

func TestParseOrderRefRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, json, field, reason string }{
		{"nothing", ``, "req", "not JSON"},
		{"no merchant", `{"orderid":"1"}`, "merid", "missing"},
		{"no number", `{"merid":"89900001"}`, "orderid", "missing, and so is queryid"},
		{"empty numbers", `{"merid":"89900001","orderid":"","queryid":null}`, "orderid", "missing"},
		{"long", `{"merid":"89900001","orderid":"` + strings.Repeat("1", 65) + `"}`, "orderid", "too long"},
		{"not printable", `{"merid":"89900001","queryid":"a\u200bb"}`, "queryid", "not printable"},
		{"control character", `{"merid":"89900001","orderid":"a\tb"}`, "orderid", "control character"},
		{"twice", `{"merid":"89900001","orderid":"1","orderid":"2"}`, "orderid", "given twice"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := v1.ParseOrderRef([]byte(c.json))
			refused(t, err, v1.CodeBadRequest, c.field, c.reason)
		})
	}
}

func TestGoPay(t *testing.T) {
	t.Parallel()
	want := v1.GoPay{MerID: "89900001", OrderID: "T20261121000000001", Code: "P-1_a"}
	got, err := v1.ParseGoPay([]byte(`{"merid":"89900001","orderid":"T20261121000000001","code":"P-1_a","x":1}`))
	if err != nil || got != want {
		t.Errorf("ParseGoPay = %+v, %v; want %+v", got, err, want)
	}
	got, err = v1.ParseGoPay([]byte(`{"merid":"89900001 ","orderid":"T20261121000000001\r","code":"P-1_a\r\n"}`))
	if err != nil || got != want {
		t.Errorf("with blanks: ParseGoPay = %+v, %v; want %+v", got, err, want)
	}
	got, err = v1.ParseForm("merid=+89900001&orderid=T20261121000000001%0D%0A&code=P-1_a+").GoPay()
	if err != nil || got != want {
		t.Errorf("with blanks: GoPay = %+v, %v; want %+v", got, err, want)
	}
	got, err = v1.ParseForm("merid=89900001&orderid=T20261121000000001&code=P-1_a&x=1").GoPay()
	if err != nil || got != want {
		t.Errorf("GoPay = %+v, %v; want %+v", got, err, want)
	}
}

func TestGoPayRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, merid, orderid, code, field, reason string }{
		{"no merchant", "", "T0000001", "P", "merid", "missing"},
		{"no order", "89900001", "", "P", "orderid", "missing"},
		{"short order number", "89900001", "T1", "P", "orderid", "shorter than 8"},
		{"no PayId", "89900001", "T0000001", "", "code", "missing"},
		{"long PayId", "89900001", "T0000001", strings.Repeat("P", 513), "code", "too long"},
		{"control character", "89900001", "T0000001", "P\x7f", "code", "control character"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			json := `{"merid":"` + c.merid + `","orderid":"` + c.orderid + `","code":"` + c.code + `"}`
			_, err := v1.ParseGoPay([]byte(json))
			refused(t, err, v1.CodeBadRequest, c.field, c.reason)
			_, err = v1.Params{"merid": c.merid, "orderid": c.orderid, "code": c.code}.GoPay()
			refused(t, err, v1.CodeBadRequest, c.field, c.reason)
		})
	}
}
