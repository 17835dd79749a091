package caddymodule

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
)

// keyStores is the namespace of the guests that keep private keys.
const keyStores = "paybridge.keys."

// KeyStore keeps private keys elsewhere than in files, such as in an HSM. Its
// modules are the guests of the namespace paybridge.keys. The one of the name NAME
// is asked for every private_key that begins with NAME and a colon. Keys are RSA keys.
type KeyStore interface {
	// Key finds a private key by all that stands in private_key, which holds no
	// secret, and by the secret that stands after it, which may be empty. The key
	// is also a crypto.Decrypter: rsa.ErrDecryption says that nothing was sealed to it
	// that way, any other error that the key does not work at present. where says, for
	// operators, where it works.
	//
	// It is asked at every load, and by "caddy validate", too, and by one goroutine.
	// Errors hold nothing of the secret.
	Key(ctx context.Context, name, secret string) (key crypto.Signer, where string, err error)

	// Closer is closed when the last payment of the configuration is over, or
	// soon after: operations that come later may fail.
	io.Closer
}

// openKeyStores are the stores that a configuration uses, by the names of their
// modules.
type openKeyStores struct {
	ctx    caddy.Context
	stores map[string]KeyStore
	found  []keyElsewhere
}

// keyElsewhere is a key of a store.
type keyElsewhere struct{ name, where string }

// loadKeyStores loads the stores that the configuration has settings for. The
// others are loaded, with their defaults, when a key names them.
func (a *App) loadKeyStores(ctx caddy.Context) error {
	a.keys = &openKeyStores{ctx: ctx, stores: make(map[string]KeyStore)}
	if a.KeysRaw == nil {
		return nil
	}
	guests, err := ctx.LoadModule(a, "KeysRaw")
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	loaded, ok := guests.(map[string]any)
	if !ok {
		return fmt.Errorf("keys: %T is no set of modules", guests)
	}
	for name, guest := range loaded {
		if err := a.keys.add(name, guest); err != nil {
			return err
		}
	}
	return nil
}

func (s *openKeyStores) add(name string, guest any) error {
	store, ok := guest.(KeyStore)
	if !ok {
		return fmt.Errorf("keys: %T keeps no keys", guest)
	}
	s.stores[name] = store
	return nil
}

// find returns the key of a private_key that names a store. For others, which are
// files and keys themselves, ok is false.
func (s *openKeyStores) find(name, secret string) (key crypto.Signer, where string, ok bool, err error) {
	scheme := merchants.KeyScheme(name)
	if scheme == "" {
		return nil, "", false, nil
	}
	store := s.stores[scheme]
	if store == nil {
		if _, err := caddy.GetModule(keyStores + scheme); err != nil {
			return nil, "", false, nil // a path with a colon in it
		}
		guest, err := s.ctx.LoadModuleByID(keyStores+scheme, nil)
		if err == nil {
			err = s.add(scheme, guest)
		}
		if err != nil {
			return nil, "", true, err
		}
		store = s.stores[scheme]
	}
	key, where, err = store.Key(s.ctx, name, secret)
	if err != nil {
		return nil, "", true, err
	}
	s.found = append(s.found, keyElsewhere{name, where})
	return key, where, true, nil
}

// mostKeysTold is how many keys are told one by one.
const mostKeysTold = 20

// log tells which keys are elsewhere, and where.
func (s *openKeyStores) log(log *zap.Logger) {
	for i, key := range s.found {
		if i == mostKeysTold {
			log.Info("and more private keys that are in no file; selfcheck tells where each is", zap.Int("keys", len(s.found)-i))
			return
		}
		log.Info("private key is in no file", zap.String("private_key", key.name), zap.String("where", key.where))
	}
}

// close closes all stores.
func (s *openKeyStores) close() error {
	if s == nil {
		return nil
	}
	var failed []error
	for _, store := range s.stores {
		failed = append(failed, store.Close())
	}
	return errors.Join(failed...)
}

// closeLater closes the stores when calls that were under way with the
// configuration are over. A process that ends does not wait for that: its
// children notice.
func (s *openKeyStores) closeLater(after time.Duration, log *zap.Logger) {
	if s == nil || len(s.stores) == 0 {
		return
	}
	time.AfterFunc(after, func() {
		if err := crash.Try(log, "closing keys", s.close); err != nil {
			log.Warn("closing keys", zap.Error(err))
		}
	})
}
