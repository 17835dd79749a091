// Package rollback says when a merchant is turned back to the old gateway: as the
// operator writes it, for all merchants or for one, and as a rule about two tallies.
//
// Package guard counts and turns back. This package knows neither orders nor ledgers,
// so that configurations of merchants can have it as a member.
package rollback
