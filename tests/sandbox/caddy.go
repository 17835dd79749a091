package sandbox

import (
	"fmt"
	"net/http"
	"os"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

func init() {
	caddy.RegisterModule(Handler{})
}

// worlds keeps the order book over reloads: one for the process, shared by
// every handler in it.
var worlds = caddy.NewUsagePool()

// worldKey is the pool's only key.
const worldKey = "sandbox"

// Handler is the Caddy module http.handlers.paybridge_sandbox. It answers the
// gateway's paths and hands everything else on.
type Handler struct {
	// Merchants are the gateway's merchants.
	Merchants []MerchantConfig `json:"merchants,omitempty"`
	// CloseCode is the tranCode of a close, OP1004 by default; none switches
	// the interface off.
	CloseCode string `json:"close_code,omitempty"`
	// NoticeAtOnce sends a notice for payments that succeed when submitted.
	NoticeAtOnce bool `json:"notice_at_once,omitempty"`

	gateway  *Gateway
	acquired bool
}

// MerchantConfig names a merchant and the files of its keys.
type MerchantConfig struct {
	// ID is the v2 merchantId, twelve digits.
	ID string `json:"id"`
	// Suite is intl (the default) or gm.
	Suite Suite `json:"suite,omitempty"`
	// MerchantKey is the file of the merchant's public key, PEM.
	MerchantKey string `json:"merchant_key"`
	// GatewayKey is the file of the gateway's private key, PEM, PKCS#8.
	GatewayKey string `json:"gateway_key"`
}

// CaddyModule returns the module's name and constructor.
func (Handler) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  "http.handlers.paybridge_sandbox",
		New: func() caddy.Module { return new(Handler) },
	}
}

// Provision loads the keys and takes hold of the order book.
func (h *Handler) Provision(caddy.Context) error {
	config := Config{CloseCode: h.CloseCode, NoticeAtOnce: h.NoticeAtOnce}
	for _, m := range h.Merchants {
		merchant, err := m.load()
		if err != nil {
			return fmt.Errorf("merchant %s: %w", m.ID, err)
		}
		config.Merchants = append(config.Merchants, merchant)
	}
	shared, _, err := worlds.LoadOrNew(worldKey, func() (caddy.Destructor, error) { return newWorld(), nil })
	if err != nil {
		return fmt.Errorf("opening order book: %w", err)
	}
	h.acquired = true
	h.gateway, err = newGateway(config, shared.(*world))
	return err
}

func (m MerchantConfig) load() (Merchant, error) {
	merchant := Merchant{ID: m.ID, Suite: m.Suite}
	if merchant.Suite == "" {
		merchant.Suite = SuiteIntl
	}
	text, err := os.ReadFile(m.MerchantKey)
	if err != nil {
		return merchant, fmt.Errorf("reading merchant key: %w", err)
	}
	if merchant.MerchantKey, err = ParsePublicKey(text); err != nil {
		return merchant, fmt.Errorf("merchant key %s: %w", m.MerchantKey, err)
	}
	if text, err = os.ReadFile(m.GatewayKey); err != nil {
		return merchant, fmt.Errorf("reading gateway key: %w", err)
	}
	if merchant.GatewayKey, err = ParsePrivateKey(text); err != nil {
		return merchant, fmt.Errorf("gateway key %s: %w", m.GatewayKey, err)
	}
	return merchant, nil
}

// Cleanup lets go of the order book.
func (h *Handler) Cleanup() error {
	if !h.acquired {
		return nil
	}
	h.acquired = false
	_, err := worlds.Delete(worldKey)
	return err
}

// ServeHTTP answers the gateway's own paths.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	if !Handles(r.URL.Path) {
		return next.ServeHTTP(w, r)
	}
	h.gateway.ServeHTTP(w, r)
	return nil
}

var (
	_ caddy.Provisioner           = (*Handler)(nil)
	_ caddy.CleanerUpper          = (*Handler)(nil)
	_ caddyhttp.MiddlewareHandler = (*Handler)(nil)
)
