// Package bridge is the engine of Paybridge: it takes a merchant's verified v1
// request, keeps the order in the ledger, talks v2 to the gateway and says what
// the merchant hears.
//
// It knows nothing of Caddy or of HTTP. Caddy's part, one configuration at a
// time, comes in as Settings; the ledger and the work in hand outlive a
// configuration and live in the Bridge. The rules themselves are pure functions
// in package translate; this package puts them in order, with the money rules
// of the design: write before sending, one order one call, unknown is a state.
package bridge
