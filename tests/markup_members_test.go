package tests

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/sandbox"
)

// hostileTexts are what is said in place of what a member usually says: the attack, and
// for a link one that runs.
func hostileTexts(member, usual string) []string {
	texts := []string{hostileIn(member) + forgedLine}
	if strings.Contains(usual, "://") {
		texts = append(texts, "javascript:owned()//"+member)
	}
	return texts
}

// messages bring each message of the gateway about, with members that are not what they
// should be, and return the orders that it was about.
var messages = map[string]func(d *desk, members map[string]string) (orders []string){
	sandbox.CodePay:         (*desk).hostilePay,
	sandbox.CodeQuery:       (*desk).hostileQuery,
	sandbox.CodeRefund:      (*desk).hostileRefund,
	sandbox.CodeRefundQuery: (*desk).hostileRefundQuery,
	"OP3001":                (*desk).hostileNotice,
}

// hostilePay is of every way to pay: each has members of its own.
func (d *desk) hostilePay(members map[string]string) (orders []string) {
	for _, action := range []string{"WxCode", "AliSao", "WxH5", "WxJsApi"} {
		d.script(d.t, sandbox.Rule{TranCode: sandbox.CodePay, Behaviour: sandbox.Accept, Members: members, Times: 1})
		p := d.payment("intl", action, 5000)
		reply := d.pay("intl", p)
		if link, err := url.Parse(reply.FormAction); err != nil || !slices.Contains([]string{"", "http", "https", "weixin", "alipays"}, link.Scheme) {
			d.t.Errorf("%s: payers are sent to %.100q, %v", action, reply.FormAction, err)
		}
		orders = append(orders, p.OrderID)
	}
	return orders
}

func (d *desk) hostileQuery(members map[string]string) []string {
	p := d.payment("intl", "AliSao", 6000)
	reply := d.pay("intl", p)
	d.payerPays("intl", reply, sandbox.Notice{Delivery: sandbox.DeliverNever}, false)
	d.script(d.t, sandbox.Rule{TranCode: sandbox.CodeQuery, OrderID: reply.OrderNo(), Behaviour: sandbox.Accept, Members: members, Times: 1})
	d.query("intl", p.OrderID)
	return []string{p.OrderID}
}

func (d *desk) hostileRefund(members map[string]string) []string {
	p := d.payment("intl", "WxCode", 7000)
	reply := d.pay("intl", p)
	d.script(d.t, sandbox.Rule{TranCode: sandbox.CodeRefund, OrderID: reply.OrderNo(), Behaviour: sandbox.Accept, Members: members, Times: 1})
	d.cancel("intl", p.OrderID)
	return []string{p.OrderID}
}

func (d *desk) hostileRefundQuery(members map[string]string) []string {
	p := d.payment("intl", "WxCode", 8000)
	reply := d.pay("intl", p)
	d.script(d.t, sandbox.Rule{TranCode: sandbox.CodeRefund, OrderID: reply.OrderNo(), Behaviour: sandbox.Pending, Times: 1})
	d.script(d.t, sandbox.Rule{TranCode: sandbox.CodeRefundQuery, OrderID: reply.OrderNo(), Behaviour: sandbox.Accept, Members: members, Times: 1})
	d.cancel("intl", p.OrderID)
	order, _ := d.gateway.Order(shops["intl"].Gateway, reply.OrderNo())
	for _, r := range order.Refunds {
		if err := d.gateway.SettleRefund(order.MerchantID, order.OrderID, r.FlowID, true); err != nil {
			d.t.Fatal(err)
		}
	}
	return []string{p.OrderID}
}

func (d *desk) hostileNotice(members map[string]string) []string {
	p := d.payment("intl", "AliSao", 10000)
	d.payerPays("intl", d.pay("intl", p), sandbox.Notice{Members: members}, false)
	return []string{p.OrderID}
}

// membersSaid are the members of all messages that the gateway has said, by the message,
// and what they were.
func (d *desk) membersSaid() map[string]map[string]string {
	said := make(map[string]map[string]string)
	hear := func(message, plaintext string) {
		var parts map[string]map[string]any
		if err := json.Unmarshal([]byte(plaintext), &parts); err != nil {
			d.t.Fatalf("%s: %v: %s", message, err, plaintext)
		}
		if said[message] == nil {
			said[message] = make(map[string]string)
		}
		for _, part := range parts {
			for member, text := range part {
				said[message][member] += fmt.Sprint(text)
			}
		}
	}
	for _, e := range d.gateway.Exchanges() {
		hear(e.TranCode, e.Answer)
	}
	for _, n := range d.gateway.State().Notices {
		hear("OP3001", n.Plaintext)
	}
	return said
}

// TestHostileMembers has the gateway say something hostile in every member of every
// message that it is heard to say, one at a time. Merchants hear v1, nobody is charged,
// told or paid back anything twice and the truth comes out; whoever reads of it on a
// terminal or in the console reads a text.
func TestHostileMembers(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "query_schedule 1s 1s 2s 2s 5s")
	for _, bringAbout := range messages {
		bringAbout(d, nil)
	}
	if !eventually(func() bool { return len(d.membersSaid()[sandbox.CodeRefundQuery]) > 0 }) {
		t.Fatal("no refund is asked for")
	}
	said := d.membersSaid()
	if got, want := slices.Sorted(maps.Keys(said)), slices.Sorted(maps.Keys(messages)); !slices.Equal(got, want) {
		t.Fatalf("the gateway says %q, and brought about are %q", got, want)
	}
	var orders []string
	for message, members := range said {
		for member, usual := range members {
			for _, text := range hostileTexts(message+"."+member, usual) {
				orders = append(orders, messages[message](d, map[string]string{member: text})...)
			}
		}
	}
	d.rest()
	d.readOnTerminal(t)
	d.readInConsole(t, orders)
}

// readOnTerminal insists that what commands list, and the log, is text.
func (d *desk) readOnTerminal(t *testing.T) {
	t.Helper()
	for _, args := range [][]string{{"orders", "--all"}, {"notifications"}, {"quarantine", "--all"}, {"selfcheck"}, {"refused"}} {
		d.bridge.ask(args...).harmlessOnTerminal(t, args)
	}
	if i := strings.IndexFunc(d.bridge.log(), obeys); i >= 0 {
		t.Errorf("a line of the log has something for the terminal: %.300q", d.bridge.log()[max(0, i-200):])
	}
}

// readInConsole insists that what the console tells of the orders is text.
func (d *desk) readInConsole(t *testing.T, orders []string) {
	t.Helper()
	tab := d.open(t, watched(english), "")
	for _, fragment := range []string{"list=orders", "list=quarantine", "merchant=" + shops["intl"].MerID} {
		tab.Goto(d.url + "#" + fragment)
		staysText(t, tab, fragment)
	}
	for _, orderID := range orders {
		tab.Goto(d.url + "#order=" + shops["intl"].MerID + "/" + orderID)
		tab.Await("the order "+orderID, `document.querySelector("#ordertitle").innerText.includes(`+quoteJS(orderID)+`) && document.querySelector("#events li")`)
		staysText(t, tab, orderID)
	}
}
