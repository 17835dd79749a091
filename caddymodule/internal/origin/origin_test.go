package origin

import (
	"net/url"
	"slices"
	"testing"
)

func TestSpellings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		scheme, host string
		want         []string
	}{
		{"https", "shop.example", []string{"shop.example", "shop.example:443"}},
		{"https", "shop.example:443", []string{"shop.example", "shop.example:443"}},
		{"http", "shop.example:80", []string{"shop.example", "shop.example:80"}},
		{"http", "shop.example:443", []string{"shop.example:443"}},
		{"https", "shop.example:80", []string{"shop.example:80"}},
		{"https", "shop.example:8443", []string{"shop.example:8443"}},
		{"https", "[::1]:443", []string{"[::1]", "[::1]:443"}},
		{"http", "[::1]", []string{"[::1]", "[::1]:80"}},
		{"ftp", "shop.example:21", []string{"shop.example:21"}},
		{"ftp", "shop.example", []string{"shop.example"}},
	} {
		got := Spellings(test.scheme, test.host)
		if !slices.Equal(got, test.want) || Host(test.scheme, test.host) != test.want[0] {
			t.Errorf("%s://%s: %q, want %q", test.scheme, test.host, got, test.want)
		}
	}
}

func TestPort(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://shop.example": "443", "http://shop.example": "80", "https://shop.example:8443/a": "8443", "http://[::1]": "80", "ftp://shop.example": "",
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := Port(u); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}

func TestLoopback(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "127.8.0.1": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "0.0.0.0": false, "10.0.0.1": false, "localhost.example": false, "shop.example": false, "::": false, "[::1]": false,
	} {
		if Loopback(host) != want {
			t.Errorf("%q: %t", host, !want)
		}
	}
}
