package api

import (
	"net/http"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/health"
)

// HealthAnswer says whether the bridge may be sent payments, with the reasons.
type HealthAnswer struct {
	Status string  `json:"status" doc:"live, ready or not ready."`
	Checks []Check `json:"checks" doc:"What was looked at."`
}

// Level says how a check has turned out.
type Level string

// The levels.
const (
	LevelOK   Level = "ok"   // it is well
	LevelWarn Level = "warn" // it works, and something can be lost or go wrong
	LevelFail Level = "fail" // it does not work
)

// Check is one thing that was looked at.
type Check struct {
	Name   string `json:"name" doc:"What was looked at."`
	OK     bool   `json:"ok" doc:"It works: its level is not fail."`
	Level  Level  `json:"level" doc:"ok; warn: it works, and something can be lost or go wrong; fail: it does not work."`
	Detail string `json:"detail" doc:"What was found."`
	Advice string `json:"advice,omitempty" doc:"What to do."`
}

// status is what load balancers go by.
func (h HealthAnswer) status() int {
	if h.Status == "not ready" {
		return http.StatusServiceUnavailable
	}
	return http.StatusOK
}

func showLive(*visit, nothing) (HealthAnswer, error) {
	return HealthAnswer{Status: "live", Checks: []Check{}}, nil
}

func showReady(v *visit, _ nothing) (HealthAnswer, error) {
	if !v.running {
		engine := Check{
			Name: checkNames["engine"].In(v.lang), Detail: engineStopped.With().In(v.lang), Advice: engineAdvice.With().In(v.lang),
		}
		return HealthAnswer{Status: "not ready", Checks: []Check{engine.at(LevelFail)}}, nil
	}
	report := v.Health.Judge(v.ctx)
	return HealthAnswer{Status: health.Readiness(report).Status, Checks: shown(report.Checks, checksIn(v.lang))}, nil
}

// levels are those of how the conditions of readiness stand.
var levels = map[health.Standing]Level{health.OK: LevelOK, health.Warning: LevelWarn, health.Failing: LevelFail}

// checksIn shows checks in a language.
func checksIn(lang bilingual.Lang) func(health.Check) Check {
	return func(c health.Check) Check {
		check := Check{Name: checkNames[c.Name].In(lang), Detail: c.Detail.In(lang), Advice: c.Advice.In(lang)}
		return check.at(levels[c.Stands()])
	}
}

// at is the check with a level.
func (c Check) at(level Level) Check {
	c.Level, c.OK = level, level != LevelFail
	return c
}
