// Package stack has goroutines start with the stack that they will need.
//
// A goroutine begins with a few KiB. When that is not enough it is given twice as much,
// again and again, and all that is on its stack by then is copied and searched for
// pointers: deep in a server's handlers that is some hundredths of a payment.
package stack

// ForRequest is called by the goroutine of a connection when a request has come. Its
// handlers take more than 8 KiB; a stack is a power of two, so that this makes it 16, and
// 32 would not be worth it: the runtime keeps none as large at hand.
func ForRequest() { grow10() }

// ForCall is called by a goroutine that is going to ask the gateway. A payment of either
// suite takes 21 KiB up to the gateway's reverse_proxy, and 12 more while that copies an
// answer; this makes the stack 64 KiB.
func ForCall() { grow40() }

// Frames of so many KiB with nothing in them; functions of Go would fill them with zeros.

func grow10()
func grow40()
