package caddymodule

import (
	"fmt"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
	"github.com/paybridge/paybridge/caddymodule/internal/version"
)

// isFront reports whether the bridge only stands in front of the old gateway: with
// no merchant configured it passes everything on, and needs neither a gateway nor
// a ledger.
func (a *App) isFront() bool {
	return a.OldGateway != nil && len(a.Merchants) == 0 && len(a.MerchantsFiles) == 0
}

// checkFront refuses what a front cannot have. Whoever takes out the last merchant
// while the v2 gateway is still configured would leave orders without anybody who
// asks about them.
func (a *App) checkFront() error {
	if a.isFront() && (a.Gateway != nil || a.LedgerRaw != nil) {
		return fmt.Errorf("merchants: %w; add a merchant block or a merchants file, or take out gateway and ledger, which a bridge does not need that only passes requests on to the old gateway", configerror.ErrMissing)
	}
	return nil
}

// provisionFront is Provision of a front.
func (a *App) provisionFront(ctx caddy.Context) error {
	errs := a.check()
	if len(errs) == 0 {
		errs.Add(a.Source.At("old_gateway"), a.OldGateway.Provision(ctx))
	}
	errs = append(errs, a.findDoubts(nil)...)
	if err := configerror.Log(a.log, errs.Err()); err != nil {
		return err
	}
	a.warnOfConfig()
	return nil
}

// startFront is Start of a front.
func (a *App) startFront() {
	close(a.started)
	a.warnOfSites()
	a.log.With(version.Of().Fields()...).Info("paybridge passes everything on to the old gateway",
		zap.String("old_gateway_host", a.OldGateway.Host()))
}
