package caddymodule

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/p11kit"
)

func init() { caddy.RegisterModule(PKCS11{}) }

// PKCS11 keeps RSA keys in PKCS#11 tokens, such as an HSM. The token's library
// runs in child processes, p11-kit remote, which have to be installed. A
// private_key names a key by its PKCS#11 URI (RFC 7512), with the token's PIN as
// the password after it:
//
//	private_key pkcs11:token=pay;object=473053110001 {file./etc/paybridge/pin}
type PKCS11 struct {
	// The path of the tokens' PKCS#11 library. A URI may name another one by
	// ?module-path=. Default: none.
	Module string `json:"module,omitempty"`

	// The p11-kit program. Default: p11-kit, found in PATH.
	Program string `json:"program,omitempty"`

	// How many children there are for each token, and so how many operations at
	// once. Default: 4.
	Processes int `json:"processes,omitempty"`

	// How long one operation may take, with every wait and repetition. Default: 2s.
	Timeout caddy.Duration `json:"timeout,omitempty"`

	client *p11kit.Client
}

// maxKeyTimeout is as long as a payment, which needs two operations and a call to
// the gateway, can wait.
const maxKeyTimeout = caddy.Duration(5 * time.Second)

// CaddyModule returns the Caddy module information.
func (PKCS11) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: keyStores + "pkcs11", New: func() caddy.Module { return new(PKCS11) }}
}

// Provision checks the settings. It starts nothing: the first key does.
func (p *PKCS11) Provision(ctx caddy.Context) error {
	repl := caddy.NewReplacer()
	p.Module, p.Program = repl.ReplaceKnown(p.Module, ""), repl.ReplaceKnown(p.Program, "")
	switch {
	case p.Module != "" && !filepath.IsAbs(p.Module):
		return fmt.Errorf("keys pkcs11: module: %q must be an absolute path", p.Module)
	case p.Timeout > maxKeyTimeout:
		return fmt.Errorf("keys pkcs11: timeout: must not be longer than %s: a payment needs two operations and the gateway's answer, and merchants' programs give up",
			time.Duration(maxKeyTimeout))
	}
	log := ctx.Logger()
	client, err := p11kit.New(p11kit.Config{
		Program: p.Program, Module: p.Module, Processes: p.Processes, Timeout: time.Duration(p.Timeout),
		OnState: func(token string, err error) {
			if err != nil {
				log.Error("keys are away: payments with them hear 96, and notices are repeated, until they are back",
					zap.String("where", token), zap.Error(err))
				return
			}
			log.Info("keys are back", zap.String("where", token))
		},
		OnShort: func(token string, sessions int, err error) {
			if err != nil {
				log.Warn("the token takes fewer sessions than processes asks for: operations wait for one another when there are many. "+
					"Lower processes, or let the token take more", zap.String("where", token), zap.Int("sessions", sessions), zap.Error(err))
				return
			}
			log.Info("the token takes all sessions", zap.String("where", token))
		},
	})
	if err != nil {
		return fmt.Errorf("keys pkcs11: %w", err)
	}
	p.client = client
	return nil
}

// Key implements KeyStore.
func (p *PKCS11) Key(ctx context.Context, name, secret string) (key crypto.Signer, where string, err error) {
	uri, err := p11kit.ParseURI(name)
	if errors.Is(err, p11kit.ErrPINInURI) {
		return nil, "", fmt.Errorf("%w, as {file.PATH} or {env.NAME} after the URI", err)
	}
	if err != nil {
		return nil, "", err
	}
	found, err := p.client.Key(ctx, uri, secret)
	if err != nil {
		return nil, "", err
	}
	where = found.Token()
	if found.JudgedByToken() {
		where += ", which judges the padding of session keys itself, as it offers no CKM_RSA_X_509"
	}
	return found, where, nil
}

// Close implements KeyStore.
func (p *PKCS11) Close() error { return p.client.Close() }

var (
	_ caddy.Provisioner = (*PKCS11)(nil)
	_ KeyStore          = (*PKCS11)(nil)
)
