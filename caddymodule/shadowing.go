package caddymodule

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/failpoint"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/metrics"
	"github.com/paybridge/paybridge/caddymodule/internal/oldgateway"
	"github.com/paybridge/paybridge/caddymodule/internal/outage"
	"github.com/paybridge/paybridge/caddymodule/internal/shadow"
)

// shadowing has the exchanges of merchants whose route is shadow compared with what
// the bridge would have answered. It lasts as long as a configuration, so that loading
// one switches it on again.
type shadowing struct {
	app    *App
	worker atomic.Pointer[shadow.Worker] // nil unless the app runs
}

// shadowStop is how long the end of a configuration waits for comparisons.
const shadowStop = 5 * time.Second

// start begins to compare.
func (s *shadowing) start(e *engine) {
	a := s.app
	observed.AttachShadow(s)
	s.worker.Store(shadow.Start(shadow.Config{
		Settings: shadow.Settings{
			NotifyURL: a.settings.NotifyURL, OrderPrefix: a.OrderPrefix, Subject: a.Subject, Expiry: time.Duration(a.OrderExpiry),
			Pay: a.TranCodes.Pay, Query: a.TranCodes.Query, Refund: a.TranCodes.Refund,
		},
		Compare:    compare,
		Store:      shadowStore{e.ledger},
		Observer:   newShadowObserver(a.log),
		Now:        time.Now,
		Goroutines: max(1, runtime.GOMAXPROCS(0)/4), Share: shadow.DefaultShare, //nolint:mnd // a quarter
		Entries: shadow.DefaultEntries, Bytes: shadow.DefaultBytes, Lag: shadow.DefaultLag,
	}))
}

func compare(m shadow.Merchant, s shadow.Settings, e shadow.Exchange, now time.Time) shadow.Outcome {
	failpoint.Trouble(failpoint.InShadow)
	return shadow.Compare(m, s, e, now)
}

// stop ends comparing and writes down what was found.
func (s *shadowing) stop() {
	if s == nil {
		return
	}
	observed.DetachShadow(s)
	if worker := s.worker.Swap(nil); worker != nil {
		ctx, cancel := context.WithTimeout(context.Background(), shadowStop)
		defer cancel()
		worker.Stop(ctx)
	}
}

// state is how comparing stands.
func (s *shadowing) state() shadow.State {
	if worker := s.worker.Load(); worker != nil {
		return worker.State()
	}
	return shadow.State{}
}

// Off implements [metrics.Shadow].
func (s *shadowing) Off() shadow.Reason { return s.state().Off }

// forAPI is the state as the admin API shows it.
func (s *shadowing) forAPI() api.ShadowState {
	if s == nil {
		return api.ShadowState{}
	}
	return api.ShadowState{Off: s.Off(), Watches: s.shadows}
}

// watches reports whether the exchanges of a merchant are wanted. What is switched off
// costs nothing.
func (s *shadowing) watches(merID string) bool {
	return s.worker.Load() != nil && s.Off() == "" && s.shadows(merID)
}

// shadows reports whether a merchant's route is shadow.
func (s *shadowing) shadows(merID string) bool { return s.app.routeOf(merID).Shadows() }

// saw is told of an exchange after the answer has left. It does not wait, and keeps
// what it is given. Of an answer that broke off it is not told.
func (s *shadowing) saw(e oldgateway.Exchange) {
	worker, m := s.worker.Load(), s.app.settings.Merchants.ByMerID(e.MerID)
	if worker == nil || m == nil {
		return
	}
	reply, _ := e.Reply.Plain()
	worker.Offer(shadowMerchant(m), shadow.Exchange{
		At: time.Now(), Interface: e.Endpoint,
		Method: e.Method, ContentType: e.Header.Get("Content-Type"), Query: e.Query, Body: e.Body,
		Status: e.Reply.Status, Reply: reply, ReplyCut: e.Reply.Cut,
	})
}

func shadowMerchant(m *merchants.Merchant) shadow.Merchant {
	return shadow.Merchant{
		MerID: m.MerID, GatewayMerchant: m.GatewayMerchant, Subject: m.Subject, SignKeys: m.SignKeys(time.Now()), Codec: m.Codec,
	}
}

// shadowStore keeps counts in the ledger.
type shadowStore struct{ ledger *ledger.Ledger }

// AddCounts implements shadow.Store.
func (s shadowStore) AddCounts(ctx context.Context, name string, counts []shadow.Count) (int, error) {
	rows := make([]ledger.ShadowCount, len(counts))
	for i, c := range counts {
		rows[i] = ledger.ShadowCount{
			MerID: c.MerID, Day: c.Day, Kind: string(c.Kind), Interface: c.Interface, Subject: c.Subject, Detail: c.Detail,
			Times: c.Times, LastAt: c.LastAt, Example: c.Example,
		}
	}
	return s.ledger.AddShadowCounts(ctx, name, rows)
}

// shadowObserver counts and logs what becomes of comparisons.
type shadowObserver struct {
	log  *zap.Logger
	away *outage.Log
}

func newShadowObserver(log *zap.Logger) shadowObserver {
	log = log.Named("shadow")
	return shadowObserver{log, outage.New(log, zap.WarnLevel,
		"what the shadow has found is not written down; trying on", "what the shadow has found is written down again")}
}

// ExchangeSeen implements shadow.Observer.
func (shadowObserver) ExchangeSeen(result shadow.Result) { observed.ExchangeSeen(result) }

// DifferenceFound implements shadow.Observer.
func (shadowObserver) DifferenceFound(kind shadow.Kind) { observed.DifferenceFound(kind) }

// ShadowOff implements shadow.Observer.
func (o shadowObserver) ShadowOff(reason shadow.Reason, bug any) {
	if bug != nil {
		_ = crash.Log(o.log, "comparing in the shadow", bug) // nobody waits for it
	}
	o.log.Error("the shadow has switched itself off, nothing is compared any more; merchants notice nothing; load the configuration again to switch it on",
		zap.String("reason", string(reason)))
}

// CountsKept implements shadow.Observer.
func (o shadowObserver) CountsKept(err error) { o.away.Report(err) }

var (
	_ shadow.Store    = shadowStore{}
	_ shadow.Observer = shadowObserver{}
	_ metrics.Shadow  = (*shadowing)(nil)
)
