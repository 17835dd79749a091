// Package ledger is the durable memory of the bridge: its orders, the
// notifications that they owe to merchants, and what happened on the way.
//
// Everything that must outlive a crash goes through a [Ledger]. Its methods
// speak of orders and notifications; when one of them returns without an error,
// what it did is on disk. They follow the money rules of the design: an order is
// written before anything is sent ([Ledger.Begin]), it only moves forward and a
// payment commits together with the notification it causes ([Ledger.Record]),
// and whoever works on something holds it by a lease that ends by itself
// ([Ledger.ClaimOrders], [Ledger.ClaimNotifications]).
//
// # One implementation, two stores
//
// Each method hands a function of one transaction to the store, the only fork:
//
//   - SQLite ([OpenSQLite]) is embedded. One goroutine owns the one connection
//     that writes; it gathers the functions that wait into one commit, so that one
//     fsync serves them all. When one fails, all are rolled back and the others run
//     again. A lock file keeps a second writer out.
//   - PostgreSQL ([OpenPostgres]) serves several bridges at once. Functions run
//     at once and are run again after a conflict or a lost connection.
//
// The functions have no effect outside their transaction and may find that an
// earlier run of themselves was committed although its answer was lost.
//
// # Claims
//
// A claim sets a due time into the future and counts the claim number up. The
// number is a fence: whoever comes back after the lease has ended and the work
// was taken over gets [ErrFenced], and what it brings is not written. A fresh
// order starts with claim 1, held by whoever began it until Order.Next.
//
// # Sides
//
// While merchants move, an order belongs to the old gateway or to the v2 gateway,
// for ever. An order of this ledger is one of the v2 gateway; that one is of the
// old gateway is written down by [Ledger.MarkOld]. Whichever is first wins, also
// between bridges: both lock a row that the order's key falls on before they look
// into the other's table.
//
// # Operators
//
// What an operator does ([Ledger.Settle], [Ledger.Resend], [Ledger.Pause],
// [Ledger.ResumeMerchant]) is written in one transaction with a [Change] that says
// who did it and why. [Ledger.Events] is the timeline of an order: each step and
// what led to it. Lists ([Ledger.Orders], [Ledger.Notifications]) are read page by
// page from a [Cursor]; they and the counts ([Ledger.Gauges], [Ledger.Outcomes])
// go along indexes and cost the same with millions of finished orders.
//
// A merchant is paused by a row of its own that every claim reads: what comes
// up is parked, and nothing has to be found and marked at the moment of pausing.
//
// Where the new orders of merchants go ([Ledger.SetRoute], [Ledger.SetAllRoutes]) is
// read by every bridge into a copy of its own, which [Ledger.RouteRevision] tells to
// be old.
//
// # SQL
//
// Times are Unix milliseconds, amounts fen, both in 64 bits; zero is "not yet".
// Keys are natural and start with the order number, which spreads them evenly
// where a distributed database shards by the first column. There are no
// sequences, advisory locks or notifications of the database, so that
// PostgreSQL-compatible databases serve as well.
package ledger
