// Package delivery tells merchants that their orders are paid.
//
// What is owed stands in the ledger: one notification for each paid order, with
// the time at which it is due. A [Dispatcher] claims what is due, POSTs it to
// the merchant's address in the form that v1 merchants know, reads whether the
// merchant acknowledged it, and writes the attempt and the next due time back.
// Nothing here is remembered anywhere else, so that a restart, or another bridge
// on the same ledger, goes on where this one stopped.
//
//	Ledger.ClaimNotifications → form → guarded POST → judge → Schedule → Ledger.Finish
//
// # What can be relied on
//
//   - No call is made before its due time. One that becomes due while the
//     dispatcher has room starts within a second; after [Dispatcher.Wake] at
//     once.
//   - One order has one call at a time, because its notification is claimed
//     from the ledger by a lease that outlives the call.
//   - A call is never made again because its result could not be written. Only
//     a bridge that dies between a call and its record causes one call more than
//     the attempts tell.
//   - A host that is dead or takes more than two seconds holds only its own few
//     slots, and all such hosts together a quarter of them all. Together with
//     hosts that have not been called lately, each of which gets one call at a
//     time, they hold three quarters. The last quarter is always left to hosts
//     that answer.
//   - A merchant holds no more than a quarter of the slots, however many hosts
//     its notifications go to, and the ledger is asked for no more than it may
//     hold. Who holds the fewest is served first. Finding what is due costs the
//     ledger the same however many merchants, hosts and notifications wait.
//
// # What remains
//
//   - How hosts answer is not stored. After a restart, all of them are new, and
//     the notifications of one may wait for the time-out of others when three
//     quarters of the slots hang at once; so may those of a host that is called
//     for the first time while three merchants or more make up names that hang.
//   - Four merchants whose hosts all answer in just under two seconds can fill
//     every slot; what waits then waits for seconds, not for time-outs.
//   - Merchants that name the same host share its slots. When all its calls
//     belong to one of them, another's notifications wait for the first that ends.
//
// # Addresses that merchants name
//
// Merchants name the addresses, and they are not trusted. Each connection is
// checked when it is dialled, on the address that is really connected to, so
// that neither spelling nor name service can lead it inside. See [Target] for
// what an operator can open, and address.go for what nobody can. Redirects are
// not followed, proxies of the environment are not used (behind a proxy, the
// address connected to could not be checked), there are no cookies.
package delivery
