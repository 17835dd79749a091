// Package requestside reads a request to the old interface and says which gateway
// serves it while merchants move.
//
// Package sides knows the side of an order. This package finds the order: each kind of
// request names one in its own way, or names a merchant only.
package requestside
