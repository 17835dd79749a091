// Package preview shows what the bridge would make of a merchant's message: the
// plain text that would go to the gateway, and what the merchant would hear of
// an answer. It uses the rules of package translate, as the running bridge does.
//
//	v1 JSON → Request → v2 plain text (Marshal)
//	v2 plain text of an answer → Request.Reply → v1 JSON
//
// Nothing is verified, sealed, sent or written down. Numbers that a running
// bridge draws are made up here and named in Request.Examples.
package preview
