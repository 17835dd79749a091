// Package health judges whether a bridge may be sent payments: whether its
// ledger commits, its disk has room and its clock is right. Load balancers ask
// it on the public site, operators on the admin endpoint.
package health
