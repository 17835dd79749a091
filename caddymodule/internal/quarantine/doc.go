// Package quarantine names why a signed message of the gateway was not believed.
//
// The ledger keeps the reason as the code that judged the message put it, in English
// and with the member that it is about. What operators read is one of a few causes,
// derived from that text, in their language: so what was kept before a cause had its
// name is told like everything else.
package quarantine
