package delivery

import (
	"context"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
)

// Ledger is what a Dispatcher needs of the ledger. The methods are those of
// [ledger.Ledger], which says what they promise.
type Ledger interface {
	// ClaimNotifications gives due notifications into the caller's hands until
	// now + lease, no more than the room that is offered.
	ClaimNotifications(
		ctx context.Context, now time.Time, lease time.Duration, offer func() ledger.Room,
	) ([]ledger.Delivery, error)
	// Order returns an order.
	Order(ctx context.Context, k ledger.Key) (ledger.Order, error)
	// Finish records an attempt and what becomes of the notification.
	Finish(ctx context.Context, d ledger.Notification, a ledger.Attempt, to ledger.NotificationState, due time.Time) error
	// Attempts returns the calls that were made for an order, oldest first.
	Attempts(ctx context.Context, k ledger.Key) (ledger.List[ledger.Attempt], error)
	// Release gives a claimed notification back unsent.
	Release(ctx context.Context, d ledger.Notification) error
	// BeginAgain gives one call about a payment that the merchant has acknowledged.
	BeginAgain(ctx context.Context, k ledger.Key, at time.Time, lease time.Duration, c ledger.Change) (ledger.Delivery, error)
	// EndAgain records what came of that call.
	EndAgain(ctx context.Context, d ledger.Notification, a ledger.Attempt) error
	// NextDue says when the next notification can be claimed; zero for none.
	NextDue(ctx context.Context) (orders, notifications time.Time, err error)
}

// Interface guard
var _ Ledger = (*ledger.Ledger)(nil)
