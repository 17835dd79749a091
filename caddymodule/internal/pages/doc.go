// Package pages makes what a payer's browser sees: the page that opens WeChat's
// payment, the one that goes on to the gateway's, the one for browsers outside
// WeChat, the result, and the refusals.
//
// Values go in, bytes come out. The package knows no ledger, no merchant and no
// gateway; whoever has decided what the payer shall see fills in a [Page] and
// calls [Write]:
//
//	WeChatPay | Hosted | Outside | Result | Refusal → Write → headers and HTML
//
// # A page
//
// Each page has a type, a template in templates/ inside the one layout, and
// perhaps scripts in scripts/. What it can say stands in its file as scenes: an
// icon, a title, a text and perhaps a button, in Chinese and in English. The
// scenes that a page may come to later are in it from the start, hidden, so that
// scripts contain no words and write no HTML; they only show the next scene.
//
// Pages are small and whole: style and script are in them, nothing else is
// loaded, and they work on the web views of old phones (ES2017 at most).
//
// # Safety
//
// Everything that came from outside goes through html/template into text or
// attributes, never into scripts. The Content-Security-Policy allows only the
// style and the script with the nonce of this very answer. Links are shown and
// followed only if they are http, https or relative (link.go).
package pages
