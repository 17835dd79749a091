package translate

import (
	"testing"

	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// BenchmarkJudge measures what becomes of an opened message: it is read, what it says is
// kept for the timeline, and it is judged against the order.
func BenchmarkJudge(b *testing.B) {
	rule, _ := RuleOf(v1.WxSao)
	for _, m := range []struct {
		name  string
		says  says
		judge func(v2.Message) (said v2.Statement, report Report, err error)
		want  State
	}{
		{"pay", says{body: answeredBody(PayerScans, "12")}, func(m v2.Message) (v2.Statement, Report, error) {
			said := m.PayReply()
			report, err := rule.JudgePay(said, expectedOrder())
			return said, report, err
		}, Pending},
		{"query", says{body: told("11")}, func(m v2.Message) (v2.Statement, Report, error) {
			said := m.OrderState()
			report, err := JudgeQuery(said, expectedOrder())
			return said, report, err
		}, Paid},
		{"notice", says{body: told("11")}, func(m v2.Message) (v2.Statement, Report, error) {
			said := m.Notice()
			report, err := JudgeNotice(said, expectedOrder())
			return said, report, err
		}, Paid},
	} {
		b.Run(m.name, func(b *testing.B) {
			message := m.says.message(b)
			b.ReportAllocs()
			for b.Loop() {
				said, report, err := m.judge(message)
				if err != nil || said.State() == "" || report.State != m.want {
					b.Fatalf("%+v, %v", report, err)
				}
			}
		})
	}
}
