// Package stack has goroutines start with the stack that they will need.
//
// A goroutine begins with a few KiB. When that is not enough it is given twice as much,
// again and again, and all that is on its stack by then is copied and searched for
// pointers: deep in a server's handlers that takes longer than reading the request did.
package stack

// ForRequest is called by the goroutine of a connection when a request has come. Most
// need between 8 and 16 KiB; a stack is a power of two, so that this makes it 16, the
// largest that the runtime has at hand.
func ForRequest() { grow10() }

// ForCall is called by a goroutine that is going to ask the gateway. A payment of either
// suite takes 21 KiB up to the gateway's reverse_proxy, and 12 more while that copies an
// answer; this makes the stack 64 KiB.
func ForCall() { grow40() }

// Frames of so many KiB with nothing in them; functions of Go would fill them with zeros.

func grow10()
func grow40()
