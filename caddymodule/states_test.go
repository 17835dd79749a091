package caddymodule

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/command"
	"github.com/paybridge/paybridge/caddymodule/internal/console"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/metrics"
	"github.com/paybridge/paybridge/caddymodule/internal/pages"
	"github.com/paybridge/paybridge/tests/caddyctx"
	"github.com/paybridge/paybridge/translate"
)

// stateUsers are all users of the states of orders. There is one order in the state;
// each user says what it lacks of that state, and "" when nothing is missing.
// What money hangs on is told by hand besides: what merchants hear in package
// translate, what is notified in TestOrderGivenBack.
var stateUsers = map[string]func(*stateWorld, translate.StateRow) string{
	"list":        (*stateWorld).list,
	"to do":       (*stateWorld).open,
	"explanation": (*stateWorld).explanation,
	"plot":        (*stateWorld).plot,
	"gauge":       (*stateWorld).gauge,
	"metric":      (*stateWorld).metric,
	"API":         (*stateWorld).enumeration,
	"settling":    (*stateWorld).settling,
	"help":        (*stateWorld).help,
	"console":     (*stateWorld).console,
	"page":        (*stateWorld).page,
	"documents":   (*stateWorld).documents,
}

// TestEveryStateEverywhere walks all users of the table of states: a state that is
// added to it is listed, counted, shown and told by each.
func TestEveryStateEverywhere(t *testing.T) { // not parallel: one app serves in a process
	w := newStateWorld(t)
	for name, lacks := range stateUsers {
		for _, state := range translate.States() {
			t.Run(name+", "+string(state), func(t *testing.T) {
				w.t = t
				if missing := lacks(w, state.Row()); missing != "" {
					t.Error(missing)
				}
			})
		}
	}
}

// stateWorld is an app that serves, with one order in each state, and what its
// surfaces say.
type stateWorld struct {
	t      *testing.T
	admin  *AdminAPI
	series []string // name{label} of each metric
}

func newStateWorld(t *testing.T) *stateWorld {
	t.Helper()
	moment := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	serveAt(t, func() time.Time { return moment })
	served, _ := servedNow()
	counted := metrics.New(func() time.Time { return moment }, zap.NewNop)
	for i, state := range translate.States() {
		number := fmt.Sprint("2026112200000", i)
		order := ledger.Order{
			Key: ledger.Key{MerID: "89900001", OrderID: number}, QueryID: "Q" + number, OrderNo: "N" + number, FlowNo: "F" + number,
			GatewayMerchant: "473053110001", Action: "WxCode", Amount: 1999, RefundNo: "R" + number,
			State: state, CreatedAt: moment.Add(-time.Hour), ExpiresAt: moment.Add(time.Hour), Next: moment.Add(time.Minute),
		}
		if _, _, err := served.Ledger.Begin(t.Context(), order); err != nil {
			t.Fatal(err)
		}
		counted.OrderMoved(state)
	}
	w := &stateWorld{t: t, admin: new(AdminAPI)}
	fatal(t, w.admin.Provision(caddyctx.New(t)))
	counted.AttachLedger(served.Ledger)
	defer counted.DetachLedger(served.Ledger)
	w.series = seriesOf(t, counted)
	return w
}

// seriesOf is every series of some metrics, as "name{label,label}".
func seriesOf(t *testing.T, m *metrics.Metrics) []string {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	fatal(t, m.Register(registry))
	families, err := registry.Gather()
	fatal(t, err)
	var list []string
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			var labels []string
			for _, label := range metric.GetLabel() {
				labels = append(labels, label.GetValue())
			}
			list = append(list, family.GetName()+"{"+strings.Join(labels, ",")+"}")
		}
	}
	return list
}

// ask asks the admin API.
func (w *stateWorld) ask(path string, answer any) {
	w.t.Helper()
	recorder := httptest.NewRecorder()
	if err := w.admin.server.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "http://localhost/paybridge/"+path, nil)); err != nil {
		w.t.Fatalf("%s: %v", path, err)
	}
	if err := json.Unmarshal(recorder.Body.Bytes(), answer); err != nil {
		w.t.Fatalf("%s: %v: %s", path, err, recorder.Body)
	}
}

func (w *stateWorld) orders(query string) []translate.State {
	var list api.OrderList
	w.ask("orders?"+query, &list)
	states := make([]translate.State, len(list.Items))
	for i, order := range list.Items {
		states[i] = order.State
	}
	return states
}

func (w *stateWorld) list(row translate.StateRow) string {
	if got := w.orders("state=" + string(row.State)); !slices.Equal(got, []translate.State{row.State}) {
		return fmt.Sprintf("the list of its orders has %v", got)
	}
	return unless(slices.Contains(w.orders(""), row.State), "the list of all orders lacks it")
}

func (w *stateWorld) open(row translate.StateRow) string {
	listed := slices.Contains(w.orders("open=true"), row.State)
	return unless(listed == row.Open, "listed as to be done: %v, want %v", listed, row.Open)
}

func (w *stateWorld) explanation(row translate.StateRow) string {
	var list api.OrderList
	w.ask("orders?state="+string(row.State), &list)
	if len(list.Items) != 1 {
		return "there is no order to explain"
	}
	return unless(list.Items[0].Explain(time.Now(), translate.Beijing) != "", "the order is not explained")
}

func (w *stateWorld) plot(row translate.StateRow) string {
	var overview api.Overview
	w.ask("overview", &overview)
	for _, outcome := range overview.Outcomes {
		if outcome.States[string(row.State)] == 1 {
			return ""
		}
	}
	return fmt.Sprintf("the outcomes do not count it: %v", overview.Outcomes)
}

func (w *stateWorld) gauge(row translate.StateRow) string {
	var overview api.Overview
	w.ask("overview", &overview)
	counted := overview.Gauges.Orders[string(row.State)].Count == 1
	measured := slices.Contains(w.series, "paybridge_orders{"+string(row.State)+"}") &&
		slices.Contains(w.series, "paybridge_oldest_order_age_seconds{"+string(row.State)+"}")
	return unless(counted != row.Final && measured != row.Final,
		"counted by the overview: %v, by the metrics: %v; final: %v", counted, measured, row.Final)
}

func (w *stateWorld) metric(row translate.StateRow) string {
	return unless(slices.Contains(w.series, "paybridge_order_moves_total{"+string(row.State)+"}"), "no metric counts the step to it")
}

func (w *stateWorld) enumeration(row translate.StateRow) string {
	var document struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct{ Enum []translate.State }
			}
		}
	}
	w.ask("openapi.json", &document)
	known := document.Components.Schemas["Order"].Properties["state"].Enum
	return unless(slices.Contains(known, row.State), "the API's description knows only %v", known)
}

func (w *stateWorld) settling(row translate.StateRow) string {
	var document struct {
		Paths map[string]map[string]struct{ Description string }
	}
	w.ask("openapi.json", &document)
	told := document.Paths["/paybridge/orders/settle"]["post"].Description
	help := helpOf("settle")
	if row.Moved && !strings.Contains(help, "required for "+translate.OneOf(moved()...)) {
		return "the command does not ask for the gateway's number"
	}
	for _, rule := range translate.SettleRules() {
		from, to, _ := strings.Cut(rule, " becomes ")
		if named(from, row.State) {
			return unless(strings.Contains(told, rule) && strings.Contains(help, "\n  "+rule+"\n") && to == translate.OneOf(row.Settle...),
				"the API or the command does not tell how it is settled: %s", rule)
		}
	}
	return unless(row.Settle == nil, "no rule tells how it is settled")
}

func moved() []translate.State {
	return translate.StatesWhere(func(r translate.StateRow) bool { return r.Moved })
}

// named reports whether a choice names a state.
func named(choice string, state translate.State) bool {
	words := strings.FieldsFunc(choice, func(r rune) bool { return r == ' ' || r == ',' })
	return slices.Contains(words, string(state))
}

func (w *stateWorld) help(row translate.StateRow) string {
	return unless(strings.Contains(helpOf("orders"), "  "+string(row.State)+" "), "the help of the list does not tell what it is")
}

func helpOf(name string) string {
	root := &cobra.Command{Use: "paybridge"}
	command.AddTo(root, nil)
	for _, cmd := range root.Commands() {
		if cmd.Name() == name {
			return cmd.Long + cmd.Flags().FlagUsages()
		}
	}
	return ""
}

func (w *stateWorld) console(row translate.StateRow) string {
	var facts map[translate.State]struct{ Payer translate.PayerView }
	w.module("states.js", "zh", &facts)
	if facts[row.State].Payer != row.Payer {
		return "the console does not know it"
	}
	for _, language := range []string{"zh", "en"} {
		var texts struct {
			State map[translate.State]string `json:"state."`
			About map[translate.State]string `json:"about."`
		}
		w.module("texts.js", language, &texts)
		named := texts.State[row.State] != "" || language == "en" // there the word may be the value, which is not sent
		if !named || texts.About[row.State] == "" {
			return "the console has no text for it"
		}
	}
	return ""
}

// module reads what the console's scripts take from a module.
func (w *stateWorld) module(name, language string, table any) {
	w.t.Helper()
	mux := http.NewServeMux()
	for _, route := range console.Routes() {
		mux.HandleFunc(route.Pattern, func(out http.ResponseWriter, r *http.Request) {
			if err := route.Handler.ServeHTTP(out, r); err != nil {
				w.t.Error(err)
			}
		})
	}
	recorder, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/paybridge/console/"+name, nil)
	r.Header.Set("Accept-Language", language)
	mux.ServeHTTP(recorder, r)
	text, _ := strings.CutPrefix(strings.TrimSpace(recorder.Body.String()), "export default ")
	fatal(w.t, json.Unmarshal([]byte(strings.TrimSuffix(text, ";")), table))
}

func (w *stateWorld) page(row translate.StateRow) string {
	recorder := httptest.NewRecorder()
	pages.Write(recorder, httptest.NewRequest(http.MethodGet, "/", nil), http.StatusOK, pages.Result{State: row.Payer})
	return unless(strings.Contains(recorder.Body.String(), `data-state="`+string(row.Payer)+`"`), "the payer's page does not know %q", row.Payer)
}

func (w *stateWorld) documents(row translate.StateRow) string {
	for _, document := range []string{"../docs/orders.md", "../docs/orders.zh.md"} {
		text, err := os.ReadFile(document)
		fatal(w.t, err)
		if !strings.Contains(string(text), "\n| `"+string(row.State)+"` |") {
			return document + " does not tell of it"
		}
	}
	return ""
}

// unless is a message when something does not hold.
func unless(holds bool, format string, args ...any) string {
	if holds {
		return ""
	}
	return fmt.Sprintf(format, args...)
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
