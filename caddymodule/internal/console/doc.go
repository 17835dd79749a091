// Package console is the page on which an operator watches the bridge and acts
// on it: /paybridge/ on Caddy's admin endpoint.
//
// It is a page in plain HTML with a style sheet and scripts (web/), and knows
// nothing by itself: whatever it shows, and whatever it does, goes through the
// admin API beside it, which decides what a browser may do. Whoever cannot reach
// the admin endpoint cannot reach the console either.
//
//	web/index.html  the page; its words are filled in here
//	web/main.js     asks the API every 15 seconds and hands out what it says
//	words/          every word of page and scripts, one table for each language
//
// # Safety
//
// What the API says holds merchants' and the gateway's own words. Scripts insert
// them as text nodes only; the Content-Security-Policy forbids scripts and styles
// from anywhere but here, and with Trusted Types every way to write HTML.
//
// # Caddy's admin endpoint and browsers
//
// The endpoint refuses what a browser loads without CORS, and whatever names
// neither an origin nor a referrer that it knows. Hence scripts are modules, the
// style sheet is asked for with CORS, the icon stands in the page, and the page
// names itself as referrer to its own origin. A browser into which the address
// is typed names nothing: for that the admin option needs origins with "" among
// them; README has the lines.
package console
