package tests

import (
	"database/sql"
	"encoding/json"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// damage changes the ledger's file, as somebody with a shell does.
func (d *desk) damage(statement string, args ...any) {
	d.t.Helper()
	db, err := sql.Open("sqlite", strings.TrimPrefix(d.settings.Ledger, "sqlite ")+"?_pragma=busy_timeout(60000)")
	if err != nil {
		d.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(d.t.Context(), statement, args...); err != nil {
		d.t.Fatal(err)
	}
}

// TestUnreadableRows damages rows of the ledger that a bridge works on. It shows,
// sends again and tells what is sound, names the others everywhere, and goes on with
// them when they are repaired.
func TestUnreadableRows(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "console_actions")
	merID := shops["intl"].MerID
	sound := d.payment("intl", "WxCode", 4300)
	d.receivers["intl"].Script(sound.OrderID, merchant.AnswerFail, merchant.AnswerFail)
	d.pay("intl", sound)
	d.awaitState(sound.OrderID, "paid", "exhausted")

	// The state of one order is of no version: no claim meets it, the bridge looks for
	// it at its start and once a minute.
	d.bridge.stop()
	d.damage(`UPDATE orders SET state = 'in_escrow' WHERE order_id = ?`, d.closed)
	d.damage(`UPDATE notifications SET attempts = 'secret' WHERE order_id = ?`, d.exhausted)
	d.damage(`UPDATE attempts SET status = 'secret' WHERE order_id = ? AND n = 1`, d.exhausted)
	d.bridge.start()
	aside := func() bool {
		return strings.Contains(d.bridge.ask("selfcheck").out, "the order "+d.closed+" of merchant "+merID+" is set aside")
	}
	if !eventually(aside) {
		t.Errorf("the self-check says %s", d.bridge.ask("selfcheck").out)
	}
	named := []string{
		"cannot be read", "notification of order " + d.exhausted + " of merchant " + merID + ": attempts: not of its type",
	}
	const warned = 3
	d.bridge.ask("notifications", "--open").want(t, warned, append(named, sound.OrderID)...)
	d.bridge.ask("notifications", "--limit", "1").want(t, 0, sound.OrderID, "There are more")
	d.bridge.ask("orders", "--limit", "500").want(t, warned, sound.OrderID, "order "+d.closed+" of merchant "+merID+": state: unknown")
	d.bridge.ask("order", d.exhausted).want(t, warned, append(named, "call 2", "attempt 1 of order "+d.exhausted)...)
	var list struct {
		Unreadable []struct{ Kind, OrderID, Cause string }
	}
	answer := d.bridge.ask("notifications", "--open", "--json")
	answer.want(t, warned)
	if err := json.Unmarshal([]byte(answer.out), &list); err != nil || len(list.Unreadable) != 1 ||
		list.Unreadable[0].Kind != "notification" || list.Unreadable[0].OrderID != d.exhausted {
		t.Errorf("%v: %s", err, answer.out)
	}

	tab := d.open(t, english, "")
	tab.Await("the warning", `!document.querySelector("#setaside").hidden`)
	tab.Click("#tab-exhausted")
	tab.Await("the list", `document.querySelector("#list tbody tr") && !document.querySelector("#list .unreadable").hidden`)
	for _, text := range []string{sound.OrderID, "Not shown, because its row in the ledger cannot be read", d.exhausted} {
		tab.AwaitText(text)
	}
	tab.Inspect("unreadable-rows")
	of := d.open(t, chinese, "#order="+merID+"/"+d.exhausted)
	of.AwaitText("账本中的这一行无法读取")
	of.Inspect("unreadable-order")

	before := len(d.notified("intl", sound.OrderID, 2))
	d.bridge.ask("notifications", "resend", "--merchant", merID, "--why", "their program works again", "--yes").
		want(t, warned, append(named, "1 are sent again")...)
	d.notified("intl", sound.OrderID, before+1)

	d.damage(`UPDATE orders SET state = 'closed' WHERE order_id = ?`, d.closed)
	d.damage(`UPDATE notifications SET attempts = 2 WHERE order_id = ?`, d.exhausted)
	d.damage(`UPDATE attempts SET status = 200 WHERE order_id = ? AND n = 1`, d.exhausted)
	d.bridge.ask("orders", "--limit", "500").want(t, 0, d.closed)
	d.bridge.ask("order", d.exhausted).want(t, 0, "call 1", "call 2")
	d.bridge.ask("notifications", "resend", merID, d.exhausted, "--why", "repaired").want(t, 0, "1 are sent again")
	d.awaitState(d.exhausted, "paid", "delivered")
}
