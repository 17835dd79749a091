package bridge

import (
	"crypto"
	"crypto/rsa"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// deviceKey is a key in a device that may be away, or take its time.
type deviceKey struct {
	*rsa.PrivateKey
	before func() error // each operation
}

func (k *deviceKey) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if err := k.before(); err != nil {
		return nil, err
	}
	return k.PrivateKey.Sign(random, digest, opts)
}

func (k *deviceKey) Decrypt(random io.Reader, c []byte, opts crypto.DecrypterOpts) ([]byte, error) {
	if err := k.before(); err != nil {
		return nil, err
	}
	return k.PrivateKey.Decrypt(random, c, opts)
}

// withDevice puts the merchant's key into a device.
func withDevice(t *testing.T, w *world, before func() error) {
	t.Helper()
	loader := merchants.Loader{
		Resolve: func(s string) string { return keys()[s] },
		RSA: func(key *rsa.PrivateKey) (crypto.Signer, string) {
			return &deviceKey{PrivateKey: key, before: before}, "a device"
		},
	}
	r, err := loader.Load([]merchants.Config{{
		MerID: merID, SignKey: "{env.SIGN}", GatewayMerchant: gatewayMerchant,
		PrivateKey: "{env.MERCHANT}", GatewayKey: "{env.GATEWAY_PUBLIC}",
	}})
	if err != nil {
		t.Fatal(err)
	}
	w.settings.Merchants = r
}

// TestKeyIsAway has a device fail before the call, whatever the action: nothing is
// sent, the merchant hears 96, and its repeat is paid when the device is back.
func TestKeyIsAway(t *testing.T) {
	t.Parallel()
	for _, action := range []v1.Action{v1.WxCode, v1.WxSao} {
		t.Run(string(action), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			away := true
			withDevice(t, w, func() error {
				if away {
					return errors.New("the token is away")
				}
				return nil
			})
			p := order(action, 1)
			if got := w.pay(p); got.RespCode != v1.CodeBusy {
				t.Errorf("without the key: %+v", got)
			}
			if n := w.gateway.count(v2.TranPay); n != 0 {
				t.Errorf("%d calls without a signature", n)
			}
			away = false
			if got := w.pay(p); got.RespCode != v1.CodeOK {
				t.Errorf("with the key again: %+v", got)
			}
		})
	}
}

// TestSlowKeySendsNothingLate has a device sign for longer than the order is held
// for the call: others may have taken it over by then.
func TestSlowKeySendsNothingLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	takes := w.settings.Timeouts.payLease() - w.settings.Timeouts.Gateway + time.Second
	withDevice(t, w, func() error { w.clock.advance(takes); return nil })
	p := order(v1.WxCode, 1)
	if got := w.pay(p); got.RespCode != v1.CodeBusy {
		t.Errorf("%+v", got)
	}
	w.wantState(p, translate.Begun)
	if n := w.gateway.count(v2.TranPay); n != 0 {
		t.Errorf("%d calls left too late", n)
	}
}
