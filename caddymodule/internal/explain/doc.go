// Package explain tells an operator why a message does or does not verify, and
// what to tell the people who sent it.
//
//	what was saved (a form, a URL, an answer) → Explain → Report → text or JSON
//
// The verdict is that of the code which serves requests: package inbound for
// path, method and form, v1.Open and its parsers for merchants' messages,
// v2.Codec for the gateway's. A test sends a generated corpus to a running bridge
// and holds its answers against the reports. What comes on top is a
// search for causes. Causes stand in tables; each row has a name, the texts for
// the operator, and a pure function that says whether it holds:
//
//   - request_arrival.go, request_form.go, request_facts.go, mangled.go: what is
//     wrong before any key is used
//   - texts.go, damaged.go, schemes.go, signs.go, suspects.go: what a merchant's program may
//     have signed, how, in which spelling and with whose key; search.go tries
//     them, one deviation first and then two at a time
//   - request_members.go: what is wrong with a message that is signed well
//   - sealed_facts.go, sealed_members.go: the same for the gateway's messages
//
// A report holds no key, no signature, and no member of a message beyond the
// list in allow.go; of everything else it tells names it knows and lengths.
//
// This is for a person at a command line who holds the configuration and its
// keys. It must never serve a network: what it tells of a message that does not
// verify is just what a forger would like to know.
package explain
