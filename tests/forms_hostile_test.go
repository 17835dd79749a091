package tests

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/tests/httpclient"
)

// hostileForms are bodies that cost their reader more than their sender: as large as
// the bridge reads at all.
var hostileForms = map[string]struct{ contentType, body string }{
	"parameters without end":        {"", many(500<<10, func(i int) string { return fmt.Sprintf("p%d=&", i) })},
	"one parameter without end":     {"", many(500<<10, func(int) string { return "req=A&" })},
	"names that collide elsewhere":  {"", many(500<<10, colliding)}, // in hashes without a secret, such as Java's
	"nothing but separators":        {"", strings.Repeat("&", 500<<10)},
	"percent signs":                 {"", "req=" + strings.Repeat("%25", 170_000)},
	"percent signs without numbers": {"", "req=" + strings.Repeat("%", 500<<10)},
	"plus signs":                    {"", "req=" + strings.Repeat("+", 500<<10) + "&sign=x"},
	"parts without end": {"multipart/form-data; boundary=x", many(500<<10, func(i int) string {
		return fmt.Sprintf("--x\r\nContent-Disposition: form-data; name=p%d\r\n\r\n\r\n", i)
	})},
	"headers of a part":      {"multipart/form-data; boundary=x", "--x\r\n" + many(500<<10, func(i int) string { return fmt.Sprintf("X-%d: y\r\n", i) }) + "\r\n"},
	"almost boundaries":      {"multipart/form-data; boundary=" + strings.Repeat("-", 70), strings.Repeat("-", 500<<10)},
	"parameters of the type": {"multipart/form-data; " + strings.Repeat("boundary ", 400), "x"},
}

// hostileMessages are JSON that costs its reader more than its sender, for messages
// whose signature is right: of a merchant, and of the gateway.
var hostileMessages = map[string]string{
	"arrays in arrays":   strings.Repeat("[", 30_000) + strings.Repeat("]", 30_000),
	"never closed":       strings.Repeat(`{"a":`, 12_000),
	"objects in objects": strings.Repeat(`{"a":`, 9000) + "1" + strings.Repeat("}", 9000),
	"deep in a member":   `{"head":` + strings.Repeat("[", 25_000) + strings.Repeat("]", 25_000) + `,"body":{}}`,
	"members":            "{" + many(60_000, func(i int) string { return fmt.Sprintf(`"m%d":"",`, i) }) + `"z":1}`,
	"one member":         "{" + strings.Repeat(`"merid":"89900001",`, 3000) + `"z":1}`,
	"colliding members":  "{" + many(60_000, func(i int) string { return `"` + strings.TrimSuffix(colliding(i), "=&") + `":0,` }) + `"z":1}`,
	"a number":           `{"txnamt":` + strings.Repeat("9", 60_000) + `}`,
	"an exponent":        `{"txnamt":1e999999999999,"amount":1e-999999999999}`,
	"escapes":            `{"merid":"` + strings.Repeat(`\u0000`, 10_000) + `"}`,
	"half surrogates":    `{"merid":"` + strings.Repeat(`\ud800`, 10_000) + `"}`,
	"not UTF-8":          `{"merid":"` + strings.Repeat("\xff", 60_000) + `"}`,
	"blanks":             strings.Repeat(" ", 60_000) + "{}",
}

// many is a text of so many bytes of pieces.
func many(size int, piece func(i int) string) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		b.WriteString(piece(i))
	}
	return b.String()
}

// colliding is the name of a parameter: all have the same hash in Java's String.
func colliding(i int) string {
	var b strings.Builder
	for bit := range 16 {
		b.WriteString([]string{"Aa", "BB"}[i>>bit&1])
	}
	return b.String() + "=&"
}

// TestHostileForms sends forms and messages that cost their reader more than their
// sender, some at a time. Each is refused in the form that its sender reads, and memory
// stays within what is promised.
func TestHostileForms(t *testing.T) {
	t.Parallel()
	w := startWorld(t, settings{})
	w.paysAndIsNoticed(1)
	before := w.bridge.liveMiB()
	for _, path := range []string{"/api/mpgateway", "/api/query", "/api/cancel", "/onepay/notify", "/wxjsapi/gopay.html"} {
		for name, form := range hostileForms {
			t.Run(path+"/"+name, func(t *testing.T) { w.refusesForm(t, path, form.contentType, form.body) })
		}
	}
	merchant, own := gatewayKeys(t, "gm")
	gateway := codecOf(t, "gm", own, merchant)
	for name, message := range hostileMessages {
		for _, path := range []string{"/api/mpgateway", "/api/query", "/api/cancel"} {
			t.Run(path+"/"+name, func(t *testing.T) { w.refusesForm(t, path, "", handMade(message, shops["gm"].Key)) })
		}
		t.Run("notice/"+name, func(t *testing.T) {
			e, err := gateway.Seal(shops["gm"].Gateway, "N1", []byte(message))
			if err != nil {
				t.Fatal(err)
			}
			w.refusesForm(t, "/onepay/notify", "", e.Encode())
		})
	}
	w.bridge.comesDownTo(before + roomMiB)
	if n := w.bridge.metrics()["paybridge_panics_total"]; n > 0 {
		t.Errorf("%v panics", n)
	}
	w.paysAndIsNoticed(1)
	w.rest()
}

// refusesForm sends a form twice at a time and checks the answers.
func (w *world) refusesForm(t *testing.T, path, contentType, body string) {
	t.Helper()
	t.Parallel()
	for range 2 {
		r, err := http.NewRequestWithContext(w.ctx(), http.MethodPost, w.bridge.url+path, bytes.NewReader([]byte(body)))
		if err != nil {
			t.Fatal(err)
		}
		if contentType != "" {
			r.Header.Set("Content-Type", contentType)
		}
		resp, err := httpclient.Client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		switch {
		case err != nil:
			t.Error(err)
		case strings.HasPrefix(path, "/api/"):
			mustBeReply(t, resp.StatusCode, text, "90", "91", "96")
		case path == "/onepay/notify" && string(text) != "fail":
			t.Errorf("answered with %q", text)
		case path == "/wxjsapi/gopay.html" && (resp.StatusCode != http.StatusBadRequest || !bytes.Contains(text, []byte("</html>"))):
			t.Errorf("a payer is shown %d %s", resp.StatusCode, text)
		}
	}
}
