// Package route decides on which side a new order of a merchant goes: to the old v1
// gateway or to v2.
//
// An order has one side, for ever. A [Route] is what an operator says about the new
// orders of a merchant, and [Route.Side] reads it. Once that answer has been written
// down nothing here is asked about the order again, so a change of the route moves
// new orders and nothing else.
//
// The package is pure: the same route and the same order give the same side in every
// process and in every version.
package route
