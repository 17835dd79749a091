// Package simulation plays whole worlds around the bridge: merchants, payers, a gateway,
// merchants' servers, operators, and one to three bridges on one ledger, in one process
// and in virtual time (testing/synctest). Engine, delivery and ledger are the real
// ones; what surrounds them is played and goes wrong. It is built with the tag
// simulation:
//
//	make -f xcaddy.mk simulate SEEDS=1000
//	go test -tags simulation ./caddymodule/internal/simulation -run 'TestSeed$' -seed 17 -v
//
// # One seed, one story
//
// A [plan] is drawn from a seed: who orders what and when, with which temper, and what
// goes wrong. Whatever a world draws later (how long a message takes, whether a fault
// strikes) is drawn for the name of the thing and its time, not from a stream, so that
// taking an order or a fault out of a plan leaves the rest as it was, and goroutines
// that run at the same instant cannot change what is drawn. The same plan tells the
// same story; a test compares two.
//
// # Rooms
//
//   - plan, chance, shrink: what a world is, and how a failing one is made smaller
//   - world, process, link: the virtual machine room: bridges that live, die and start
//     again, and the wires between the actors
//   - merchant, payer, gateway, receiver, old: the actors; old is the old gateway
//   - beside, side: a bridge beside the old gateway, and on which side its orders are
//   - route, turnback, shadow: changes of routes, by people and by the guard, and
//     comparisons, each with its oracle
//   - operator, pause: what operators do by hand
//   - fault: the table of all that goes wrong
//   - database, postgres, tables: the ledger's failures, and the model of PostgreSQL
//   - movingworld, operatorworld: worlds in which one thing goes wrong
//   - oracle, coverage: what must hold, and what was seen
//   - mutation: money rules broken on purpose in the source, which must be found
//
// The simulation stands below caddymodule and not in tests, because Go lets no other
// place import what is internal to caddymodule.
package simulation
