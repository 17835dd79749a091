package caddymodule

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/answers"
	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/failpoint"
	"github.com/paybridge/paybridge/caddymodule/internal/guard"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/oldtraffic"
	"github.com/paybridge/paybridge/caddymodule/internal/reloadlog"
	"github.com/paybridge/paybridge/caddymodule/internal/routecache"
	"github.com/paybridge/paybridge/caddymodule/internal/sides"
	"github.com/paybridge/paybridge/caddymodule/internal/steady"
	"github.com/paybridge/paybridge/caddymodule/internal/wechat"
)

// engines has one engine for each ledger that is open. During a reload the old
// and the new configuration share it, so that nothing is written by two hands.
var engines = caddy.NewUsagePool()

// engine is an open ledger with the bridge that works on it.
type engine struct {
	id      string // its key in the pool
	bridge  *bridge.Bridge
	ledger  *ledger.Ledger
	sides   *sides.Sides
	routes  *routecache.Cache
	traffic *oldtraffic.Counter
	answers *answers.Counter
	guard   *guard.Guard
	gates   gates
	openIDs *wechat.OpenIDs // for payers who come back from WeChat once more; the ledger has their states
	logs    *reloadlog.Output
}

// acquireEngine joins the engine of a ledger or opens it. Each success must be
// released once.
func acquireEngine(ctx context.Context, store LedgerStore, log *zap.Logger) (*engine, error) {
	id := store.identity()
	value, _, err := engines.LoadOrNew(id, func() (caddy.Destructor, error) {
		logs := new(reloadlog.Output)
		logs.Attach(log) // until the configuration is attached, or failed to start
		defer logs.Detach(log)
		machine := failpoint.Clock[steady.Source](steady.Machine)
		watch := steady.New(machine)
		l, err := store.open(ctx, logs.Logger("paybridge.ledger"), watch.Now)
		if err != nil {
			return nil, fmt.Errorf("opening ledger: %w", err)
		}
		b := bridge.New(l, logs.Logger("paybridge"), watch.Now,
			bridge.WithClock(watch), bridge.WithObserver(observed), bridge.WithTracer(tracer))
		passed := elapsed(machine)
		routes := routecache.New(l, logs.Logger("paybridge.routes"), passed)
		return &engine{
			id: id, ledger: l, logs: logs, bridge: b, gates: newGates(), openIDs: wechat.NewOpenIDs(b.Now),
			sides:   sides.New(l, logs.Logger("paybridge.sides"), sides.Clock{Now: b.Now, Known: b.KnowsTime}, observed),
			traffic: oldtraffic.New(l, logs.Logger("paybridge.old_traffic"), b.Now),
			answers: answers.New(l, logs.Logger("paybridge.answers"), b.Now),
			routes:  routes,
			guard:   guard.New(l, logs.Logger("paybridge.guard"), observed, passed, routes.Expire),
		}, nil
	})
	if err != nil {
		return nil, err
	}
	e, ok := value.(*engine)
	if !ok {
		return nil, errors.New("opening ledger: not an engine")
	}
	return e, nil
}

// elapsed is a clock that setting the machine's clock does not change.
func elapsed(machine steady.Source) func() time.Duration {
	return func() time.Duration {
		_, passed := machine()
		return passed
	}
}

// attach makes the engine's background work, its log and the metrics of its
// ledger follow a configuration; detach undoes it.
func (e *engine) attach(a *App) {
	e.logs.Attach(a.log)
	e.bridge.Attach(a.settings)
	e.sides.Attach(a.keepOldOrders())
	e.guard.Attach(a.rollbacks)
	observed.AttachLedger(e.ledger)
}

func (e *engine) detach(a *App) {
	observed.DetachLedger(e.ledger)
	e.guard.Detach(a.rollbacks)
	e.sides.Detach(a.keepOldOrders())
	e.bridge.Detach(a.settings)
	e.logs.Detach(a.log)
}

func releaseEngine(e *engine) error {
	_, err := engines.Delete(e.id)
	return err
}

// stopGrace is how long calls in hand may take when the bridge stops. It is
// longer than a call to the gateway by default.
const stopGrace = 15 * time.Second

// Destruct ends the work and closes the ledger when the last configuration has
// let go of it.
func (e *engine) Destruct() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopGrace)
	defer cancel()
	e.bridge.Close(ctx)
	e.guard.Close()
	e.sides.Close()
	e.routes.Close()
	e.traffic.Close()
	e.answers.Close()
	return e.ledger.Close()
}

var _ caddy.Destructor = (*engine)(nil)
