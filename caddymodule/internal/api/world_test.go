package api

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/bridge"
	"github.com/paybridge/paybridge/caddymodule/internal/configcheck"
	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/health"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
	"github.com/paybridge/paybridge/translate"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// What must not be in any answer. The canaries stand where a ledger keeps them.
const (
	canaryOpenID = "oCanaryOpenID000000000000001"
	canaryURL    = "/notify?token=canary-of-the-address"
	canaryKey    = "canary-sign-key-0123456789"
)

// present is the time of these tests.
var present = time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)

// keys are a merchant's and the gateway's, made once: drawing them is slow.
var keys = sync.OnceValue(func() map[string]string {
	texts := map[string]string{"{env.SIGN}": canaryKey}
	for _, who := range []string{"MERCHANT", "GATEWAY"} {
		key, err := rsa.GenerateKey(rand.Reader, 1024)
		must(err)
		private, err := x509.MarshalPKCS8PrivateKey(key)
		must(err)
		public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
		must(err)
		texts["{env."+who+"}"] = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
		texts["{env."+who+"_PUBLIC}"] = string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))
	}
	return texts
})

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// world is the API over a real ledger, with two merchants on one gateway
// merchant. Its bridge starts with the first request, so that what a test puts
// into the ledger before is left alone, and follows no configuration, so that
// nothing happens by itself.
type world struct {
	path    string // the file of the ledger
	t       *testing.T
	ledger  *ledger.Ledger
	gateway *fakeGateway
	served  Served
	running bool
	disk    func() error // of commits, beside the ledger's own
	server  *Server
	orders  int
	commits onCommit

	routeChanges int // that the bridge was told of
}

// onCommit does something when the ledger has just committed and whoever waits for
// that has not heard of it.
type onCommit struct{ do atomic.Pointer[func()] }

// Committed implements ledger.Observer.
func (c *onCommit) Committed(int, time.Duration, error) {
	if do := c.do.Load(); do != nil {
		(*do)()
	}
}

func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	now := func() time.Time { return present }
	w := &world{t: t, gateway: newFakeGateway(), running: true, disk: func() error { return nil }}
	l, err := ledger.OpenSQLite(t.Context(), filepath.Join(dir, "ledger.db"), ledger.WithClock(now), ledger.WithObserver(&w.commits))
	must(err)
	w.ledger, w.path = l, filepath.Join(dir, "ledger.db")
	t.Cleanup(func() { must(l.Close()) })
	started := sync.OnceValue(func() *bridge.Bridge {
		b := bridge.New(l, zap.NewNop(), now)
		t.Cleanup(func() { b.Close(context.Background()) })
		return b
	})
	w.served = Served{
		DiskSpace: func(string) (free, size uint64, err error) { return 40 << 30, 100 << 30, nil },
		Ledger:    l, Settings: w.settings(), PublicURL: "https://pay.example.com",
		Doubts: func() []configcheck.Finding { return nil }, RouteChanged: func() { w.routeChanges++ },
		Health: health.New(health.Limits{MinFreeDisk: 1, MaxSkew: 30 * time.Second}, health.Sources{
			Commit: func(ctx context.Context) error { return errors.Join(w.disk(), l.Ping(context.WithoutCancel(ctx))) },
			Disk:   dir, Skew: func() (time.Duration, bool) { return started().ClockSkew() }, Now: now,
		}),
	}
	w.server = NewServer(zap.NewNop(), func() (Served, bool) {
		served := w.served
		served.Bridge = started()
		return served, w.running
	}, now)
	return w
}

func (w *world) settings() *bridge.Settings {
	loader := merchants.Loader{Resolve: func(s string) string { return keys()[s] }, Refused: func(v2.Reason) {}}
	config := merchants.Config{
		MerID: "89900001", SignKey: "{env.SIGN}", GatewayMerchant: "473053110001",
		PrivateKey: "{env.MERCHANT}", GatewayKey: "{env.GATEWAY_PUBLIC}",
	}
	other := config
	other.MerID = "89900002"
	registry, err := loader.Load([]merchants.Config{config, other})
	must(err)
	return &bridge.Settings{
		Merchants: registry, Gateway: w.gateway, NotifyURL: "http://127.0.0.1:1/onepay/notify",
		TranCodes:      bridge.TranCodes{Pay: v2.TranPay, Refund: v2.TranRefund, Query: v2.TranQuery, RefundQuery: v2.TranRefundQuery},
		Timeouts:       bridge.Timeouts{Gateway: time.Second, Reply: 3 * time.Second},
		NotifySchedule: delivery.DefaultSchedule(), QuerySchedule: bridge.DefaultQuerySchedule(),
	}
}

// order puts an order in a state into the ledger, age ago.
func (w *world) order(merID string, state translate.State, age time.Duration) ledger.Order {
	w.t.Helper()
	w.orders++
	o, fresh, err := w.ledger.Begin(w.t.Context(), ledger.Order{
		Key:     ledger.Key{MerID: merID, OrderID: fmt.Sprintf("T2026112200%04d", w.orders)},
		QueryID: fmt.Sprintf("Q%020d", w.orders), OrderNo: fmt.Sprintf("N%020d", w.orders), FlowNo: "473053110001F1",
		GatewayMerchant: "473053110001", Action: "WxCode", Amount: 1999, State: translate.Sent,
		BackURL: "https://shop.example.com" + canaryURL, OpenID: canaryOpenID, ClientIP: "192.0.2.1",
		CreatedAt: present.Add(-age), SentAt: present.Add(-age), ExpiresAt: present.Add(2*time.Hour - age),
		Next: present.Add(time.Hour), Trace: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
	})
	if err != nil || !fresh {
		w.t.Fatalf("beginning order: %t, %v", fresh, err)
	}
	if state == translate.Sent {
		return o
	}
	o, verdict, err := w.ledger.Record(w.t.Context(), o.Key, ledger.Update{
		State: state, At: present.Add(-age + time.Second), Source: "answer", GatewayNo: "GW" + o.OrderNo,
		RefundNo: "R" + o.OrderNo, Next: nextOf(state),
	})
	if err != nil || verdict != translate.Applied {
		w.t.Fatalf("recording %s: %s, %v", state, verdict, err)
	}
	return o
}

func nextOf(state translate.State) time.Time {
	if state.Final() {
		return time.Time{}
	}
	return present.Add(time.Hour)
}

// roomFor is the room for so many notifications of any merchant.
func roomFor(n int) func() ledger.Room {
	return func() ledger.Room {
		return ledger.Room{
			Limit:    n,
			Merchant: func(string) (inHand, free int) { return 0, n },
			Grant:    func(_, _ string, want int) int { return want },
		}
	}
}

// notification puts a paid order with its notification in a state into the
// ledger.
func (w *world) notification(merID string, state ledger.NotificationState, age time.Duration) ledger.Key {
	w.t.Helper()
	o := w.order(merID, translate.Paid, age)
	if state == ledger.Waiting {
		return o.Key
	}
	// The bridge of a world looks for notifications too. What it claims it gives back,
	// because nobody has told it of any merchant.
	for !w.finish(o.Key, state, age) && w.stateOf(o.Key).State == ledger.Waiting { // not kept back
		runtime.Gosched()
	}
	return o.Key
}

// finish claims what is due and lets the notification of an order end so; false when
// somebody else has it in hand.
func (w *world) finish(k ledger.Key, state ledger.NotificationState, age time.Duration) (found bool) {
	claimed, err := w.ledger.ClaimNotifications(w.t.Context(), present, time.Minute, roomFor(100))
	must(err)
	for _, d := range claimed {
		if d.Key != k {
			must(w.ledger.Release(w.t.Context(), d.Notification))
			continue
		}
		found = true
		must(w.ledger.Finish(w.t.Context(), d.Notification, ledger.Attempt{
			At: present.Add(-age + 2*time.Second), Duration: 250 * time.Millisecond, Status: 500, Class: string(delivery.HTTPStatus), Excerpt: "sorry",
		}, state, time.Time{}))
	}
	return found
}

// fakeGateway answers every question as its script says, by default that it has
// no such record.
type fakeGateway struct {
	codec *v2.Codec

	mu   sync.Mutex
	code string // respCode of answers; "" for silence
	body map[string]string
}

func newFakeGateway() *fakeGateway {
	own, err := v2.ParsePrivateKey([]byte(keys()["{env.GATEWAY}"]), "")
	must(err)
	peer, err := v2.ParsePublicKey([]byte(keys()["{env.MERCHANT_PUBLIC}"]))
	must(err)
	codec, err := v2.NewCodec(v2.Intl, own, peer)
	must(err)
	return &fakeGateway{codec: codec, code: v2.RespNotFound}
}

func (g *fakeGateway) says(code string, body map[string]string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.code, g.body = code, body
}

// Post implements bridge.Gateway.
func (g *fakeGateway) Post(_ context.Context, form string) bridge.RoundTrip {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.code == "" {
		return bridge.RoundTrip{Sent: true, Err: netcause.Wrap(errors.New("connection reset"), netcause.New(netcause.Reset, "gw"))}
	}
	values, err := url.ParseQuery(form)
	must(err)
	envelope, err := v2.EnvelopeFrom(values.Get)
	must(err)
	asked, err := g.codec.Open(envelope)
	must(err)
	var message struct{ Head map[string]string }
	must(json.Unmarshal(asked, &message))
	message.Head["tranType"], message.Head["respCode"] = "02", g.code
	message.Head["tranTime"] = translate.FormatWireTime(present)
	answer, err := json.Marshal(map[string]any{"head": message.Head, "body": g.body})
	must(err)
	sealed, err := g.codec.Seal(envelope.MerchantID, "", answer)
	must(err)
	return bridge.RoundTrip{Body: []byte(sealed.Encode())}
}
