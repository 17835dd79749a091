package p11kit

import (
	"crypto/rsa"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/leaks"
	"github.com/paybridge/paybridge/tests/softhsm"
)

func TestMain(m *testing.M) { leaks.Main(m) }

// newSoftHSM makes a folder for tokens. The children find it by the environment of
// this process: so these tests run one by one.
func newSoftHSM(t testing.TB) *softhsm.Store {
	t.Helper()
	h := softhsm.New(t)
	h.Setenv()
	return h
}

// newToken makes the token pay with the key k1 in it.
func newToken(t testing.TB) (*softhsm.Store, *rsa.PrivateKey) {
	t.Helper()
	h, key := newSoftHSM(t), generate(t, 1024)
	h.Init("pay")
	h.Put("pay", "k1", "01", key)
	return h, key
}

// forbid takes a usage away from a key of the token pay, which pkcs11-tool cannot.
func forbid(t testing.TB, h *softhsm.Store, label string, usage uint32) {
	t.Helper()
	k := mustKey(t, newClient(t, Config{Module: h.Module, Processes: 1}), "pkcs11:token=pay;object="+label)
	err := k.pool.do(longTimeout, func(s *session, deadline time.Time) error {
		const readWrite = 2 // CKF_RW_SESSION
		r := newRequest(callOpenSession)
		r.number(s.token.slot)
		r.number(sessionSerial | readWrite)
		opened := s.child.do(callOpenSession, r, deadline)
		session := opened.number()
		if err := opened.end(); err != nil {
			return err
		}
		set := call{25, "C_SetAttributeValue", "uuaA", ""}
		r = newRequest(set)
		r.number(session)
		r.number(s.keys[k.uri.String()])
		r.attributes([]attribute{{kind: usage}})
		return s.child.do(set, r, deadline).end()
	})
	if err != nil {
		t.Fatal(err)
	}
}
