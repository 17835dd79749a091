package explain_test

import (
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/explain"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/route"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// TestBesideOldGateway: beside an old gateway, what v2 does not serve is passed on, and
// of what the ledger decides it is said that it does.
func TestBesideOldGateway(t *testing.T) {
	t.Parallel()
	const onRoute, onRecord = "without one by default_route old", "which has the order"
	stranger := signed(with("89900001", "77700009"))
	for name, c := range map[string]struct {
		path, form string
		front      bool // no merchant is configured
		served     string
		passedOn   bool
		answer     string
		cause      string
	}{
		"a merchant that is not configured":    {"/api/mpgateway", stranger, false, "no configured merchant", true, "what the old gateway answers", ""},
		"its query":                            {"/api/query", stranger, false, "no configured merchant", true, "what the old gateway answers", ""},
		"its form alone":                       {"", stranger, false, "no configured merchant", true, "what the old gateway answers", ""},
		"a cashier's page":                     {"/api/cashier", signed(message), false, "is not passed on (" + string(v1.CodeConflict) + ")", true, "what the old gateway answers", ""},
		"no merchant at all":                   {"/api/mpgateway", signed(message), true, "No merchant is configured", true, "what the old gateway answers", ""},
		"no merchant at all, a cashier's page": {"/apis/payout", signed(message), true, "No merchant is configured", true, "what the old gateway answers", ""},
		"an action of the old gateway's alone": {"/api/mpgateway", signed(with("WxCode", "QqCode")), false, "No action that v2 has", true, "what the old gateway answers", ""},
		"no action":                            {"/api/mpgateway", signed(with(`"action":"WxCode",`, "")), false, "No action that v2 has", true, "what the old gateway answers", ""},
		"no action, of a payer":                {"/apis/wxjspaygateway", signed(with(`"action":"WxCode",`, "")), false, onRoute, false, "", ""},
		"a message that cannot be read":        {"/api/mpgateway", form(message, sum(message+shopKey)), false, "no configured merchant", true, "what the old gateway answers", "json_in_req"},
		"a payment":                            {"/api/mpgateway", signed(message), false, onRoute, false, "", ""},
		"a payment with a wrong key":           {"/api/mpgateway", form(text, sum(text+"x")), false, onRoute, false, "respcode 91", "unknown_key_or_text"},
		"a query":                              {"/api/query", signed(message), false, onRecord, false, "", ""},
		"a payer's page":                       {"/wxjsapi/status.json", "id=1", false, onRecord, false, "a page", "page_of_a_payer"},
		"a path of the site":                   {"/shop", stranger, false, "", false, "what else the site has", "path_not_the_bridges"},
		"nothing":                              {"", "", false, "", false, "respcode 90", "empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := world(t)
			w.OldGateway, w.DefaultRoute = true, route.Old
			if c.front {
				w.Merchants = new(merchants.Registry)
			}
			input := c.form
			if c.path != "" {
				input = "POST " + c.path + " HTTP/1.1\r\nHost: pay.example.com\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n" + c.form
			}
			r := explain.Explain([]byte(input), w)
			if r.PassedOn != c.passedOn || !strings.Contains(r.Served, c.served) || (c.served == "") != (r.Served == "") ||
				!strings.HasPrefix(r.Answer, c.answer) || (c.answer == "") != (r.Answer == "") || r.Cause() != c.cause {
				t.Errorf("passed on: %v, %q, hears %q, cause %q", r.PassedOn, r.Served, r.Answer, r.Cause())
			}
			for _, lang := range []bilingual.Lang{bilingual.En, bilingual.Zh} {
				var told strings.Builder
				if err := r.WriteText(&told, lang); err != nil {
					t.Fatal(err)
				}
				passed := map[bilingual.Lang]string{bilingual.En: "PASSED ON to the old gateway", bilingual.Zh: "转发给旧网关；"}[lang]
				if strings.Contains(told.String(), passed) != c.passedOn {
					t.Errorf("%s", told.String())
				}
			}
		})
	}
}
