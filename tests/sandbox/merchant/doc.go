// Package merchant is the merchants' side of v1 for whole-system tests: a
// client that speaks like the programs seen in the field, and a receiver for
// their notifications.
//
// A [Client] sends payments, queries and cancels in a [Dialect]: one of the
// odd but living ways to encode a v1 request. It reads the reply as the
// strictest real client would; the first rule that the reply breaks is a
// [RuleError]. A [Receiver] stands behind a merchant's backurl, checks each
// notification as strictly, records it and answers by script.
//
// The rules are those of the field page of v1. Nothing here shares code with
// the bridge.
package merchant
