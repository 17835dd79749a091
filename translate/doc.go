// Package translate holds the rules between the two protocols that Paybridge
// speaks: what a v1 pay request becomes in v2, what a v2 answer means for the
// order and for the merchant, how amounts and times are written on either side.
//
// Everything here is a pure function of its arguments: no network, database,
// clock or goroutine. The two wires themselves are described in the packages
// v1 (merchants) and v2 (the gateway); the Caddy module that joins everything
// lives in ../caddymodule. The package can be used without Caddy, for example
// to check a merchant's request by hand.
package translate
