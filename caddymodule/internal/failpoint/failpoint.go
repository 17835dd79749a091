// Package failpoint lets tests of a real process do what a machine does to it: end
// it at named instants, as a power cut would, between a write and a send or between
// an answer and its record, and set its clock. In every build without the tag
// failpoints it does nothing and costs nothing.
package failpoint

// Point names an instant.
type Point string

// The instants, in the order in which a payment passes them.
const (
	BeforeMark    Point = "before_mark"    // an order is to go to the old gateway; nothing is written
	BeforePass    Point = "before_pass"    // its mark is durable, nothing has left
	AfterPass     Point = "after_pass"     // the old gateway has answered
	BeforeBegin   Point = "before_begin"   // nothing is written
	BeforeSend    Point = "before_send"    // the order is durable
	AfterAnswer   Point = "after_answer"   // the gateway has answered
	AfterRecord   Point = "after_record"   // the answer is durable, the merchant waits
	BeforeSettle  Point = "before_settle"  // a notice has been verified
	BeforeAck     Point = "before_ack"     // the notice is durable, the gateway waits
	BeforeAttempt Point = "before_attempt" // a notification is claimed
	AfterAttempt  Point = "after_attempt"  // the merchant has answered
	AfterFinish   Point = "after_finish"   // the attempt is durable

	InShadow Point = "in_shadow" // an exchange is being compared
)
