// Package guard turns a merchant back to the old gateway when v2 refuses its new
// payments much more often than the old gateway does.
//
// Each bridge counts what it has answered itself, by merchant, in memory. It compares
// the share of new payments that v2 has refused within a window with the share that
// the old gateway has refused. When a [rollback.Rule] says that this is too much, the route of
// the merchant becomes old, as if somebody had said so, and nothing here brings it
// forward again: that is for a person. What v2 has answered under an earlier route
// counts no more under a later one.
//
// A payment counts once, where it is new, and only when its signature is good: nobody
// else can turn a merchant back, nor one order that is repeated.
package guard
