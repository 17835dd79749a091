package readiness

import (
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
	"github.com/paybridge/paybridge/caddymodule/internal/shadow"
)

// ofAddresses is where the merchant could not be notified, and where it could when that
// was tried.
func ofAddresses(f Facts, r Report) []Reason {
	if f.Merchant == nil {
		return nil
	}
	var reasons []Reason
	untried := false
	for _, s := range r.Seen {
		if s.Kind != shadow.Host {
			continue
		}
		if s.others() {
			untried = true
			continue
		}
		reason := Reason{Times: s.Times, LastAt: s.LastAt, Example: s.Example}
		cause := delivery.JudgeAddress(s.Subject, TargetOf(f.Merchant))
		tried := false
		if cause == (netcause.Cause{}) {
			cause, tried = f.Tried[s.Subject]
		}
		switch {
		case cause != (netcause.Cause{}):
			reason.Level, reason.Text, reason.Advice = Fail, unreachable.With(s.Subject, cause.Said()), adviceOn(cause, f.MerID)
		case tried:
			reason.Level, reason.Text = Note, reachable.With(s.Subject)
			if strings.HasPrefix(s.Subject, "https:") {
				reason.Text = reachableByTLS.With(s.Subject)
			}
		default:
			untried = true
			continue
		}
		reasons = append(reasons, reason)
	}
	switch {
	case f.Tried == nil:
	case untried:
		reasons = append(reasons, Reason{Level: Warn, Text: notAllTried.With(len(f.Tried)), Advice: notAllTriedAdvice.With()})
	case len(reasons) == 0:
		reasons = append(reasons, Reason{Level: Note, Text: noneToTry.With()})
	}
	return reasons
}

// TargetOf is how a merchant is notified, as far as addresses are concerned.
func TargetOf(m *merchants.Merchant) delivery.Target {
	return delivery.Target{AllowCallbacks: m.Callbacks.Allow, RootCAs: m.Callbacks.RootCAs, PlainHTTP: m.Callbacks.PlainHTTP}
}

// addressAdvice is what is to be done, by the cause.
var addressAdvice = map[netcause.Kind]bilingual.Text{
	netcause.NoSuchHost: nameAdvice, netcause.NameService: nameAdvice, netcause.LookupTimeout: nameAdvice,
	netcause.ConnectRefused: connectAdvice, netcause.Unreachable: connectAdvice, netcause.ConnectFailed: connectAdvice,
	netcause.ConnectTimeout: connectAdvice, netcause.Reset: connectAdvice, netcause.Closed: connectAdvice,
	netcause.CertificateExpired: certificateAdvice, netcause.CertificateEarly: certificateAdvice, netcause.WrongName: certificateAdvice,
	netcause.CertificateBad: certificateAdvice, netcause.UnknownAuthority: authorityAdvice,
	netcause.NotPublic: notPublicAdvice, netcause.NeverCalled: neverCalledAdvice,
	netcause.OddAddress: oddAddressAdvice, netcause.NoAddress: oddAddressAdvice, netcause.HTTPSOnly: httpsOnlyAdvice,
}

func adviceOn(cause netcause.Cause, merID string) said {
	if advice, known := addressAdvice[cause.Kind]; known {
		return advice.With()
	}
	return otherAddressAdvice.With(merID)
}
