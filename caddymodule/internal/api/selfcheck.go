package api

import (
	"context"
	"slices"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
)

// Limits of a self-check.
const (
	// maxProbed bounds how many merchants' keys and ways to the gateway are
	// tried: thousands of questions would disturb the gateway.
	maxProbed = 100
	// probesAtOnce is how many are tried side by side.
	probesAtOnce = 4
)

// say fills values into a sentence of the catalogue of Chinese.
var say = bilingual.Say

// text is a sentence in the language of whoever asks.
func (v *visit) text(said bilingual.Said) string { return said.In(v.lang) }

// SelfCheckQuery says what to look at.
type SelfCheckQuery struct {
	MerID string `json:"merid" doc:"Only this merchant's keys and way to the gateway. Without it, the first 100 gateway merchants'."`
}

// SelfCheck is what a self-check found.
type SelfCheck struct {
	OK     bool    `json:"ok" doc:"No check fails."`
	Level  Level   `json:"level" doc:"The worst of the checks: ok, warn or fail."`
	Checks []Check `json:"checks" doc:"What was looked at."`
}

func selfCheck(v *visit, q SelfCheckQuery) (SelfCheck, error) {
	chosen, left, err := v.gatewayMerchants(q.MerID)
	if err != nil {
		return SelfCheck{}, err
	}
	ctx, cancel := context.WithTimeout(v.ctx, requestTime)
	defer cancel()
	callback := v.checkCallback(ctx) // first: a silent gateway may use up the time
	probes, err := v.probeAll(ctx, chosen)
	if err != nil {
		return SelfCheck{}, err
	}
	checks := slices.Concat(
		shown(v.Doubts(), v.checkDoubt),
		v.checkKeys(chosen),
		v.checkKeysLeft(ctx),
		v.checkMerchantsLeft(ctx),
		shown(v.Health.Judge(ctx).Checks, checksIn(v.lang)),
		v.checkSize(ctx),
		v.checkDatabase(ctx),
		v.checkRows(ctx),
		probes,
		v.checkOldGateway(ctx),
		[]Check{callback},
	)
	if left > 0 {
		untried := Check{
			Name: v.text(say("gateway")), Detail: v.text(say("%d more gateway merchants were not tried", left)), Advice: v.text(say("name one of their merchants to try it")),
		}
		checks = append(checks, untried.at(LevelOK))
	}
	level := worst(checks)
	return SelfCheck{OK: level != LevelFail, Level: level, Checks: checks}, nil
}

// worst is the worst level of some checks.
func worst(checks []Check) Level {
	for _, level := range []Level{LevelFail, LevelWarn} {
		if slices.ContainsFunc(checks, func(c Check) bool { return c.Level == level }) {
			return level
		}
	}
	return LevelOK
}

// gatewayMerchants are the merchants to try, one for each v2 number, and how many
// numbers are left out.
func (v *visit) gatewayMerchants(merID string) (chosen []*merchants.Merchant, left int, err error) {
	if merID != "" {
		m := v.Settings.Merchants.ByMerID(merID)
		if m == nil {
			return nil, 0, badMember("query", "merid", notConfigured.With(printable(merID)))
		}
		return []*merchants.Merchant{m}, 0, nil
	}
	seen := make(map[string]bool)
	for _, m := range v.Settings.Merchants.All() {
		switch {
		case seen[m.GatewayMerchant]:
		case len(chosen) == maxProbed:
			left++
		default:
			chosen = append(chosen, m)
		}
		seen[m.GatewayMerchant] = true
	}
	return chosen, left, nil
}

// probeAll asks the gateway in every merchant's name, some at a time.
func (v *visit) probeAll(ctx context.Context, chosen []*merchants.Merchant) ([]Check, error) {
	checks := make([]Check, len(chosen))
	err := v.sideBySide(len(chosen), probesAtOnce, func(i int) { checks[i] = v.checkGateway(ctx, chosen[i]) })
	return checks, err
}
