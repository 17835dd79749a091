// Package reconciliation compares the statements of an acquirer or a gateway with the
// ledger: what is here and not there, there and not here, of another amount or state,
// and which refunds.
//
// Both sides may have millions of lines. They are written to temporary files by a hash
// of the order number first, and then compared one part after the other, so that
// memory does not grow with them. What the statement has and the days of the ledger
// have not is looked up by its number, whenever its order was.
//
// All times are of Beijing, as on either wire: the day of a statement begins at
// midnight there.
package reconciliation
