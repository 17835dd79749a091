// Package scheduling tells the kernel that this process is a server: nobody waits for it
// at a screen.
//
// By default Linux has a thread that wakes up interrupt whoever is on a processor. A
// bridge wakes up several times in a payment, and where the gateway or a database runs
// beside it, each of them is interrupted in its work again and again. A thread with the
// policy SCHED_BATCH waits until the other has had its turn, and finds more to do then:
// its messages are read, its commits shared and its RSA operations batched. Others still
// interrupt it when they wake up, unless they have the policy as well. Priority and share of
// the processors stay what they are.
package scheduling

import "fmt"

// The policies, as a configuration names them.
const (
	Batch  = "batch"  // SCHED_BATCH: a thread that wakes up interrupts nobody
	Normal = "normal" // SCHED_OTHER, the kernel's default
)

// Check checks the member scheduling.
func Check(policy string) error {
	switch policy {
	case "", Batch, Normal:
		return nil
	}
	return fmt.Errorf("scheduling: %q is not known; write %s or %s", policy, Batch, Normal)
}
