package v2

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"
)

// derOf returns the DER in a PEM file of testdata.
func derOf(tb testing.TB, name string) []byte {
	tb.Helper()
	block, _ := pem.Decode(file(tb, name))
	if block == nil {
		tb.Fatalf("%s is no PEM", name)
	}
	return block.Bytes
}

// armoured returns the ways in which DER comes in a file, by name.
func armoured(label string, der []byte) map[string][]byte {
	text := base64.StdEncoding.EncodeToString(der)
	inPEM := pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der})
	return map[string][]byte{
		"DER":               der,
		"base64":            []byte(text),
		"base64 in lines":   []byte("\ufeff  " + text[:64] + "\r\n" + text[64:] + "\n"),
		"PEM":               inPEM,
		"PEM, CRLF, BOM":    []byte("\ufeff" + strings.ReplaceAll(string(inPEM), "\n", "\r\n")),
		"PEM after remarks": append([]byte("Bag Attributes\n    friendlyName: x\n"), inPEM...),
		"PEM, wrong label":  pem.EncodeToMemory(&pem.Block{Type: "SOMETHING", Bytes: der}),
		"PEM, second block": append(pem.EncodeToMemory(&pem.Block{Type: "EC PARAMETERS", Bytes: []byte{6, 1, 1}}), inPEM...),
	}
}

// must returns a function that takes a result apart and fails on an error.
func must(tb testing.TB) func([]byte, error) []byte {
	return func(data []byte, err error) []byte {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return data
	}
}

// equaler is what all private and public keys have in common.
type equaler interface{ Equal(crypto.PublicKey) bool }

func sameKey(a, b crypto.PublicKey) bool {
	key, ok := a.(equaler)
	return ok && key.Equal(b)
}

func TestParsePrivateKey(t *testing.T) {
	t.Parallel()
	rsaParty, sm2Party := partyOf(t, Intl, "merchant"), partyOf(t, GM, "merchant")
	rsaKey, isRSA := rsaParty.own.(*rsa.PrivateKey)
	sm2Key, isSM2 := sm2Party.own.(*sm2.PrivateKey)
	if !isRSA || !isSM2 {
		t.Fatal("the vectors' keys are of other kinds")
	}
	forms := []struct {
		name, label string
		der         []byte
		want        crypto.PublicKey
	}{
		{"RSA PKCS#8", "PRIVATE KEY", derOf(t, "merchant_private.pem"), rsaParty.public},
		{"RSA PKCS#1", "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey), rsaParty.public},
		{"SM2 PKCS#8", "PRIVATE KEY", derOf(t, "merchant_sm2_private.pem"), sm2Party.public},
		{"SM2 EC", "EC PRIVATE KEY", must(t)(smx509.MarshalSM2PrivateKey(sm2Key)), sm2Party.public},
	}
	for _, form := range forms {
		for name, data := range armoured(form.label, form.der) {
			t.Run(form.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				checkPrivate(t, data, "", form.want)
			})
		}
	}
	for _, name := range []string{"merchant_aes.pfx", "merchant_rc2.pfx"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkPrivate(t, file(t, name), "secret", rsaParty.public)
			checkPrivate(t, []byte(base64.StdEncoding.EncodeToString(file(t, name))), "secret", rsaParty.public)
		})
	}
	checkPrivate(t, file(t, "merchant_3des_empty_password.pfx"), "", rsaParty.public)
	checkPrivate(t, file(t, "merchant_sm2.pfx"), "secret", sm2Party.public)
	// A certificate before the key, as openssl pkcs12 -nodes writes them.
	checkPrivate(t, append(file(t, "merchant_certificate.pem"), file(t, "merchant_private.pem")...), "", rsaParty.public)
}

// checkPrivate parses a private key and compares its public half.
func checkPrivate(t *testing.T, data []byte, password string, want crypto.PublicKey) {
	t.Helper()
	key, err := ParsePrivateKey(data, password)
	if err != nil {
		t.Fatal(err)
	}
	if !sameKey(key.Public(), want) {
		t.Error("another key came back")
	}
	if _, ok := key.(crypto.Decrypter); !ok {
		t.Error("the key is no crypto.Decrypter")
	}
}

func TestParsePublicKey(t *testing.T) {
	t.Parallel()
	rsaParty, sm2Party := partyOf(t, Intl, "merchant"), partyOf(t, GM, "merchant")
	rsaPublic, ok := rsaParty.public.(*rsa.PublicKey)
	if !ok {
		t.Fatal("not an RSA key")
	}
	forms := []struct {
		name, label string
		der         []byte
		want        crypto.PublicKey
	}{
		{"RSA", "PUBLIC KEY", derOf(t, "merchant_public.pem"), rsaParty.public},
		{"RSA PKCS#1", "RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(rsaPublic), rsaParty.public},
		{"RSA certificate", "CERTIFICATE", derOf(t, "merchant_certificate.pem"), rsaParty.public},
		{"SM2", "PUBLIC KEY", derOf(t, "merchant_sm2_public.pem"), sm2Party.public},
		{"SM2 certificate", "CERTIFICATE", derOf(t, "merchant_sm2_certificate.pem"), sm2Party.public},
	}
	for _, form := range forms {
		for name, data := range armoured(form.label, form.der) {
			t.Run(form.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				key, err := ParsePublicKey(data)
				if err != nil {
					t.Fatal(err)
				}
				if !sameKey(key, form.want) {
					t.Error("another key came back")
				}
			})
		}
	}
}

// badKey is a file that must be refused with a word of advice.
type badKey struct {
	name, password string
	data           []byte
	private        string // what the error of ParsePrivateKey has in it
	public         string // what the error of ParsePublicKey has in it
}

func badKeys(t *testing.T) []badKey {
	t.Helper()
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ed, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	const damaged, notKey = "cut short or damaged", "neither PEM nor base64 nor hex nor DER"
	private := derOf(t, "merchant_private.pem")
	return []badKey{
		{"nothing", "", nil, "the file is empty", "the file is empty"},
		{"blanks", "", []byte("\ufeff \r\n"), "the file is empty", "the file is empty"},
		{"too long", "", make([]byte, MaxKeyFile+1), "longer than", "longer than"},
		{"text", "", []byte("not a key!"), notKey, notKey},
		{"base64 of text", "", []byte("bm90IGEga2V5"), damaged, damaged},
		{"base64 cut", "", []byte(base64.StdEncoding.EncodeToString(private)[:101]), notKey, notKey},
		{"DER cut", "", private[:len(private)/2], damaged, damaged},
		{"DER and more", "", append(bytes.Clone(private), 0), damaged, damaged},
		{"BER", "", []byte{0x30, 0x80, 0x02, 0x01, 0x03}, "is BER, not DER", "is BER, not DER"},
		{"empty SEQUENCE", "", []byte{0x30, 0x00}, "no key, certificate or PKCS#12 file", "no key, certificate or PKCS#12 file"},
		{"PEM on one line", "", []byte(strings.ReplaceAll(string(file(t, "merchant_private.pem")), "\n", " ")), "the PEM is damaged", "the PEM is damaged"},
		{"old PEM encryption", "x", []byte("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-EDE3-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"), "does not open with this password", "found an encrypted private key in PEM"},
		{"encrypted PKCS#8", "x", []byte{0x30, 0x04, 0x30, 0x00, 0x04, 0x00}, "damaged or asks for too much work", "found an encrypted PKCS#8"},
		{"public key", "", file(t, "merchant_public.pem"), "found a public key: a private key is needed", ""},
		{"certificate", "", file(t, "merchant_certificate.pem"), "found a certificate: a private key is needed", ""},
		{"private key", "", private, "", "found a PKCS#8 private key: the public key or certificate is needed"},
		{"pfx", "secret", file(t, "merchant_aes.pfx"), "", "found a PKCS#12 file"},
		{"wrong password", "Secret", file(t, "merchant_aes.pfx"), "does not open with this password", "found a PKCS#12 file"},
		{"no password, legacy", "", file(t, "merchant_rc2.pfx"), "give its password", "found a PKCS#12 file"},
		{"pfx without MAC", "secret", file(t, "merchant_nomac.pfx"), "has no password", "found a PKCS#12 file"},
		{"pfx of version 2", "", []byte{0x30, 0x05, 0x02, 0x01, 0x02, 0x30, 0x00}, "version 2", "found a PKCS#12 file"},
		{"P-256", "", must(t)(x509.MarshalPKCS8PrivateKey(p256)), "found an EC key on the curve P-256", "found a PKCS#8"},
		{"P-256 public", "", must(t)(x509.MarshalPKIXPublicKey(p256.Public())), "found a public key", "found an EC key on the curve P-256"},
		{"Ed25519", "", must(t)(x509.MarshalPKCS8PrivateKey(edKey)), "found a key of another kind", "found a PKCS#8"},
		{"Ed25519 public", "", must(t)(x509.MarshalPKIXPublicKey(ed)), "found a public key", "found a key of another kind"},
		{"PKCS#12 with endless work", "", endlessPKCS12(t), "too much work", "found a PKCS#12 file"},
	}
}

// endlessPKCS12 is a PKCS#12 file whose MAC asks for 2^31-1 iterations.
func endlessPKCS12(t *testing.T) []byte {
	t.Helper()
	data := file(t, "merchant_aes.pfx")
	count := []byte{0x02, 0x02, 0x08, 0x00} // INTEGER 2048, at the end of the MAC
	if !bytes.HasSuffix(data, count) || data[1] != 0x82 {
		t.Fatal("the file is built otherwise")
	}
	data = append(data[:len(data)-len(count)], 0x02, 0x04, 0x7f, 0xff, 0xff, 0xff)
	mac := bytes.LastIndex(data, []byte{0x30, 0x41, 0x30, 0x31}) // SEQUENCE of the MAC
	if mac < 0 {
		t.Fatal("the MAC is built otherwise")
	}
	data[mac+1] += 2
	data[3] += 2
	return data
}

func TestBadKeys(t *testing.T) {
	t.Parallel()
	for _, bad := range badKeys(t) {
		t.Run(bad.name, func(t *testing.T) {
			t.Parallel()
			if bad.private != "" {
				key, err := ParsePrivateKey(bad.data, bad.password)
				wantAdvice(t, bad, key != nil, err, "reading private key: ", bad.private)
			}
			if bad.public != "" {
				key, err := ParsePublicKey(bad.data)
				wantAdvice(t, bad, key != nil, err, "reading public key: ", bad.public)
			}
		})
	}
}

// wantAdvice checks an error and that it gives nothing away.
func wantAdvice(t *testing.T, bad badKey, some bool, err error, prefix, want string) {
	t.Helper()
	if some || err == nil || !strings.HasPrefix(err.Error(), prefix) || !strings.Contains(err.Error(), want) {
		t.Errorf("%v; want %s...%s...", err, prefix, want)
		return
	}
	if quotes(err.Error(), bad.data) {
		t.Errorf("the error quotes the file: %v", err)
	}
}

// quotes reports whether a text repeats ten base64 characters of a file.
func quotes(text string, data []byte) bool {
	encoded := base64.StdEncoding.EncodeToString(data)
	for _, contents := range []string{string(data), encoded} {
		for i := 64; i+10 <= len(contents); i += 5 { // behind PEM labels
			if part := contents[i : i+10]; !strings.ContainsAny(part, " -\n") && strings.Contains(text, part) {
				return true
			}
		}
	}
	return false
}

// TestDamagedKeys changes and cuts every file at many places: nothing panics,
// and what still parses is a key of a known kind.
func TestDamagedKeys(t *testing.T) {
	t.Parallel()
	names := []string{"merchant_private.pem", "merchant_sm2_private.pem", "merchant_certificate.pem", "merchant_sm2_certificate.pem", "merchant_public.pem", "merchant_sm2_public.pem"}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			der := derOf(t, name)
			for i := 0; i < len(der); i += 3 {
				changed := bytes.Clone(der)
				changed[i] ^= 0x41
				for _, data := range [][]byte{changed, der[:i]} {
					checkParsed(t, data, "")
				}
			}
		})
	}
}

// checkParsed parses hostile bytes both ways and checks what comes of it.
func checkParsed(t *testing.T, data []byte, password string) {
	t.Helper()
	own, err := ParsePrivateKey(data, password)
	if (own == nil) == (err == nil) {
		t.Fatalf("ParsePrivateKey = %v, %v", own, err)
	}
	if own != nil && !strings.Contains("an RSA key, an SM2 key", kindOf(own.Public())) {
		t.Fatalf("ParsePrivateKey gave %s", kindOf(own.Public()))
	}
	public, err := ParsePublicKey(data)
	if (public == nil) == (err == nil) {
		t.Fatalf("ParsePublicKey = %v, %v", public, err)
	}
	if public != nil && !strings.Contains("an RSA key, an SM2 key", kindOf(public)) {
		t.Fatalf("ParsePublicKey gave %s", kindOf(public))
	}
}
