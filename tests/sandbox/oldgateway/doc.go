// Package oldgateway is what the bridge replaces: a v1 payment gateway, for
// whole-system tests of moving merchants and for the demo of it.
//
// It is written from the specification and the field page alone and shares no
// code with the bridge, nor with the v2 gateway of package sandbox. A [Gateway]
// is an http.Handler that has what the old gateway had:
//
//   - POST /api/mpgateway, /api/query and /api/cancel for merchants' programs,
//   - /wxjsapi/openid.html, /wxjsapi/gopay.html and /apis/wxjspaygateway for
//     payers' browsers, with cookies and redirects,
//   - interfaces that the specification does not have and that merchants use all
//     the same: a cashier page (/api/icashier), payouts (/api/payout) and a file
//     beside the pages (/wxjsapi/logo.png),
//   - notifications of paid orders by the ladder of the specification,
//   - and an HTML page with status 404 for everything else.
//
// The gateway is honest until a [Rule] tells it otherwise. Its [Book] says what
// really happened to the money, whatever was answered: every charge, refund and
// payout is an entry of its own, so that a second charge of one order shows.
//
// The respcodes of its refusals are its own and not the bridge's, except for 90,
// the only one that was ever captured; so a test sees who has answered.
//
// Tests in the same process use the methods State, Script, Pay and Return; others
// use the control interface below [ControlPrefix]. The Caddy module
// http.handlers.paybridge_sandbox_old serves the same gateway from a Caddyfile. It
// belongs in demo and test builds only.
package oldgateway
