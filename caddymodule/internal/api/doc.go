// Package api is the admin API of Paybridge, below /paybridge/ on Caddy's admin
// endpoint: what an operator, a script, the commands of "caddy paybridge" and
// the console see of the bridge and do with it.
//
// There are two ends. [Server] answers requests; it looks up per request what
// serves just then, because configurations come and go while it lives. [Client]
// asks, over TCP or a unix socket.
//
// One table, [routes], says what there is. The answers to requests, the check of
// what comes in and the OpenAPI document that is served all follow from it: a
// member of a request or an answer is described once, as a field of a struct
// with its json and doc tags (shapes.go and the files named for the routes).
//
// Answers are allow-lists. They hold numbers, states, amounts and times, and of
// a notification's address only the host; never a key, an openid, a scanned
// code, a payload or a signature.
package api
