package configcheck

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/rollback"
)

// good is a configuration without a doubt.
func good() Config {
	return Config{
		PublicURL: "https://pay.example.com", GatewayURL: "https://gw.example.com/onePayService/onePay.do", Subject: "订单{orderid}",
		TranCodes: []TranCode{{"pay", "OP1001", true}, {"refund", "OP1003", true}, {"close", "", true}, {"query", "OP2001", false}, {"refund_query", "OP2002", false}},
		Merchants: []merchants.Config{{
			MerID: "89900001", AllowCallbacks: []string{"10.20.0.0/16", "192.0.2.7/32", "100.64.0.0/10", "fd00::/8"},
			PreviousSignKeyUntil: "2026-11-22", Subject: "no. {orderid}",
		}},
		Now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC),
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*Config)
		want   []string // "directive: part of the text", "!" in front of what is wrong
	}{
		{"nothing", func(*Config) {}, nil},
		{"a query that pays", func(c *Config) { c.TranCodes[3].Code = "OP1001" }, []string{"!tran_codes: pay and query are both \"OP1001\""}},
		{"a close that refunds", func(c *Config) { c.TranCodes[2].Code = "OP1003" }, []string{"!tran_codes: refund and close"}},
		{"queries alike", func(c *Config) { c.TranCodes[4].Code = "OP2001" }, []string{"tran_codes: query and refund_query"}},
		{"three alike", func(c *Config) { c.TranCodes[4].Code, c.TranCodes[3].Code = "OP1001", "OP1001" }, []string{
			"!tran_codes: pay and query", "!tran_codes: pay and refund_query", "tran_codes: query and refund_query"}},
		{"another form", func(c *Config) { c.TranCodes[0].Code = "op1001" }, []string{"tran_codes: pay is \"op1001\""}},
		{"a blank in a code", func(c *Config) { c.TranCodes[0].Code = "OP1001 " }, []string{"tran_codes: pay is \"OP1001 \""}},
		{"public_url in plain", func(c *Config) { c.PublicURL = "http://pay.example.com" }, []string{"public_url: plain http"}},
		{"on this machine", func(c *Config) { c.PublicURL, c.GatewayURL = "http://localhost:8080", "http://127.8.0.1:1/do" }, nil},
		{"on this machine, IPv6", func(c *Config) { c.PublicURL = "http://[::1]:8080" }, nil},
		{"gateway in plain", func(c *Config) { c.GatewayURL = "http://10.0.0.7/onePay.do" }, []string{"gateway: plain http"}},
		{"no path", func(c *Config) { c.GatewayURL = "https://gw.example.com:8443" }, []string{"gateway: the address has no path"}},
		{"no path but a slash", func(c *Config) { c.GatewayURL = "https://gw.example.com/" }, []string{"gateway: the address has no path"}},
		{"both", func(c *Config) { c.GatewayURL = "http://gw.example.com" }, []string{"gateway: plain http", "gateway: the address has no path"}},
		{"the old gateway elsewhere", func(c *Config) { c.OldGatewayURL = "https://10.20.0.5" }, nil},
		{"the old gateway by our name", func(c *Config) { c.OldGatewayURL = "https://PAY.example.com:443/" }, []string{"old_gateway: PAY.example.com is the name of public_url"}},
		{"the old gateway by our name, another port", func(c *Config) { c.OldGatewayURL = "https://pay.example.com:8443" }, nil},
		{"placeholder", func(c *Config) { c.Subject = "订单{orderId} {merid}" }, []string{"subject: {orderId} is not known", "subject: {merid}"}},
		{"a merchant's placeholder", func(c *Config) { c.Merchants[0].Subject = "{env.SHOP}" }, []string{"merchant 89900001: subject: {env.SHOP}"}},
		{"GBK", func(c *Config) { c.Subject = "\uFFFD\uFFFD{orderid}" }, []string{"!subject: not UTF-8"}},
		{"a past day", func(c *Config) { c.Merchants[0].PreviousSignKeyUntil = "2026-11-21" }, []string{"merchant 89900001: previous_sign_key: until 2026-11-21 is over"}},
		{"a past day in Beijing", func(c *Config) { c.Now = c.Now.Add(4 * time.Hour) }, []string{"merchant 89900001: previous_sign_key"}},
		{"past days", func(c *Config) {
			c.Merchants[0].PreviousPrivateKeyUntil, c.Merchants[0].PreviousGatewayKeyUntil = "2020-01-01", "2020-01-01"
		}, []string{"merchant 89900001: previous_private_key", "merchant 89900001: previous_gateway_key"}},
		{"everything", networks("0.0.0.0/0"), []string{"merchant 89900001: allow_callbacks: 0.0.0.0/0 opens every address"}},
		{"everything, IPv6", networks("::/0"), []string{"merchant 89900001: allow_callbacks: ::/0 opens every address"}},
		{"everything, host bits", networks("10.0.0.1/0"), []string{"has bits set", "opens every address"}},
		{"metadata", networks("169.254.169.254/32"), []string{"has no effect"}},
		{"metadata of others", networks("100.100.100.200/32", "fd00:ec2::254/128"), []string{"cloud metadata", "cloud metadata"}},
		{"host bits", networks("10.20.30.40/16"), []string{"has bits set beyond its length and means 10.20.0.0/16; write that, or 10.20.30.40/32"}},
		{"turned back to nowhere", turnsBack(rollback.Config{MaxWorse: 5}), []string{"!merchant 89900001: rollback: without old_gateway"}},
		{"turned back to the old gateway", func(c *Config) {
			turnsBack(rollback.Config{MaxWorse: 5})(c)
			c.OldGatewayURL = "https://10.20.0.5"
		}, nil},
		{"off anyway", turnsBack(rollback.Config{Off: true}), []string{"merchant 89900001: rollback: off changes nothing here"}},
		{"off, as for all", func(c *Config) {
			turnsBack(rollback.Config{Off: true})(c)
			c.Rollback = &rollback.Config{Off: true}
		}, []string{"off changes nothing here"}},
		{"off, unlike the others", func(c *Config) {
			turnsBack(rollback.Config{Off: true})(c)
			c.OldGatewayURL, c.Rollback = "https://10.20.0.5", new(rollback.Config)
		}, nil},
		{"no network", networks("10.20.30.40"), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			config := good()
			c.change(&config)
			got := Check(config)
			if len(got) != len(c.want) {
				t.Fatalf("found %v, want %q", got, c.want)
			}
			for i, want := range c.want {
				want, wrong := strings.CutPrefix(want, "!")
				if got[i].Wrong != wrong || !strings.Contains(got[i].String(), want) {
					t.Errorf("found %+v, want %q", got[i], c.want[i])
				}
			}
		})
	}
}

func turnsBack(r rollback.Config) func(*Config) {
	return func(c *Config) { c.Merchants[0].Rollback = &r }
}

func networks(list ...string) func(*Config) {
	return func(c *Config) { c.Merchants[0].AllowCallbacks = list }
}

// A slip in a list of a thousand merchants is not a thousand lines.
func TestAlikeFindingsAreFew(t *testing.T) {
	t.Parallel()
	c := good()
	c.Merchants = nil
	for i := range 1000 {
		c.Merchants = append(c.Merchants, merchants.Config{MerID: fmt.Sprint(89900001 + i), AllowCallbacks: []string{"0.0.0.0/0"}})
	}
	got := Check(c)
	if len(got) != mostAlike+1 || !strings.HasSuffix(got[mostAlike].String(), "(and 989 more of this kind)") {
		t.Errorf("%d findings, the last %v", len(got), got[len(got)-1])
	}
}
