// Package readiness says whether a merchant can be moved to v2: a verdict, and the
// reasons for it. It goes by what was seen of the merchant's own traffic in the shadow
// and by what the configuration has for it.
package readiness
