package rollback

import (
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
)

func TestChecks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config Config
		want   string // of the only error, empty for none
	}{
		"nothing":              {},
		"off":                  {config: Config{Off: true}},
		"least":                {config: Config{MinPayments: 5, Window: caddy.Duration(time.Minute), MaxWorse: 1}},
		"most":                 {config: Config{MinPayments: 1 << 30, Window: caddy.Duration(24 * time.Hour), MaxWorse: 99}},
		"off and more":         {Config{Off: true, MaxWorse: 5}, "off stands beside other members"},
		"too few payments":     {Config{MinPayments: 4}, "min_payments must be 5 or more"},
		"negative payments":    {Config{MinPayments: -50}, "min_payments must be 5 or more"},
		"short":                {Config{Window: caddy.Duration(59 * time.Second)}, "window must be from 1m to 24h"},
		"negative":             {Config{Window: caddy.Duration(-time.Hour)}, "window must be from 1m to 24h"},
		"long":                 {Config{Window: caddy.Duration(25 * time.Hour)}, "window must be from 1m to 24h"},
		"everything is worse":  {Config{MaxWorse: 100}, "max_worse must be from 1 to 99"},
		"it need not be worse": {Config{MaxWorse: -1}, "max_worse must be from 1 to 99"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var found []string
			for _, check := range Checks {
				if err := check.Of(&c.config); err != nil {
					found = append(found, err.Error())
				}
			}
			if told := strings.Join(found, "\n"); len(found) > 1 || (told == "") != (c.want == "") || !strings.Contains(told, c.want) {
				t.Errorf("errors are %q, want %q", found, c.want)
			}
		})
	}
}
