package readiness

import (
	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
	"github.com/paybridge/paybridge/caddymodule/internal/shadow"
)

// ofAddresses is where the merchant could not be notified.
func ofAddresses(f Facts, r Report) []Reason {
	if f.Merchant == nil {
		return nil
	}
	var reasons []Reason
	for _, s := range r.Seen {
		if s.Kind != shadow.Host {
			continue
		}
		cause := delivery.JudgeAddress(s.Subject, TargetOf(f.Merchant))
		if cause == (netcause.Cause{}) {
			cause = f.Tried[s.Subject]
		}
		if cause != (netcause.Cause{}) {
			reasons = append(reasons, Reason{
				Level: Fail, Text: unreachable.With(s.Subject, cause.Said()), Advice: adviceOn(cause, f.MerID),
				Times: s.Times, LastAt: s.LastAt, Example: s.Example,
			})
		}
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
