//go:build simulation

package delivery

import "net/http"

// Simulate has the dispatcher call merchants through a network that a simulation
// makes, and draw by its chance. It is called before Start.
func (d *Dispatcher) Simulate(network http.RoundTripper, random func() float64) {
	d.sender.roundTripper = func(policy) http.RoundTripper { return network }
	d.random = random
}
