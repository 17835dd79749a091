package health

import (
	"encoding/json"
	"net/http"
)

// Answer is what is told to whoever asks on the public site: that something is
// wrong, never what.
type Answer struct {
	Status string              `json:"status"`           // "live", "ready" or "not ready"
	Checks map[string]Standing `json:"checks,omitempty"` // "ok", "warning" or "failing"
}

// Live is the answer of a process that runs.
func Live() Answer { return Answer{Status: "live"} }

// Readiness is the answer of a bridge that was judged.
func Readiness(r Report) Answer {
	answer := Answer{Status: "ready", Checks: make(map[string]Standing, len(r.Checks))}
	for _, check := range r.Checks {
		answer.Checks[check.Name] = check.Stands()
	}
	if !r.Ready() {
		answer.Status = "not ready"
	}
	return answer
}

// Standing is how a condition stands.
type Standing string

// The standings.
const (
	OK      Standing = "ok"
	Warning Standing = "warning" // payments work, and somebody should look
	Failing Standing = "failing" // the bridge is not ready
)

// Stands says how a condition stands.
func (c Check) Stands() Standing {
	switch {
	case !c.OK:
		return Failing
	case !c.Advice.IsZero():
		return Warning
	}
	return OK
}

// Stopped is the answer while no configuration serves.
func Stopped() Answer {
	return Answer{Status: "not ready", Checks: map[string]Standing{"engine": Failing}}
}

// Code is the HTTP status that load balancers go by.
func (a Answer) Code() int {
	if a.Status == "not ready" {
		return http.StatusServiceUnavailable
	}
	return http.StatusOK
}

// Write sends the answer.
func (a Answer) Write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(a.Code())
	_ = json.NewEncoder(w).Encode(a) // who asked has hung up
}
