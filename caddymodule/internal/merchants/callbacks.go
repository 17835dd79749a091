package merchants

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"os"
)

// callbacks resolves how a merchant may be notified. Merchants with the same
// authorities share one pool, and with it their connections.
func (l *Loader) callbacks(c Config) (Callbacks, error) {
	callbacks := Callbacks{PlainHTTP: !c.CallbackHTTPSOnly}
	for _, text := range c.AllowCallbacks {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return Callbacks{}, fmt.Errorf("allow_callbacks: %q is not a network; write for example 10.20.0.0/16 or 192.0.2.7/32", text)
		}
		callbacks.Allow = append(callbacks.Allow, prefix.Masked())
	}
	if c.CallbackCA == "" {
		return callbacks, nil
	}
	pool, err := l.pool(c.CallbackCA)
	if err != nil {
		return Callbacks{}, fmt.Errorf("callback_ca: %w", err)
	}
	callbacks.RootCAs = pool
	return callbacks, nil
}

func (l *Loader) pool(path string) (*x509.CertPool, error) {
	if pool := l.pools[path]; pool != nil {
		return pool, nil
	}
	data, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("reading certificates: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil, errors.New("holds no certificate in PEM form")
	}
	l.pools[path] = pool
	return pool, nil
}
