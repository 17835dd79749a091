package caddymodule

import (
	"fmt"
	"slices"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// errNoMerchants is that nobody may pay.
var errNoMerchants = fmt.Errorf("merchants: %w; add a merchant block or a merchants file", configerror.ErrMissing)

// loadMerchants resolves the merchants of the configuration and of the files. Its
// error is a [configerror.List].
func (a *App) loadMerchants() (*merchants.Registry, error) {
	errs := merchants.CheckSecrets(a.Merchants)
	all := slices.Clone(a.Merchants)
	repl := caddy.NewReplacer()
	for i, path := range a.MerchantsFiles {
		configs, err := merchants.ReadFile(repl.ReplaceKnown(path, ""))
		errs.Add(a.Source.At(configerror.Indexed("merchants", i)), err)
		all = append(all, configs...)
	}
	a.configured = all
	keys := merchants.NewRSAKeys(a.RSA, a.log)
	loader := merchants.Loader{
		Resolve: func(s string) string { return repl.ReplaceKnown(s, "") },
		RSA:     keys.Choose, RSAPower: keys.Power, FastSM2: merchants.FastSM2(a.SM2, a.log), Elsewhere: a.keys.find,
		Refused: func(reason v2.Reason) {
			observed.MessageRefused(reason)
			a.log.Warn("gateway message could not be opened", zap.Stringer("reason", reason))
		},
		PreviousKeyUsed: func(gatewayMerchant string, used v2.Used) {
			a.log.Info("gateway message needed a previous key", zap.String("gateway_merchant", gatewayMerchant),
				zap.Bool("previous_private_key", used.PreviousOwn), zap.Bool("previous_gateway_key", used.PreviousPeer))
		},
	}
	registry, err := loader.Load(all)
	errs.Add(configerror.Position{}, err)
	if len(errs) == 0 && len(all) == 0 {
		errs.Add(a.Source.At("paybridge"), errNoMerchants)
	}
	if err := errs.Err(); err != nil {
		return nil, err
	}
	keys.Log(a.log)
	a.keys.log(a.log)
	return registry, nil
}
