package netcause

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// world is the other side of a call: a listener whose connections serve handles.
func world(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serve(conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = listener.Close(); <-done })
	return listener.Addr().String()
}

// certificate is one for names, of an authority that trusted knows.
func certificate(t *testing.T, from, until time.Time, names ...string) (cert tls.Certificate, trusted *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Merchant's\x1b[31m own"}, NotBefore: from, NotAfter: until,
		DNSNames: names, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	trusted = x509.NewCertPool()
	trusted.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, trusted
}

// secure serves TLS and hangs up after the handshake.
func secure(t *testing.T, config *tls.Config) string {
	return world(t, func(conn net.Conn) { _ = tls.Server(conn, config).Handshake() })
}

// request reads a request and its body.
func request(conn net.Conn) {
	if r, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
		_, _ = io.Copy(io.Discard, r.Body)
	}
}

// answering says something and hangs up.
func answering(t *testing.T, answer string) string {
	return world(t, func(conn net.Conn) {
		request(conn)
		_, _ = io.WriteString(conn, answer)
	})
}

// hanging reads what comes and says nothing more than answer, until the caller has
// gone.
func hanging(t *testing.T, answer string) string {
	return world(t, func(conn net.Conn) {
		if answer != "" {
			_, _ = io.WriteString(conn, answer)
		}
		_, _ = io.Copy(io.Discard, conn)
	})
}

// secret stands where a stranger could put what must not be kept.
const secret = "SECRET"

func TestCauses(t *testing.T) {
	t.Parallel()
	now := time.Now()
	good, trusted := certificate(t, now.Add(-time.Hour), now.Add(time.Hour), "127.0.0.1", "localhost")
	old, trustedOld := certificate(t, now.Add(-48*time.Hour), now.Add(-24*time.Hour), "localhost")
	early, trustedEarly := certificate(t, now.Add(24*time.Hour), now.Add(48*time.Hour), "localhost")
	other, trustedOther := certificate(t, now.Add(-time.Hour), now.Add(time.Hour), "a.test", "b.test", "c.test", "d.test")
	only := func(cert tls.Certificate) *tls.Config { return &tls.Config{Certificates: []tls.Certificate{cert}} }
	byName := func(address string) string {
		return "https://localhost:" + address[strings.LastIndexByte(address, ':')+1:]
	}
	ancient, mutual := only(good), only(good)
	ancient.MinVersion, ancient.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	mutual.ClientAuth, mutual.MaxVersion = tls.RequireAnyClientCert, tls.VersionTLS12
	refusing := world(t, func(net.Conn) {})

	for name, test := range map[string]struct {
		url   string
		trust *x509.CertPool
		hangs bool // by design: the call has to run out of time
		want  string
	}{
		"no such host":         {url: "http://merchant.invalid/" + secret, want: "no such host – merchant.invalid"},
		"nobody listens":       {url: "http://127.0.0.1:1/" + secret, want: "connection refused – 127.0.0.1:1"},
		"expired":              {url: byName(secure(t, only(old))), trust: trustedOld, want: "TLS: certificate expired – on " + now.Add(-24*time.Hour).UTC().Format("2006-01-02")},
		"early":                {url: byName(secure(t, only(early))), trust: trustedEarly, want: "TLS: certificate not valid yet – from " + now.Add(24*time.Hour).UTC().Format("2006-01-02")},
		"unknown authority":    {url: byName(secure(t, only(good))), trust: x509.NewCertPool(), want: "TLS: certificate of an unknown authority – signed by itself"},
		"another name":         {url: byName(secure(t, only(other))), trust: trustedOther, want: "TLS: certificate for another name – a.test, b.test, c.test, …"},
		"certificate for none": {url: "https://" + secure(t, only(good)), trust: trusted, want: "TLS: certificate for another name – 127.0.0.1, localhost"},
		"plain behind https":   {url: "https://" + answering(t, "HTTP/1.1 200 OK\r\n\r\n"), want: "TLS: the other side does not speak it"},
		"hangs up on hello":    {url: "https://" + refusing, want: "TLS: connection closed during the handshake – " + refusing},
		"only old TLS":         {url: byName(secure(t, ancient)), trust: trusted, want: "TLS: the other side has no version that is allowed"},
		"wants a certificate":  {url: byName(secure(t, mutual)), trust: trusted, want: "TLS: refused by the other side – "},
		"handshake hangs":      {url: "https://" + hanging(t, ""), hangs: true, want: "timed out during the TLS handshake – "},
		"answer hangs":         {url: "http://" + hanging(t, ""), hangs: true, want: "timed out while waiting for the answer – "},
		"answer drips":         {url: "http://" + hanging(t, "HTTP/1.1 200 OK\r\nX: "+secret), hangs: true, want: "timed out while reading the answer – "},
		"hangs up":             {url: "http://" + answering(t, ""), want: "connection closed before the answer was whole – "},
		"no HTTP":              {url: "http://" + answering(t, secret+" SSH-2.0\r\n\r\n"), want: "the answer is not HTTP – "},
		"broken header":        {url: "http://" + answering(t, "HTTP/1.1 200 OK\r\n"+secret+"\r\n\r\n"), want: "the answer is not HTTP – "},
		"long header":          {url: "http://" + answering(t, "HTTP/1.1 200 OK\r\nX: "+strings.Repeat(secret, 4000)+"\r\n\r\n"), want: "answer too long – its headers"},
		"body cut":             {url: "http://" + answering(t, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"+secret), want: "connection closed before the answer was whole – "},
		"chunks broken":        {url: "http://" + answering(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"+secret+"\r\n"), want: "the answer is not HTTP – "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limit := time.Minute
			if test.hangs {
				limit = 50 * time.Millisecond
			}
			got := causeOf(t, test.url, test.trust, limit)
			for ; test.hangs && limit < time.Minute && !strings.HasPrefix(got.String(), test.want); limit *= 2 {
				got = causeOf(t, test.url, test.trust, limit) // a busy machine has not come that far yet
			}
			if !strings.HasPrefix(got.String(), test.want) || (got.Subject == "") != !strings.Contains(test.want, separator) {
				t.Errorf("cause %q, want %q", got, test.want)
			}
			if strings.Contains(got.String(), secret) || strings.ContainsFunc(got.String(), unicode.IsControl) {
				t.Errorf("cause %q holds what a stranger said", got)
			}
			if !slices.Contains(All(), got.Kind) || Parse(got.String()) != got {
				t.Errorf("cause %q is not of the set, or is read as %+v", got, Parse(got.String()))
			}
		})
	}
}

// causeOf calls an address and says why that failed.
func causeOf(t *testing.T, address string, trust *x509.CertPool, limit time.Duration) Cause {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	var way Trace
	r, err := http.NewRequestWithContext(way.Watch(ctx), http.MethodPost, address, strings.NewReader("a=b"))
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trust, MinVersion: tls.VersionTLS12}, MaxResponseHeaderBytes: 4 << 10}
	defer transport.CloseIdleConnections()
	answer, err := transport.RoundTrip(r)
	if err == nil {
		_, err = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
	}
	if err == nil {
		t.Fatal("the call succeeded")
	}
	return way.Of(err, r.URL.Host)
}

// An error that nobody knows is told without its text.
func TestUnknownErrors(t *testing.T) {
	t.Parallel()
	var way Trace
	if got := way.Of(errors.New("card 6222 "+secret), "m.test:443"); got != New(Other, "m.test:443") {
		t.Errorf("cause %q", got)
	}
	if got := way.Of(context.Canceled, "m.test"); got.Kind != Stopped {
		t.Errorf("cause %q", got)
	}
	if got := (&Trace{ForClient: true}).Of(context.Canceled, "m.test"); got.Kind != HungUp {
		t.Errorf("cause %q where a client waited", got)
	}
	if got := Wrap(io.EOF, New(Closed, "m.test")); got.Error() != "connection closed before the answer was whole – m.test" || !errors.Is(got, io.EOF) {
		t.Errorf("wrapped %v", got)
	}
}

// A redirect tells where it leads, by scheme and host alone.
func TestRedirectTo(t *testing.T) {
	t.Parallel()
	from, err := url.Parse("http://m.test/notify.php?" + secret)
	if err != nil {
		t.Fatal(err)
	}
	for location, want := range map[string]string{
		"https://m.test/notify.php?" + secret:           "redirect not followed – to https://m.test",
		"/login?" + secret:                              "redirect not followed – to another path of m.test",
		"https://user:" + secret + "@login.test:8443/x": "redirect not followed – to https://login.test:8443",
		"//cdn.test/" + secret:                          "redirect not followed – to http://cdn.test",
		"":                                              "redirect not followed",
		"http://[::" + secret:                           "redirect not followed",
		"javascript:" + secret:                          "redirect not followed",
		"https://" + strings.Repeat("a", 9000) + ".test/x": "redirect not followed – to https://" + strings.Repeat("a", maxSubject-len("to https://")),
	} {
		if got := RedirectTo(from, location).String(); got != want {
			t.Errorf("%.40s: %q, want %q", location, got, want)
		}
	}
}

// The set is closed, and no words hold what divides them from a subject.
func TestKinds(t *testing.T) {
	t.Parallel()
	seen := map[Kind]bool{}
	for _, words := range All() {
		if seen[words] || words == "" || strings.Contains(string(words), separator) {
			t.Errorf("words %q", words)
		}
		seen[words] = true
	}
	for _, words := range timeouts {
		if !seen[words] {
			t.Errorf("%q is not in the list", words)
		}
	}
}

func FuzzNew(f *testing.F) {
	f.Add("merchant.test\x1b[0m")
	f.Fuzz(func(t *testing.T, subject string) {
		got := New(Other, subject).String()
		if !utf8.ValidString(got) || strings.ContainsFunc(got, unicode.IsControl) || utf8.RuneCountInString(got) > maxSubject+len(Other)+len(separator) {
			t.Errorf("%q", got)
		}
	})
}
