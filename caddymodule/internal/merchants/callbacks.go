package merchants

import (
	"crypto/x509"
	"fmt"
	"net/netip"
	"os"
)

// allowed returns the networks that a merchant may be notified in although they
// are not public.
func (c Config) allowed() ([]netip.Prefix, error) {
	var networks []netip.Prefix
	for _, text := range c.AllowCallbacks {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("allow_callbacks: %q is not a network; write for example 10.20.0.0/16 or 192.0.2.7/32", text)
		}
		networks = append(networks, prefix.Masked())
	}
	return networks, nil
}

// pool reads the authorities of a merchant. Merchants with the same ones share a
// pool, and with it their connections.
func (l *Loader) pool(member, path string) (*x509.CertPool, error) {
	if pool := l.pools[path]; pool != nil {
		return pool, nil
	}
	data, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("%s: reading certificates: %w", member, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil, fmt.Errorf("%s: holds no certificate in PEM form", member)
	}
	l.pools[path] = pool
	return pool, nil
}
