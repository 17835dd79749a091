package command

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// TestStatusOf: who has said no decides, not which command was asked.
func TestStatusOf(t *testing.T) {
	t.Parallel()
	refused := func(status int) error {
		return fmt.Errorf("asking: %w", &api.Refusal{Status: status, Message: "no"})
	}
	for name, c := range map[string]struct {
		err  error
		want int
	}{
		"a value that the bridge does not take": {refused(http.StatusBadRequest), exitRefused},
		"an order that it does not know":        {refused(http.StatusNotFound), exitRefused},
		"a state in which it is not possible":   {refused(http.StatusConflict), exitRefused},
		"a browser's change":                    {refused(http.StatusForbidden), exitRefused},
		"a row that cannot be read":             {refused(http.StatusInternalServerError), exitRefused},
		"a bridge that starts":                  {refused(http.StatusServiceUnavailable), exitUsage},
		"a bridge that is too slow":             {refused(http.StatusGatewayTimeout), exitUsage},
		"nothing found":                         {saysNo{say("no order has the number %s", "7")}, exitRefused},
		"found at the old gateway":              {saysNo{oldOrder(api.OldOrder{MerID: "1", OrderID: "7"})}, exitRefused},
		"nobody there":                          {errors.New("connection refused"), exitUsage},
		"a flag":                                {say("--all needs --csv"), exitUsage},
	} {
		if got := statusOf(c.err); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// What is not there is told in the operator's language.
func TestSaysNo(t *testing.T) {
	t.Parallel()
	no := saysNo{say("no order has the number %s", "7")}
	for lang, want := range map[bilingual.Lang]string{bilingual.En: "no order has the number 7", bilingual.Zh: "没有订单使用号码 7"} {
		if got := inLanguage(lang, no).Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// An order of the old gateway is told as one, in the operator's language.
func TestOldOrderIsTold(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	for order, want := range map[api.OldOrder]map[bilingual.Lang]string{
		{MerID: "89900001", OrderID: "7"}: {
			bilingual.En: "order 7 of merchant 89900001 is one of the old gateway: ask there",
			bilingual.Zh: "订单 7（商户 89900001）属于旧网关，请到旧网关查询",
		},
		{MerID: "89900001", OrderID: "7", At: at}: {
			bilingual.En: "order 7 of merchant 89900001 is one of the old gateway, on record since " + clock(at) + ": ask there",
			bilingual.Zh: "订单 7（商户 89900001）属于旧网关，登记时间：" + clock(at) + "，请到旧网关查询",
		},
	} {
		for lang, text := range want {
			if got := oldOrder(order).In(lang); got != text {
				t.Errorf("%s, want %s", got, text)
			}
		}
	}
}
