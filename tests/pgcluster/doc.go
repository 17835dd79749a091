// Package pgcluster runs PostgreSQL as operators do who cannot do without it: a
// primary and two standbys of which one is synchronous, looked after by Patroni with
// etcd.
//
// Clients reach a member through a relay, the members each other and etcd, too, so
// that a member's network can be cut: what is sent then vanishes, as behind a broken
// switch, and nobody is refused. A member can also die, with or without its machine,
// and be frozen and wake up.
//
// The programs come from the packages patroni, etcd-server and postgresql.
package pgcluster
