package oldgateway

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

func init() {
	caddy.RegisterModule(Handler{})
	httpcaddyfile.RegisterHandlerDirective("paybridge_sandbox_old", parseCaddyfile)
	httpcaddyfile.RegisterDirectiveOrder("paybridge_sandbox_old", httpcaddyfile.Before, "respond")
}

// Handler is the Caddy module http.handlers.paybridge_sandbox_old. It answers
// everything: the old gateway had its host for itself. A reload begins a new book.
type Handler struct {
	// Merchants are the gateway's merchants.
	Merchants []MerchantConfig `json:"merchants,omitempty"`
	// Ladder is that of the specification by default.
	Ladder []caddy.Duration `json:"ladder,omitempty"`

	gateway *Gateway
}

// MerchantConfig names a merchant and the file of its key.
type MerchantConfig struct {
	// ID is the merid, eight digits.
	ID string `json:"id"`
	// SignKey is the file of its md5 key.
	SignKey string `json:"sign_key"`
}

// CaddyModule returns the module's name and constructor.
func (Handler) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.handlers.paybridge_sandbox_old", New: func() caddy.Module { return new(Handler) }}
}

// Provision reads the keys and makes the gateway.
func (h *Handler) Provision(caddy.Context) (err error) {
	var config Config
	for _, m := range h.Merchants {
		key, err := os.ReadFile(m.SignKey)
		if err != nil {
			return fmt.Errorf("merchant %s: reading key: %w", m.ID, err)
		}
		config.Merchants = append(config.Merchants, Merchant{ID: m.ID, Key: strings.TrimSpace(string(key))})
	}
	for _, interval := range h.Ladder {
		config.Ladder = append(config.Ladder, time.Duration(interval))
	}
	h.gateway, err = New(config)
	return err
}

// Cleanup closes the gateway.
func (h *Handler) Cleanup() error {
	if h.gateway == nil {
		return nil
	}
	return h.gateway.Close()
}

// ServeHTTP answers as the old gateway.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request, _ caddyhttp.Handler) error {
	h.gateway.ServeHTTP(w, r)
	return nil
}

func parseCaddyfile(helper httpcaddyfile.Helper) (caddyhttp.MiddlewareHandler, error) {
	h := new(Handler)
	return h, h.UnmarshalCaddyfile(helper.Dispenser)
}

// UnmarshalCaddyfile reads the directive:
//
//	paybridge_sandbox_old {
//		merchant <merid> <file of its sign key>
//		ladder   <interval...>
//	}
//
// merchant is needed at least once.
func (h *Handler) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // the directive's name
	if d.NextArg() {
		return d.Errf("unexpected argument %q; write { and the merchants on their own lines", d.Val())
	}
	for d.NextBlock(0) {
		switch word, args := d.Val(), d.RemainingArgs(); {
		case word == "merchant" && len(args) == 2:
			h.Merchants = append(h.Merchants, MerchantConfig{ID: args[0], SignKey: args[1]})
		case word == "ladder" && len(args) > 0:
			for _, arg := range args {
				interval, err := caddy.ParseDuration(arg)
				if err != nil {
					return d.Errf("ladder: %v", err)
				}
				h.Ladder = append(h.Ladder, caddy.Duration(interval))
			}
		default:
			return d.Errf("%q with %d arguments; write merchant <merid> <file> or ladder <interval...>", word, len(args))
		}
	}
	if len(h.Merchants) == 0 {
		return d.Err("no merchant; write merchant <merid> <file of its sign key>")
	}
	return nil
}

var (
	_ caddy.Provisioner           = (*Handler)(nil)
	_ caddy.CleanerUpper          = (*Handler)(nil)
	_ caddyhttp.MiddlewareHandler = (*Handler)(nil)
	_ caddyfile.Unmarshaler       = (*Handler)(nil)
)
