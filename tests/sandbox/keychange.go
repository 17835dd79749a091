package sandbox

import (
	"fmt"
	"sync"
)

// registry is the gateway's merchants. Their keys may change while it works.
type registry struct {
	mu    sync.RWMutex
	known map[string]*Merchant
}

func (r *registry) find(id string) (*Merchant, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	m, known := r.known[id]
	return m, known
}

// ChangeKeys gives a merchant that the gateway knows other keys, with which the
// gateway signs and seals from now on. With overlap, requests in the keys before
// are taken as well; whether the real gateway does that is unknown.
func (g *Gateway) ChangeKeys(m Merchant, overlap bool) error {
	if err := m.checkKeys(); err != nil {
		return fmt.Errorf("merchant %s: %w", m.ID, err)
	}
	g.merchants.mu.Lock()
	defer g.merchants.mu.Unlock()
	before, known := g.merchants.known[m.ID]
	if !known {
		return fmt.Errorf("merchant %s: not known", m.ID)
	}
	if overlap {
		m.former = before
	}
	g.merchants.known[m.ID] = &m
	return nil
}

func (m *Merchant) checkKeys() error {
	suite, ok := suites[m.Suite]
	if !ok {
		return fmt.Errorf("suite %q is neither %q nor %q", m.Suite, SuiteIntl, SuiteGM)
	}
	return suite.checkKeys(m.MerchantKey, m.GatewayKey)
}

// openEither opens an envelope with the merchant's keys or, while they are
// changed, with those before or a mixture of both.
func (m *Merchant) openEither(e envelope) ([]byte, error) {
	plaintext, err := m.openEnvelope(e)
	if err == nil || m.former == nil {
		return plaintext, err
	}
	former := m.former
	for _, pair := range []Merchant{
		*former,
		{ID: m.ID, Suite: m.Suite, MerchantKey: m.MerchantKey, GatewayKey: former.GatewayKey},
		{ID: m.ID, Suite: m.Suite, MerchantKey: former.MerchantKey, GatewayKey: m.GatewayKey},
	} {
		if plaintext, also := pair.openEnvelope(e); also == nil {
			return plaintext, nil
		}
	}
	return nil, err
}
