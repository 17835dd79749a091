// Package console is the page on which an operator watches the bridge and acts
// on it: /paybridge/ on a site with the directive paybridge_console.
//
// It is a page in plain HTML with a style sheet and scripts (web/), and knows
// nothing by itself: whatever it shows, and whatever it does, goes through the
// admin API beside it, which decides what a browser may do. Which
// browsers may ask is decided by the handler in front of both.
//
//	web/index.html  the page; its texts are filled in here
//	web/main.js     asks the API every 15 seconds and hands the answers out
//	i18n/           every text of page and scripts, one catalog for each language
//
// # Safety
//
// The API's answers hold text that merchants and the gateway wrote. Scripts insert
// it as text nodes only; the Content-Security-Policy forbids scripts and styles
// from anywhere but here, and with Trusted Types every way to write HTML.
//
// # A site of its own
//
// On Caddy's admin endpoint an address typed into a browser is only answered when
// the option origins has "" among them, and then Caddy's own /load and /stop take
// what a page in a local file asks. So the console is no part of that endpoint.
// What a page loads there without CORS is refused; the page still does without:
// scripts are modules, the style sheet is asked for with CORS, the icon stands in
// the page.
package console
