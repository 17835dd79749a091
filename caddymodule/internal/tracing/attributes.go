package tracing

import (
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// The attributes of spans. The list is closed, as that of log lines is: numbers
// that operators search by and classes from closed sets, no member of a payload.
const (
	merIDKey    = attribute.Key("merid")
	orderIDKey  = attribute.Key("orderid")
	orderNoKey  = attribute.Key("order_no")
	tranCodeKey = attribute.Key("tran_code")
	classKey    = attribute.Key("class")
	attemptKey  = attribute.Key("attempt")
)

// MerID is a merchant's v1 number.
func MerID(number string) attribute.KeyValue { return merIDKey.String(number) }

// OrderID is a merchant's order number.
func OrderID(number string) attribute.KeyValue { return orderIDKey.String(number) }

// OrderNo is the order number of v2.
func OrderNo(number string) attribute.KeyValue { return orderNoKey.String(number) }

// TranCode is the v2 transaction code of a call to the gateway.
func TranCode(code string) attribute.KeyValue { return tranCodeKey.String(code) }

// Class says what came of the work, in a word of a closed set.
func Class(class string) attribute.KeyValue { return classKey.String(class) }

// Attempt counts the calls of a notification, from 1.
func Attempt(n int) attribute.KeyValue { return attemptKey.Int(n) }

// Finish ends a span with what came of the work. A span whose work failed shows
// as an error.
func Finish(span trace.Span, class string, failed bool) {
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(Class(class))
	if failed {
		span.SetStatus(codes.Error, class)
	}
	span.End()
}
