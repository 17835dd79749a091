// Package inbound reads what arrives at the public site as values: which
// interface a path names, whether a browser or a program asks, and the
// parameters of a form in every shape that merchants' programs send. It receives
// the bodies, too, within their time and their room.
//
// The handler and the command explain share it, so that both say the same of a
// message.
package inbound
