package tests

import (
	"database/sql"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/paybridge/paybridge/tests/sandbox"
)

// notFree are the columns of the ledger in which nobody can have the attack, with what
// is in them. In all others it stands in every row.
var notFree = map[string]string{
	"action": closedSet, "state": closedSet, "side": closedSet, "kind": closedSet, "class": closedSet, "day": "a day", "route": "a route",
	"order_id": lettersAndDigits, "mer_id": lettersAndDigits,
	"order_no": ourOwn, "query_id": ourOwn, "fingerprint": ourOwn, "pay_id": ourOwn, "trace": ourOwn, "id": ourOwn, "batch": ourOwn, "owner": ourOwn,
	"pay_data": "JSON for WeChat, which no command tells", "back_url": secret, "front_url": secret, "open_id": secret, "client_ip": secret, "form_action": secret,
}

const (
	closedSet        = "one of a closed set"
	lettersAndDigits = "letters and digits; v1 refuses others"
	ourOwn           = "made by the bridge"
	secret           = "no command tells it"
)

// untold are the columns with the attack that no command of the test tells.
var untold = map[string]string{
	"orders.flow_no": "the events tell those of all calls", "back_hosts.host": "readiness tells how many",
	"dealt.who": "the changes tell it", "dealt.why": "the changes tell it", "set_aside.cause": "written anew while the row cannot be read",
}

// freeColumns are the columns of the ledger's tables that may hold any text.
func freeColumns(t *testing.T, db *sql.DB) (columns []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), `SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND c.type = 'TEXT' AND m.name NOT LIKE 'goose%' AND m.name NOT LIKE 'sqlite%'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			t.Fatal(err)
		}
		if notFree[column] == "" {
			columns = append(columns, table+"."+column)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return columns
}

// forgedLine is what a stranger has a command say on a line of its own.
const forgedLine = "\nFORGED line\r\n"

// poisonLedger writes the attack into all columns that may hold any text. The bridge is
// stopped meanwhile.
func (d *desk) poisonLedger(t *testing.T) (columns []string) {
	t.Helper()
	d.bridge.stop()
	defer d.bridge.start()
	db := d.openLedger()
	defer db.Close()
	columns = freeColumns(t, db)
	now := time.Now().UnixMilli()
	for _, kind := range []string{"refused", "value", "host", "dialect", "reply_key"} {
		d.execute(t, db, `INSERT INTO shadow_counts VALUES (?, ?, ?, 'pay', 'x', 'x', 1, ?, 'x', 'x')`, shops["intl"].MerID, time.Now().In(beijing).Format(time.DateOnly), kind, now)
	}
	d.execute(t, db, `INSERT INTO old_traffic VALUES (?, 'x', ?, 1, 0)`, shops["intl"].MerID, now)
	for _, column := range columns {
		table, name, _ := strings.Cut(column, ".")
		// A random number keeps unique what must be.
		d.execute(t, db, fmt.Sprintf(`UPDATE %s SET %s = ? || hex(randomblob(8))`, table, name), "=cmd|' /C calc'!A0;＝1;=1"+hostileIn(column)+forgedLine)
	}
	return columns
}

func (d *desk) execute(t *testing.T, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

// obeys are characters that a terminal obeys, or that reorder what stands beside them.
func obeys(r rune) bool {
	return r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// ofColumn finds the columns whose attack stands in what a command printed.
var ofColumn = regexp.MustCompile(`⟦([a-z_]+\.[a-z_]+)⟧`)

// harmlessOnTerminal insists that a terminal shows all that a command printed.
func (s said) harmlessOnTerminal(t *testing.T, args []string) {
	t.Helper()
	for _, text := range []string{s.out, s.log} {
		if i := strings.IndexFunc(text, obeys); i >= 0 {
			t.Errorf("%q has %q for the terminal: %.200q", args, text[i:min(len(text), i+8)], text[max(0, i-60):])
		}
		if strings.Contains(text, "\nFORGED") {
			t.Errorf("%q prints a line of somebody else:\n%s", args, text)
		}
	}
}

// asked carries out a command, with the address of the bridge where it asks one.
func (p *process) asked(args []string) said {
	if !slices.Contains([]string{"explain", "translate", attack}, args[0]) {
		return p.ask(args...)
	}
	return p.inLocale("C.UTF-8", "", args...)
}

// formula is the beginning of a cell that a spreadsheet takes for a formula, also where
// one splits at semicolons what was split at commas.
var formula = regexp.MustCompile(`(^|[;\t])\s*[=+\-@＝＋－＠]`)

var plainNumber = regexp.MustCompile(`^[+-]?\d+(\.\d+)?$`)

// noFormulas insists that no cell of what was printed as CSV is a formula.
func (s said) noFormulas(t *testing.T, args []string) {
	t.Helper()
	text := s.out
	if strings.HasPrefix(text, "{") {
		return // as JSON
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Errorf("%q prints %d rows, %v: %s", args, len(rows), err, s.log)
	}
	for _, row := range rows {
		for _, cell := range row {
			if formula.MatchString(cell) && !plainNumber.MatchString(cell) {
				t.Errorf("%q prints the formula %.100q", args, cell)
			}
		}
	}
}

// TestHostileTerminal writes the attack into every column of the ledger that may hold
// any text, and has every command tell of it, in both languages, as text, CSV and JSON.
// No terminal and no spreadsheet gets anything to obey.
func TestHostileTerminal(t *testing.T) {
	t.Parallel()
	d := openDesk(t, "old_gateway http://127.0.0.1:1\n\t\tdefault_route v2")
	merID := shops["intl"].MerID
	failed := d.refundRefused("intl", 7100, 1)
	d.payerPays("intl", d.pay("intl", d.payment("intl", "AliSao", 7200)), sandbox.Notice{Variant: sandbox.NoticeUnknownOrder}, false)
	message := d.quarantined()
	for _, args := range [][]string{
		{"merchant", "pause", merID, "--why", "x"}, {"dealt", merID, failed, "refund", "--why", "x"}, {"merchant", "keep", merID, "--why", "x"},
		{"merchant", "route", merID, "v2", "--percent", "20", "--why", "x", "--force"},
	} {
		d.bridge.ask(args...).want(t, 0)
	}
	// Longer numbers and unseen characters in a statement are refused.
	const number = `"=1;=1'><img src=x onerror=owned()>"`
	statement := d.statement(with(d.statementLines(), time.Now().In(beijing).Format(time.DateOnly)+" 10:00:00,"+number+",支付,1.00,交易成功,"+number)...)
	form := filepath.Join(t.TempDir(), attack[:1]+"form")
	if err := os.WriteFile(form, []byte(handMade(`{"merid":"`+merID+`","orderid":`+quoteJS(attack+forgedLine)+`,`+quoteJS(attack)+`:1}`, "x")), 0o600); err != nil {
		t.Fatal(err)
	}
	columns := d.poisonLedger(t)
	d.bridge.wantHealth(200, `"status":"ready"`)

	told := make(map[string]bool)
	tried := []string{"keygen", "backup", "restore", "purge", "settle", "refund", "dealt"} // what they print is numbers, or what "order" prints
	for _, args := range [][]string{
		{"orders"}, {"orders", "--csv", "--all"}, {"order", d.exhausted}, {"order", failed}, {"order", d.failed}, {"order", attack}, {"order", merID, attack + forgedLine},
		{"notifications"}, {"notifications", "--open"}, {"notifications", "resend", merID, d.exhausted, "--dry-run"},
		{"quarantine"}, {"quarantine", "--all"}, {"quarantine", "show", message}, {"quarantine", "show", attack}, {"changes"},
		{"merchant", "list"}, {"merchant", "list", "--paused"}, {"merchant", "kept", merID}, {"merchant", "pause", attack, "--why", attack},
		{"refused"}, {"readiness"}, {"readiness", merID}, {"routes"}, {"routes", merID}, {"routes", "--left"},
		{"selfcheck"}, {"version"}, {"settle", merID, d.doubtful, "paid", "--dry-run"}, {"reconcile", statement, "--day", aDay()},
		{"reconcile", statement, "--day", aDay(), "--csv"},
		{"explain", "--config", d.bridge.config, form}, {"translate", "--config", d.bridge.config, "--in", form}, {"try", attack}, {attack}, {"orders", "--state", attack},
	} {
		tried = append(tried, args[0])
		for _, more := range [][]string{{"--lang", "en"}, {"--lang", "zh"}, {"--json"}} {
			s := d.bridge.asked(append(slices.Clone(args), more...))
			s.harmlessOnTerminal(t, args)
			for _, found := range ofColumn.FindAllStringSubmatch(s.out+s.log, -1) {
				told[found[1]] = true
			}
			if slices.Contains(args, "--csv") {
				s.noFormulas(t, args)
			}
		}
	}
	for _, column := range columns {
		if _, excused := untold[column]; told[column] == excused {
			t.Errorf("%s: told by a command: %v, in untold: %v", column, told[column], excused)
		}
	}
	commands, err := d.bridge.command("__complete", "paybridge", "").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(commands), "\n") {
		if name, _, is := strings.Cut(line, "\t"); is && !slices.Contains(tried, name) && name != "help" {
			t.Errorf("the command %s was not tried", name)
		}
	}
	if i := strings.IndexFunc(d.bridge.log(), obeys); i >= 0 {
		t.Errorf("a line of the log has something for the terminal: %.300q", d.bridge.log()[max(0, i-200):])
	}
}
