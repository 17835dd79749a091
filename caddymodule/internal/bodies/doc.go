// Package bodies receives the bodies of requests and bounds what they hold of
// memory, over all connections.
//
// Anybody can send the greater part of a large body and then rest, a thousand
// times at once. Who it is cannot be known before the end: a signature covers the
// whole, and the number of a merchant is no secret. So every request has a little
// for itself ([Own]), into which nearly every honest body fits, and whatever goes
// beyond it lies in a room that all share.
//
// Whoever needs more room gets it at once. When there is none left, somebody is
// turned away: of the source that weighs most its heaviest body, where weight is
// bytes times how long there have been any. A body that arrives in a moment weighs
// next to nothing, so those that rest give way to it, however many they are and
// wherever they come from; and a source with many bodies gives way before another
// one with a few.
//
// Nobody waits for room: what is not read would pile up in front of us, in the
// buffers of HTTP/2 and HTTP/3, where nothing bounds it over all connections.
package bodies
