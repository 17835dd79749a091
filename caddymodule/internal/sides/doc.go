// Package sides says which gateway serves a request while merchants move: the old v1
// gateway or v2.
//
// An order has one side, for ever. That it is v2's is on record in the ledger with
// the order itself; that it is the old gateway's is written down here, before
// anything of it is passed on. Where nothing is on record, the route of the merchant
// says where a new payment goes; whatever else names such a number, a query or a
// page, belongs to the old gateway.
//
// In front of the old gateway the bridge must not be what fails. With the ledger
// away a merchant that never had an order on v2, and has no route there, goes on to
// the old gateway; the marks of its orders wait in memory and are made up for. Of
// every other merchant the side of an order cannot be known then.
package sides
