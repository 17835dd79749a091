// Package oldgateway passes requests on to the v1 gateway that the bridge
// replaces, and its answers back, as they are.
//
// The way goes through Caddy's reverse_proxy, which does most of it: balancing,
// health checks, transports, forwarded addresses. What it would change is put
// right on both sides of it:
//
//   - of the request ([verbatim]): the Host that the client has sent, also to an
//     upstream with https; the spelling of the path; no Via, with which servers of
//     the time leave out compression; no Accept-Encoding that the client has not
//     sent; and nothing that could make a transport send a POST a second time,
//   - of the answer ([answer]): no Via, no guessed Content-Type, no Date of ours.
//
// The body of a request is not looked at and not kept: it flows from one
// connection to the other, whatever its size and encoding. So a body costs no
// memory of the room that all requests share, and a 3 MiB one passes.
//
// HTTP itself is not passed on where it is between two neighbours only: which
// connection carries a request, its version, how a body is framed in chunks, and
// in which capitals and order header names come.
package oldgateway
