package v2

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"

	"github.com/emmansun/gmsm/pkcs"
	"github.com/emmansun/gmsm/pkcs8"
	"github.com/emmansun/gmsm/sm2"
)

// keyFile reads a file of testdata/keyfiles.
func keyFile(tb testing.TB, name string) []byte {
	tb.Helper()
	return file(tb, "keyfiles/"+name)
}

// handedOut returns the public halves of the keys in testdata/keyfiles.
func handedOut(tb testing.TB) (rsaPublic, sm2Public crypto.PublicKey) {
	tb.Helper()
	public := func(name string) crypto.PublicKey {
		key, err := ParsePublicKey(keyFile(tb, name))
		if err != nil {
			tb.Fatal(err)
		}
		return key
	}
	return public("m.pub.pem"), public("m2.pub.pem")
}

// handedOutSM2 is the SM2 key of testdata/keyfiles.
func handedOutSM2(tb testing.TB) *sm2.PrivateKey {
	tb.Helper()
	key, err := ParsePrivateKey(keyFile(tb, "F16-openssl-encrypted-pkcs8.pem"), "123456")
	if err != nil {
		tb.Fatal(err)
	}
	own, ok := key.(*sm2.PrivateKey)
	if !ok {
		tb.Fatal("no SM2 key")
	}
	return own
}

// TestKeyFilesOpen reads private keys as programs and vendors hand them out.
func TestKeyFilesOpen(t *testing.T) {
	t.Parallel()
	rsaPublic, sm2Public := handedOut(t)
	for name, want := range map[string]struct {
		password string
		public   crypto.PublicKey
	}{
		"F8-cfca-der.sm2":                 {"123456", sm2Public},
		"F9-key-without-certificate.p12":  {"secret1", rsaPublic},
		"F16-openssl-encrypted-pkcs8.pem": {"123456", sm2Public},
		"lone-legacy.p12":                 {"secret1", rsaPublic}, // triple DES, no certificate
		"lone-empty.p12":                  {"", rsaPublic},
		"lone-sm2.p12":                    {"secret1", sm2Public},
		"plainbag.p12":                    {"secret1", rsaPublic}, // under a MAC and not encrypted
		"several.p12":                     {"secret1", rsaPublic}, // with another certificate
		"sm2cert.p12":                     {"secret1", sm2Public},
		"java.p12":                        {"secret1", rsaPublic},
		"scrypt.pem":                      {"123456", rsaPublic},
		"v1md5.pem":                       {"123456", rsaPublic}, // PBES1
		"v1sha3des.pem":                   {"123456", rsaPublic}, // a cipher of PKCS#12 in PKCS#8
		"v2des3.pem":                      {"123456", rsaPublic},
		"trad.pem":                        {"123456", rsaPublic}, // Proc-Type: 4,ENCRYPTED
		"trad-sm2.pem":                    {"123456", sm2Public},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := keyFile(t, name)
			checkPrivate(t, data, want.password, want.public)
			checkPrivate(t, []byte(base64.StdEncoding.EncodeToString(data)), want.password, want.public)
			checkPrivate(t, append([]byte("\ufeff"), []byte(base64.StdEncoding.EncodeToString(data)+"\r\n")...), want.password, want.public)
			if _, err := ParsePrivateKey(data, want.password+"x"); err == nil || !strings.Contains(err.Error(), "this password") {
				t.Errorf("with a wrong password: %v", err)
			}
			if want.password == "" {
				return
			}
			if _, err := ParsePrivateKey(data, ""); err == nil || !strings.Contains(err.Error(), "give its password") {
				t.Errorf("without a password: %v", err)
			}
		})
	}
}

// TestGmSSLKeyOpens reads PKCS#8 that is encrypted with SM4 and SM3, as GmSSL
// writes it.
func TestGmSSLKeyOpens(t *testing.T) {
	t.Parallel()
	own := handedOutSM2(t)
	for name, encrypter := range map[string]pkcs.PBESEncrypter{
		"PBKDF2 with HMAC-SM3": &pkcs.PBES2Opts{Cipher: pkcs.SM4CBC, KDFOpts: pkcs.NewPBKDF2Opts(pkcs.SM3, 16, 2048)},
		"GB/T":                 pkcs.NewSMPBESEncrypter(16, 2048),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			der, err := pkcs8.MarshalPrivateKey(own, []byte("123456"), encrypter)
			if err != nil {
				t.Fatal(err)
			}
			checkPrivate(t, pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der}), "123456", own.Public())
		})
	}
}

// TestBareSM2Numbers reads d and 04‖x‖y in every way they are copied.
func TestBareSM2Numbers(t *testing.T) {
	t.Parallel()
	_, public := handedOut(t)
	d := strings.TrimSpace(string(keyFile(t, "F8-sm2-d-hex.key")))
	raw, err := hex.DecodeString(d)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"as it is": d, "upper": strings.ToUpper(d), "0x": "0x" + d, "a 00 in front": "00" + d, "line end": d + "\r\n", "BOM": "\ufeff" + d,
		"two lines": d[:32] + "\n" + d[32:], "colons": coloned(raw), "blanks": d[:8] + " " + d[8:],
		"base64": base64.StdEncoding.EncodeToString(raw), "base64, URL": base64.RawURLEncoding.EncodeToString(raw),
	} {
		t.Run("d/"+name, func(t *testing.T) { t.Parallel(); checkPrivate(t, []byte(text), "", public) })
	}

	xy := strings.TrimSpace(string(keyFile(t, "F8-sm2-public-04xy-hex.key")))
	point, err := hex.DecodeString(xy)
	if err != nil {
		t.Fatal(err)
	}
	want, err := ParsePublicKey([]byte(xy))
	if err != nil || !sm2.IsSM2PublicKey(want) {
		t.Fatal(want, err)
	}
	compressed := append([]byte{2 + point[64]&1}, point[1:33]...)
	for name, text := range map[string]string{
		"upper": strings.ToUpper(xy), "without 04": xy[2:], "compressed": hex.EncodeToString(compressed), "colons": coloned(point),
		"base64": base64.StdEncoding.EncodeToString(point), "base64, without 04": base64.StdEncoding.EncodeToString(point[1:]),
		"base64, compressed": base64.StdEncoding.EncodeToString(compressed),
	} {
		t.Run("xy/"+name, func(t *testing.T) {
			t.Parallel()
			if got, err := ParsePublicKey([]byte(text)); err != nil || !sameKey(got, want) {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
}

// TestEveryBareNumberIsRead tries keys whose numbers begin with any byte: with
// 30, too, as DER does, and with zeros.
func TestEveryBareNumberIsRead(t *testing.T) {
	t.Parallel()
	for first := range 255 {
		raw := append([]byte{byte(first)}, bytes.Repeat([]byte{7}, 31)...)
		own, err := sm2.NewPrivateKeyFromInt(new(big.Int).SetBytes(raw))
		if err != nil {
			t.Fatal(err)
		}
		checkPrivate(t, []byte(hex.EncodeToString(raw)), "", own.Public())
		checkPrivate(t, []byte(base64.StdEncoding.EncodeToString(raw)), "", own.Public())
		x := own.X.FillBytes(make([]byte, 32))
		y := own.Y.FillBytes(make([]byte, 32))
		if got, err := ParsePublicKey([]byte(hex.EncodeToString(append(x, y...)))); err != nil || !sameKey(got, own.Public()) {
			t.Errorf("%02x: %v", first, err)
		}
	}
}

func coloned(raw []byte) string {
	var parts []string
	for _, b := range raw {
		parts = append(parts, hex.EncodeToString([]byte{b}))
	}
	return strings.Join(parts, ":")
}

// TestForeignFilesAreNamed checks that what is no key is named for what it is,
// with the next step, on either side.
func TestForeignFilesAreNamed(t *testing.T) {
	t.Parallel()
	own := handedOutSM2(t)
	rsaPEM := string(file(t, "merchant_private.pem"))
	modulus := hex.EncodeToString(bytes.Repeat([]byte{0xc1}, 256))
	for name, foreign := range map[string]struct {
		data     []byte
		password string
		want     string
	}{
		"JKS":                 {keyFile(t, "F22-java.jks"), "secret1", "Java keystore (JKS): convert it with keytool"},
		"JCEKS":               {[]byte("\xce\xce\xce\xce\x00\x00"), "", "Java keystore (JCEKS)"},
		"chain":               {keyFile(t, "F22-chain.p7b"), "", "PKCS#7 chain of certificates"},
		"chain, DER":          {keyFile(t, "chain.p7b"), "", "openssl pkcs7 -print_certs"},
		"OpenSSH":             {keyFile(t, "F22-openssh.key"), "", "ssh-keygen -p -m PEM"},
		"OpenSSH public":      {keyFile(t, "ssh.pub"), "", "ssh-keygen -e -m PKCS8"},
		"SSH2 public":         {keyFile(t, "ssh2.pub"), "", "ssh-keygen -i"},
		"PuTTY":               {keyFile(t, "m.ppk"), "", "puttygen"},
		"PVK":                 {keyFile(t, "m.pvk"), "", "-inform PVK"},
		"BLOB":                {keyFile(t, "m.blob"), "", "-inform MSBLOB"},
		"quoted":              {keyFile(t, "F22-quoted.key"), "", "in quotes"},
		"smart quotes":        {[]byte("“" + rsaPEM + "”"), "", "in quotes"},
		"smart quotes, ANSI":  {[]byte("\x93" + rsaPEM + "\x94"), "", "in quotes"},
		"UTF-16":              {keyFile(t, "F22-utf16.pem"), "", "iconv -f UTF-16"},
		"UTF-16 without BOM":  {keyFile(t, "F22-utf16.pem")[2:], "", "UTF-16"},
		"CSR":                 {keyFile(t, "m.csr"), "", "a certificate request (CSR)"},
		"web page":            {[]byte("\n<!DOCTYPE html><html>login</html>"), "", "a web page"},
		".NET":                {[]byte("<RSAKeyValue><Modulus>AA==</Modulus></RSAKeyValue>"), "", ".NET"},
		"JWK":                 {[]byte(`{"kty":"RSA"}`), "", "JSON"},
		"PGP":                 {[]byte("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nAAAA\n"), "", "PGP"},
		"archive":             {[]byte("PK\x03\x04aaaa"), "", "an archive"},
		"line ends":           {[]byte(strings.ReplaceAll(rsaPEM, "\n", `\n`)), "", `printf '%b'`},
		"long dashes":         {[]byte(strings.ReplaceAll(rsaPEM, "-----", "—–—")), "", "five plain dashes"},
		"name in front":       {[]byte("private_key=MIIEvwIBADANBgkqhkiG9w0BAQEFAAS"), "", "begin with a name"},
		"path":                {[]byte("/etc/paybridge/merchant.pem\n"), "", "the path of another file"},
		"RSA modulus in hex":  {[]byte(modulus), "", "modulus or exponent of an RSA key alone"},
		"half a byte":         {[]byte(strings.Repeat("a", 63)), "", "an odd number of hex digits"},
		"certificates in p12": {keyFile(t, "certs.p12"), "secret1", "PKCS#12 file"},
		"empty":               {[]byte("\ufeff\r\n"), "", "the file is empty"},
		"too long":            {bytes.Repeat([]byte("a"), MaxKeyFile+1), "", "longer than"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key, err := ParsePrivateKey(foreign.data, foreign.password)
			bad := badKey{name: name, data: foreign.data}
			wantAdvice(t, bad, key != nil, err, "reading private key: ", foreign.want)
			public, err := ParsePublicKey(foreign.data)
			wantAdvice(t, bad, public != nil, err, "reading public key: ", foreign.want)
		})
	}
	for name, refused := range map[string]struct {
		data     []byte
		password string
		want     string
	}{
		"two keys":                       {keyFile(t, "two.p12"), "secret1", "holds 2 private keys"},
		"certificates alone":             {keyFile(t, "certs.p12"), "secret1", "holds no private key"},
		"SM2 under triple DES":           {keyFile(t, "lone-sm2-legacy.p12"), "secret1", "openssl pkcs12 -nodes -nocerts"},
		"unknown cipher":                 {keyFile(t, "cam.pem"), "123456", "openssl pkcs8 -topk8"},
		"password for PEM":               {[]byte(rsaPEM), "secret1", "is not encrypted, and a password is given"},
		"password for hex":               {keyFile(t, "F8-sm2-d-hex.key"), "123456", "is not encrypted, and a password is given"},
		"password, certificate in front": {append(file(t, "merchant_certificate.pem"), rsaPEM...), "x", "is not encrypted"},
		"public in place of private":     {keyFile(t, "F8-sm2-public-04xy-hex.key"), "", "bare point x, y of an SM2 public key: a private key is needed"},
		"scrypt without end":             {endlessScrypt(t, own), "123456", "too much work"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key, err := ParsePrivateKey(refused.data, refused.password)
			wantAdvice(t, badKey{data: refused.data}, key != nil, err, "reading private key: ", refused.want)
		})
	}
	for name, refused := range map[string]struct {
		data []byte
		want string
	}{
		"private in place of public": {keyFile(t, "F8-sm2-d-hex.key"), "bare number d of an SM2 private key: the public key"},
		"encrypted PEM":              {keyFile(t, "trad.pem"), "an encrypted private key in PEM: the public key"},
		"no point":                   {[]byte(strings.Repeat("07", 64)), "no point of its curve"},
		"no point, compressed":       {[]byte("02" + strings.Repeat("ff", 32)), "no point of its curve"},
		"revocation list":            {revocationList(t), "a revocation list"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key, err := ParsePublicKey(refused.data)
			wantAdvice(t, badKey{data: refused.data}, key != nil, err, "reading public key: ", refused.want)
		})
	}
}

// endlessScrypt is a key that asks for a gigabyte of memory.
func endlessScrypt(t *testing.T, own *sm2.PrivateKey) []byte {
	t.Helper()
	der, err := pkcs8.MarshalPrivateKey(own, []byte("x"), &pkcs.PBES2Opts{Cipher: pkcs.AES256CBC, KDFOpts: pkcs.NewScryptOpts(8, 16384, 8, 1)})
	if err != nil {
		t.Fatal(err)
	}
	cost := []byte{0x02, 0x02, 0x40, 0x00, 0x02, 0x01, 0x08} // 16384, 8
	if bytes.Count(der, cost) != 1 {
		t.Fatal("the file is built otherwise")
	}
	return bytes.Replace(der, cost, []byte{0x02, 0x02, 0x40, 0x00, 0x02, 0x01, 0x7f}, 1)
}

func revocationList(t *testing.T) []byte {
	t.Helper()
	own, err := ParsePrivateKey(file(t, "merchant_private.pem"), "")
	if err != nil {
		t.Fatal(err)
	}
	issuer := &x509.Certificate{SubjectKeyId: []byte{1}, KeyUsage: x509.KeyUsageCRLSign}
	list, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{Number: big.NewInt(1)}, issuer, own)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestCutKeyFiles cuts and changes encrypted files everywhere: nothing panics, in
// gmsm neither, and no length of a cipher is taken on trust.
func TestCutKeyFiles(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"F8-cfca-der.sm2", "F16-openssl-encrypted-pkcs8.pem", "v1md5.pem", "trad-sm2.pem", "lone-sm2.p12"} {
		data := keyFile(t, name)
		password, step := "123456", 7
		if strings.HasSuffix(name, ".p12") {
			password, step = "secret1", 61 // each is some thousand rounds of hashing
		}
		if block, _ := pem.Decode(data); block != nil && len(block.Headers) == 0 {
			data = block.Bytes
		}
		for i := 0; i < len(data); i += step {
			changed := bytes.Clone(data)
			changed[i] ^= 0x11
			checkParsed(t, changed, password)
			checkParsed(t, data[:i], password)
		}
	}
}
