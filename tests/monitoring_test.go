package tests

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/paybridge/paybridge/tests/httpclient"
)

// monitoring is the folder with what operators load into Prometheus and
// Grafana.
var monitoring = filepath.Join("..", "docs", "monitoring")

// promtool runs Prometheus' own checker in the monitoring folder.
func promtool(t *testing.T, args ...string) {
	t.Helper()
	tool, err := filepath.Abs(filepath.Join("..", ".build", "tools", "promtool"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(tool); err != nil {
		if os.Getenv("PAYBRIDGE_REQUIRE_PROMTOOL") != "" {
			t.Fatalf("no promtool: %v; run .ci/promtool", err)
		}
		t.Skip("no promtool; .ci/promtool fetches it")
	}
	cmd := exec.Command(tool, args...)
	cmd.Dir = monitoring
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// Every alert fires when it should, and none on a healthy bridge.
func TestAlertsFire(t *testing.T) {
	t.Parallel()
	promtool(t, "check", "rules", "--lint-fatal", "alerts.yml")
	promtool(t, "test", "rules", "alerts_test.yml")
	tested := readText(t, filepath.Join("docs", "monitoring", "alerts_test.yml"))
	for _, alert := range alertNames(t) {
		if strings.Count(tested, alert) < 2 {
			t.Errorf("alerts_test.yml does not let %s both fire and rest", alert)
		}
	}
}

// Every alert has a runbook of its name and leads to it, and there are no others.
func TestAlertsHaveRunbooks(t *testing.T) {
	t.Parallel()
	const runbooks = "https://github.com/paybridge/paybridge/blob/main/docs/runbooks.md#"
	rules := strings.Split(readText(t, filepath.Join("docs", "monitoring", "alerts.yml")), "- alert: ")
	for _, rule := range rules[1:] {
		name, _, _ := strings.Cut(rule, "\n")
		if !strings.Contains(rule, "runbook_url: "+runbooks+strings.ToLower(name)+"\n") {
			t.Errorf("%s does not lead to its runbook", name)
		}
	}
	for _, file := range []string{"docs/runbooks.md", "docs/runbooks.zh.md"} {
		var runbooks []string
		for _, heading := range regexp.MustCompile(`(?m)^## (Paybridge\w+)`).FindAllStringSubmatch(readText(t, file), -1) {
			runbooks = append(runbooks, heading[1])
		}
		if alerts := alertNames(t); !slices.Equal(runbooks, alerts) {
			t.Errorf("%s has runbooks for %q, the alerts are %q", file, runbooks, alerts)
		}
	}
}

func alertNames(t *testing.T) []string {
	t.Helper()
	var names []string
	rules := readText(t, filepath.Join("docs", "monitoring", "alerts.yml"))
	for _, match := range regexp.MustCompile(`(?m)^\s*- alert: (\w+)$`).FindAllStringSubmatch(rules, -1) {
		names = append(names, match[1])
	}
	if len(names) == 0 {
		t.Fatal("there are no alerts")
	}
	return names
}

// panel is what matters here of a panel of the dashboard.
type panel struct {
	Type, Title string
	Targets     []struct{ Expr string }
}

func dashboard(t *testing.T) []panel {
	t.Helper()
	var board struct{ Panels []panel }
	if err := json.Unmarshal([]byte(readText(t, filepath.Join("docs", "monitoring", "dashboard.json"))), &board); err != nil {
		t.Fatal(err)
	}
	if len(board.Panels) == 0 {
		t.Fatal("the dashboard has no panels")
	}
	return board.Panels
}

var grafanaVariables = strings.NewReplacer("$__rate_interval", "5m", "$job", "paybridge")

// Every expression of the dashboard is one that Prometheus takes.
func TestDashboardExpressions(t *testing.T) {
	t.Parallel()
	type rule struct {
		Record string `json:"record"`
		Expr   string `json:"expr"`
	}
	var rules []rule
	for _, p := range dashboard(t) {
		if p.Type != "row" && len(p.Targets) == 0 {
			t.Errorf("panel %q shows nothing", p.Title)
		}
		for _, target := range p.Targets {
			rules = append(rules, rule{fmt.Sprintf("panel:%d", len(rules)), grafanaVariables.Replace(target.Expr)})
		}
	}
	text, err := json.Marshal(map[string]any{"groups": []any{map[string]any{"name": "dashboard", "rules": rules}}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "dashboard.yml") // JSON is YAML
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	promtool(t, "check", "rules", path)
}

// used is a metric as an expression names it.
type used struct {
	name   string
	labels map[string]string // label and the value that is compared with, "" for a pattern
}

var (
	selector = regexp.MustCompile(`(paybridge_\w+)(?:\{([^}]*)\})?`)
	matcher  = regexp.MustCompile(`(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"`)
)

// uses finds the metrics in an expression.
func uses(expr string) []used {
	var all []used
	for _, match := range selector.FindAllStringSubmatch(expr, -1) {
		u := used{name: match[1], labels: make(map[string]string)}
		for _, m := range matcher.FindAllStringSubmatch(match[2], -1) {
			if m[1] == "job" { // Prometheus adds it
				continue
			}
			u.labels[m[1]] = ""
			if m[2] == "=" || m[2] == "!=" {
				u.labels[m[1]] = m[3]
			}
		}
		all = append(all, u)
	}
	return all
}

// scrape reads the metrics of a bridge as Prometheus does.
func (p *process) scrape() map[string]*dto.MetricFamily {
	p.t.Helper()
	resp, err := httpclient.Client.Get("http://" + p.admin + "/metrics")
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return families
}

// series tells whether a scraped family has what an expression uses.
func series(families map[string]*dto.MetricFamily, u used) error {
	name := u.name
	for _, suffix := range []string{"_bucket", "_sum", "_count"} {
		if base, cut := strings.CutSuffix(name, suffix); cut && families[base] != nil {
			name = base
		}
	}
	family := families[name]
	if family == nil {
		return fmt.Errorf("there is no metric %s", u.name)
	}
	for label, value := range u.labels {
		values := make(map[string]bool)
		for _, metric := range family.Metric {
			for _, pair := range metric.Label {
				if pair.GetName() == label {
					values[pair.GetValue()] = true
				}
			}
		}
		if len(values) == 0 {
			return fmt.Errorf("%s has no label %s", u.name, label)
		}
		if value != "" && !values[value] {
			return fmt.Errorf("%s has no %s %q, only %q", u.name, label, value, slices.Sorted(maps.Keys(values)))
		}
	}
	return nil
}

// What alerts and dashboard speak of is what a bridge tells from its start: an
// alert on a series that comes into being with the first failure misses it.
func TestMonitoringUsesMetricsThatExist(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{})
	w.wantMetrics(reading{`paybridge_ledger_up`: 1}) // it answers a little before all of it has started
	families := w.bridge.scrape()
	texts := []string{readText(t, filepath.Join("docs", "monitoring", "alerts.yml"))}
	for _, p := range dashboard(t) {
		for _, target := range p.Targets {
			texts = append(texts, target.Expr)
		}
	}
	count := 0
	for _, text := range texts {
		for _, u := range uses(text) {
			count++
			if err := series(families, u); err != nil {
				t.Error(err)
			}
		}
	}
	if count < 20 {
		t.Errorf("only %d uses of metrics found", count)
	}
}

// Every metric is in the table of metrics with its labels, and nothing else is.
func TestEveryMetricIsDocumented(t *testing.T) {
	t.Parallel()
	documented := make(map[string]string)
	for _, row := range rows(chapter(t, "docs/monitoring.md", "## Metrics")) {
		for _, match := range quoted.FindAllStringSubmatch(row[0], -1) {
			documented[match[1]] = row[1]
		}
	}
	w := startWorld(t, settings{})
	w.wantMetrics(reading{`paybridge_ledger_up`: 1})
	for name, family := range w.bridge.scrape() {
		if !strings.HasPrefix(name, "paybridge_") {
			continue
		}
		labels, found := documented[name]
		if !found {
			t.Errorf("docs/monitoring.md lacks %s", name)
		}
		delete(documented, name)
		for _, pair := range family.GetMetric()[0].GetLabel() {
			if !strings.Contains(labels, "`"+pair.GetName()+"`") {
				t.Errorf("docs/monitoring.md lacks the label %s of %s", pair.GetName(), name)
			}
		}
	}
	for name := range documented {
		t.Errorf("docs/monitoring.md has %s, which there is not", name)
	}
}
