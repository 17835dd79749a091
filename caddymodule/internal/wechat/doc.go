// Package wechat finds out who a payer is: the web authorisation of a WeChat
// official account with the scope snsapi_base, which asks the payer nothing.
//
// The payer's browser is sent to [Client.AuthorizeAt] and comes back with a code
// and the state that it was sent with. [Client.Exchange] gives the code back to
// WeChat, from server to server, and gets the payer's openid.
//
// Anybody can make a browser open the address at which payers come back. The
// state (state.go) makes that useless: it proves that this bridge sent this very
// browser, a moment ago, for this very purpose, and it is good for one exchange.
// A browser that comes back twice with one state gets what the exchange found:
// [OpenIDs] (openids.go) keeps that for some minutes.
//
// [ReturnAddress] (address.go) judges where a merchant wants its payer back with
// the openid. Which hosts are the merchant's is for others to say.
//
// The package knows no merchant, no ledger and no page.
package wechat
