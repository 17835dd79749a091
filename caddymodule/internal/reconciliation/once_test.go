package reconciliation

import (
	"fmt"
	"slices"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
)

// TestOnce: a line that is there once more, in a file that was given twice or in two that
// overlap, is no payer who was charged twice. Two payments are.
func TestOnce(t *testing.T) {
	t.Parallel()
	const (
		numbered  = "商户订单号,平台流水号,金额,时间\n"
		of        = "2026-11-22 01:00:00\n"
		duplicate = "duplicate T001 0.csv:3 101"
	)
	timed, days := csvOf("N001 pay 1.01 成功 1h"), "订单号,金额,日期\nN001,1.01,2026-11-22\n"
	for name, c := range map[string]struct {
		statements []string
		repeated   int
		want       []string
	}{
		"a file twice":                           {[]string{timed, timed}, 1, nil},
		"three times":                            {[]string{timed, timed, timed}, 2, nil},
		"in one file, by the gateway's number":   {[]string{numbered + "N001,GW1,1.01," + of + "N001,GW1,1.01," + of}, 1, nil},
		"in two files, by the gateway's number":  {[]string{numbered + "N001,GW1,1.01," + of, numbered + "N001,GW1,1.01," + of}, 1, nil},
		"charged twice, by the gateway's number": {[]string{numbered + "N001,GW1,1.01," + of + "N001,GW2,1.01," + of}, 0, []string{duplicate}},
		"charged twice in one second":            {[]string{csvOf("N001 pay 1.01 成功 1h", "N001 pay 1.01 成功 1h")}, 0, []string{duplicate}},
		"charged twice, an hour later":           {[]string{timed, csvOf("N001 pay 1.01 成功 2h")}, 0, []string{"duplicate T001 1.csv:2 101"}},
		"on one day, nobody knows when":          {[]string{days, days}, 0, []string{"duplicate T001 1.csv:2 101"}},
	} {
		r := reconcile(t, &fakeBook{orders: []api.Settlement{settled(1, hour)}}, nil, c.statements...)
		if got := told(r); !slices.Equal(got, c.want) || r.Repeated != c.repeated || r.Matched != 1 {
			t.Errorf("%s: %q, %d once more, %d agree; want %q, %d", name, got, r.Repeated, r.Matched, c.want, c.repeated)
		}
	}
	const parts = "商户订单号,平台流水号,退款单号,类型,金额,时间\nN001,GW1,,支付,1.00," + of + "N001,GW1,%s,退款,0.50," + of + "N001,GW1,%s,退款,0.50," + of
	half := refunded(settled(1, hour), 2*hour)
	half.AmountFen = 100
	for numbers, repeated := range map[[2]string]int{{"", ""}: 0, {"R1", "R2"}: 0, {"R1", "R1"}: 1} {
		r := reconcile(t, &fakeBook{orders: []api.Settlement{half}}, nil, fmt.Sprintf(parts, numbers[0], numbers[1]))
		if r.Repeated != repeated || r.Differs() != (repeated > 0) {
			t.Errorf("two equal parts of a refund, numbers %q: %d once more, %q", numbers, r.Repeated, told(r))
		}
	}
	other := csvOf("N001 pay 1.01 成功 30h")
	if r := reconcile(t, &fakeBook{}, nil, other, other); !r.ComparedNothing() {
		t.Errorf("another day's file twice: %+v", r)
	}
}
