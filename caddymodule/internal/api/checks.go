package api

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/configcheck"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/caddymodule/internal/netcause"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// checkKeys tries the keys of merchants by themselves, without the gateway.
func (v *visit) checkKeys(chosen []*merchants.Merchant) []Check {
	return shown(chosen, v.checkKeysOf)
}

func (v *visit) checkKeysOf(m *merchants.Merchant) Check {
	check := Check{Name: v.text(say("keys of %s", m.GatewayMerchant)), Detail: v.text(say("private key and gateway key fit the suite %s", m.Codec.Suite().Name()))}
	if m.Arithmetic != "" {
		check.Detail += v.text(say("; RSA by %s", arithmetics.In(v.lang, m.Arithmetic)))
	}
	if err := m.Codec.SelfTest(); err != nil {
		check.Detail, check.Advice = bilingual.Failure(v.lang, err), v.text(say("see private_key and gateway_key of the merchants with this gateway_merchant"))
		return check.at(LevelFail)
	}
	if previous := m.PreviousCodec(v.now); previous != nil {
		if err := previous.SelfTest(); err != nil {
			check.Detail, check.Advice = bilingual.Failure(v.lang, err), v.text(say("see previous_private_key of the merchants with this gateway_merchant: what the gateway still seals to it is not opened"))
			return check.at(LevelFail)
		}
		check.Detail += v.text(say("; previous_private_key works, too"))
	}
	return check.at(LevelOK)
}

// checkKeysLeft tells of gateway merchants that are not configured and whose orders are
// not done with.
func (v *visit) checkKeysLeft(ctx context.Context) []Check {
	left, err := v.Ledger.OrdersWithoutKeys(ctx, v.Settings.Merchants.HasGatewayMerchant)
	if err != nil {
		return nil // the ledger's own check tells it
	}
	return shown(left[:min(len(left), maxRowsTold)], func(g ledger.GatewayOrders) Check {
		return Check{
			Name:   v.text(say("keys of %s", g.GatewayMerchant)),
			Detail: v.text(say("not configured, and %d orders made for it wait for an answer (one of merchant %s): the gateway cannot be asked, and its notices of them are refused", g.Count, g.MerID)),
			Advice: v.text(say("put its keys back, for a merchant of any merid, until these orders are done with")),
		}.at(LevelWarn)
	})
}

// checkMerchantsLeft tells of merchants that are not configured and that notifications
// wait for.
func (v *visit) checkMerchantsLeft(ctx context.Context) []Check {
	left, err := v.Ledger.NotificationsWithoutMerchant(ctx, v.Settings.Merchants.Has)
	if err != nil {
		return nil // the ledger's own check tells it
	}
	return shown(left[:min(len(left), maxRowsTold)], func(m ledger.MerchantNotifications) Check {
		return Check{
			Name:   v.text(say("notifications of %s", m.MerID)),
			Detail: v.text(say("the merchant is not configured, and %d notifications wait for it: it is not told that its payers have paid", m.Count)),
			Advice: v.text(say("put the merchant back: they are sent then")),
		}.at(LevelWarn)
	})
}

// checkDoubt tells of something doubtful in the configuration. The bridge works
// with it.
func (v *visit) checkDoubt(f configcheck.Finding) Check {
	return Check{Name: v.text(say("configuration")), Detail: f.In(v.lang)}.at(LevelWarn)
}

// checkGateway asks the gateway about an order that does not exist. One that
// answers and does not answer that fails as well: without a query that works no
// lost notice is ever found.
func (v *visit) checkGateway(ctx context.Context, m *merchants.Merchant) Check {
	check := Check{Name: v.text(say("gateway as %s", m.GatewayMerchant))}
	probe, err := v.Bridge.Probe(ctx, v.Settings, m)
	if err != nil {
		check.Detail = callCause(v.lang, err.Error())
		check.Advice = v.text(say("no answer that these keys open: is the gateway reachable, does it have our public key, and is gateway_key its own?"))
		return check.at(LevelFail)
	}
	check.Detail = v.text(say("a signed answer after %s: %s", probe.Took.Round(time.Millisecond), answerClasses[probe.Class]))
	if probe.Timed {
		check.Detail += v.text(say(", its clock %+.0fs", probe.Skew.Seconds()))
	}
	if probe.Foreign {
		check.Detail += v.text(say(", but its tranFlowid is not that of the question"))
		check.Advice = v.text(say("no such answer is believed, so every payment would stay in doubt; ask the gateway's people to repeat our tranFlowid in answers"))
		return check.at(LevelFail)
	}
	if probe.Class != v2.NotFound && probe.Class != v2.Processed {
		check.Advice = v.text(say("the keys fit, but the gateway does not answer the query; until it does, no notice that is lost is ever found: confirm tran_codes with it, and that the merchant may ask"))
		return check.at(LevelFail)
	}
	if !probe.Repeats {
		check.Advice = v.text(say("the gateway does not repeat our tranFlowid: its refusals prove nothing and leave orders in doubt; ask its people to repeat it"))
		return check.at(LevelWarn)
	}
	return check.at(LevelOK)
}

// checkDatabase warns of how the ledger's database could lose payments: without a
// synchronous standby, or on a network file system. Such risks are the operator's to take.
func (v *visit) checkDatabase(ctx context.Context) []Check {
	risks, err := v.Ledger.Risks(ctx)
	if err != nil {
		return nil // the ledger's own check tells it
	}
	checks := make([]Check, len(risks))
	for i, risk := range risks {
		checks[i] = Check{Name: v.text(say("database")), Detail: v.text(risk), Advice: v.text(say("see docs/ledger.md"))}.at(LevelWarn)
	}
	return checks
}

// maxRowsTold bounds how many rows that cannot be read a self-check names.
const maxRowsTold = 20

// checkRows names the rows that cannot be read. Nothing else waits for them.
func (v *visit) checkRows(ctx context.Context) []Check {
	rows, err := v.Ledger.SetAside(ctx, maxRowsTold)
	if err != nil {
		return nil // the ledger's own check tells it
	}
	checks := make([]Check, len(rows))
	for i, r := range rows {
		checks[i] = Check{
			Name:   v.text(say("rows")),
			Detail: v.text(say("the %s %s of merchant %s is set aside, its row cannot be read: %s", bilingual.Term(r.Kind), r.OrderID, r.MerID, damages.In(v.lang, r.Cause))),
			Advice: v.text(say("mend the row, see the runbook PaybridgeRowsSetAside")),
		}.at(LevelWarn)
	}
	return checks
}

// callbackTime bounds the call of our own notify address.
const callbackTime = 5 * time.Second

// callbackClient calls our own notify address. It keeps no connection and
// follows nowhere: the gateway does not either.
var callbackClient = &http.Client{
	Timeout:       callbackTime,
	Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// checkCallback calls the address that the gateway's notices go to, from here.
func (v *visit) checkCallback(ctx context.Context) Check {
	nonce := rand.Text()
	check := Check{Name: v.text(say("callback"))}
	text, err := askCallback(ctx, v.Settings.NotifyURL, nonce)
	switch {
	case err != nil:
		check.Detail = v.text(say("%s: %s", v.Settings.NotifyURL, err))
	case text != callbackAnswer(nonce):
		check.Detail = v.text(say("%s is answered by something else than Paybridge", v.Settings.NotifyURL))
	default:
		check.Detail = v.text(say("%s is answered by Paybridge", v.Settings.NotifyURL))
		return check.at(LevelOK)
	}
	check.Advice = v.text(say(
		"the gateway's notices may not arrive: see public_url, DNS, the firewall and the site's paybridge directive. Some networks cannot call their own outside address; then try from another machine: %s",
		v.Settings.NotifyURL+"?"+callbackQuestion+"=0123456789abcdef"))
	return check.at(LevelFail)
}

func askCallback(ctx context.Context, address, nonce string) (string, error) {
	way := netcause.Trace{ForClient: true}
	request, err := http.NewRequestWithContext(way.Watch(ctx), http.MethodGet, address+"?"+callbackQuestion+"="+nonce, nil)
	if err != nil {
		return "", err
	}
	response, err := callbackClient.Do(request)
	if err != nil {
		return "", netcause.Wrap(err, way.Of(err, request.URL.Host))
	}
	defer response.Body.Close()
	const longest = 256
	text, err := io.ReadAll(io.LimitReader(response.Body, longest))
	if err != nil {
		return "", say("reading answer: %s", err)
	}
	if response.StatusCode != http.StatusOK {
		return "", say("answered with HTTP status %d", response.StatusCode)
	}
	return strings.TrimSpace(string(text)), nil
}
