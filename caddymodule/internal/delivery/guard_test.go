package delivery

import (
	"context"
	"errors"
	"net/netip"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

var everything = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}

func TestGuard(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		address string
		reason  string // "" when public
		opened  bool   // an allow-list of everything opens it
	}{
		{"public", "8.8.8.8", "", true},
		{"public, next to private", "172.32.0.1", "", true},
		{"public, next to private, below", "172.15.255.255", "", true},
		{"public, next to carrier NAT", "100.128.0.0", "", true},
		{"public, next to loopback", "128.0.0.1", "", true},
		{"public, next to multicast", "223.255.255.255", "", true},
		{"public IPv6", "2606:4700::1111", "", true},
		{"public, mapped", "::ffff:8.8.8.8", "", true},
		{"public through NAT64", "64:ff9b::8.8.8.8", "", true},

		{"loopback", "127.0.0.1", "loopback", true},
		{"loopback, other", "127.255.255.254", "loopback", true},
		{"loopback IPv6", "::1", "loopback", true},
		{"loopback, mapped", "::ffff:127.0.0.1", "loopback", true},
		{"loopback through NAT64", "64:ff9b::127.0.0.1", "loopback", true},
		{"loopback, compatible", "::127.0.0.1", "IPv4-compatible", true},
		{"loopback, translated", "::ffff:0:127.0.0.1", "translated", true},
		{"loopback by 6to4", "2002:7f00:1::", "6to4", true},
		{"loopback by Teredo", "2001:0:808:808:0:ffff:80ff:fffe", "Teredo", true},
		{"loopback through local NAT64", "64:ff9b:1::127.0.0.1", "local NAT64", true},

		{"private, 10", "10.0.0.0", "private", true},
		{"private, 10, last", "10.255.255.255", "private", true},
		{"private, 172", "172.16.0.1", "private", true},
		{"private, 172, last", "172.31.255.255", "private", true},
		{"private, 192", "192.168.1.1", "private", true},
		{"private, mapped", "::ffff:10.1.2.3", "private", true},
		{"private through NAT64", "64:ff9b::a01:203", "private", true},
		{"private by 6to4", "2002:c0a8:101::1", "6to4", true},
		{"unique local", "fc00::1", "private", true},
		{"unique local, fd", "fdff::1", "private", true},
		{"site-local", "fec0::1", "private", true},
		{"carrier NAT", "100.64.0.1", "carrier NAT", true},
		{"carrier NAT, last", "100.127.255.255", "carrier NAT", true},
		{"protocol assignments", "192.0.0.8", "protocol", true},
		{"6to4 relay", "192.88.99.1", "6to4 relay", true},
		{"benchmarking", "198.18.0.1", "benchmarking", true},
		{"benchmarking, last", "198.19.255.255", "benchmarking", true},
		{"benchmarking IPv6", "2001:2::1", "benchmarking", true},
		{"documentation, 1", "192.0.2.1", "documentation", true},
		{"documentation, 2", "198.51.100.1", "documentation", true},
		{"documentation, 3", "203.0.113.1", "documentation", true},
		{"documentation IPv6", "2001:db8::1", "documentation", true},
		{"documentation IPv6, new", "3fff:fff::1", "documentation", true},
		{"Teredo to a public address", "2001:0:808:808::f7f7:f7f7", "Teredo", true},
		{"ORCHID", "2001:10::1", "protocol", true},
		{"ORCHID 2", "2001:20::1", "protocol", true},
		{"6to4 to a public address", "2002:808:808::1", "6to4", true},
		{"6bone", "3ffe::1", "6bone", true},
		{"segment routing", "5f00::1", "segment routing", true},
		{"discard", "100::1", "discard", true},
		{"dummy", "100:0:0:1::1", "dummy", true},
		{"IPv4-compatible", "::8.8.8.8", "IPv4-compatible", true},
		{"translated", "::ffff:0:8.8.8.8", "translated", true},
		{"not given out", "4000::1", "not global unicast", true},
		{"not given out, low", "1::1", "not global unicast", true},

		{"metadata", "169.254.169.254", "link-local", false},
		{"metadata, mapped", "::ffff:169.254.169.254", "link-local", false},
		{"metadata, compatible", "::169.254.169.254", "leads to 169.254.169.254, link-local", false},
		{"metadata through NAT64", "64:ff9b::a9fe:a9fe", "link-local", false},
		{"metadata through local NAT64, 96", "64:ff9b:1::a9fe:a9fe", "leads to 169.254.169.254, link-local", false},
		{"metadata through local NAT64, 64", "64:ff9b:1:0:a9:fea9:fe00::", "leads to 169.254.169.254, link-local", false},
		{"metadata through local NAT64, 56", "64:ff9b:1:a9:fe:a9fe::", "leads to 169.254.169.254, link-local", false},
		{"metadata through local NAT64, 48", "64:ff9b:1:a9fe:a9:fe00::", "leads to 169.254.169.254, link-local", false},
		{"metadata, translated", "::ffff:0:a9fe:a9fe", "leads to 169.254.169.254, link-local", false},
		{"metadata by 6to4", "2002:a9fe:a9fe::1", "leads to 169.254.169.254, link-local", false},
		{"metadata by Teredo", "2001:0:808:808::5601:5601", "leads to 169.254.169.254, link-local", false},
		{"metadata as Teredo server", "2001:0:a9fe:a9fe::f7f7:f7f7", "leads to 169.254.169.254, link-local", false},
		{"metadata of containers", "169.254.170.2", "link-local", false},
		{"metadata of pods", "169.254.170.23", "link-local", false},
		{"metadata of Tencent Cloud", "169.254.0.23", "link-local", false},
		{"metadata of AWS, IPv6", "fd00:ec2::254", "cloud metadata", false},
		{"metadata of Alibaba Cloud", "100.100.100.200", "cloud metadata", false},
		{"metadata of Alibaba Cloud, mapped", "::ffff:100.100.100.200", "cloud metadata", false},
		{"metadata of Azure", "168.63.129.16", "cloud metadata", false},
		{"metadata of Azure through NAT64", "64:ff9b::168.63.129.16", "cloud metadata", false},
		{"metadata of Oracle Cloud", "192.0.0.192", "cloud metadata", false},
		{"metadata of Google Cloud, IPv6", "fd20:ce::254", "cloud metadata", false},
		{"metadata of Scaleway, IPv6", "fd00:42::42", "cloud metadata", false},
		{"metadata of OpenStack, IPv6", "fe80::a9fe:a9fe", "link-local", false},
		{"link-local", "169.254.1.1", "link-local", false},
		{"link-local IPv6", "fe80::1", "link-local", false},
		{"link-local IPv6, zone", "fe80::1%eth0", "link-local", false},
		{"unspecified", "0.0.0.0", "this network", false},
		{"this network", "0.1.2.3", "this network", false},
		{"unspecified IPv6", "::", "unspecified", false},
		{"unspecified, mapped", "::ffff:0.0.0.0", "this network", false},
		{"multicast", "224.0.0.1", "multicast", false},
		{"multicast, last", "239.255.255.255", "multicast", false},
		{"multicast IPv6", "ff02::1", "multicast", false},
		{"reserved", "240.0.0.1", "reserved", false},
		{"broadcast", "255.255.255.255", "broadcast", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := netip.MustParseAddr(test.address)
			if got := reasonOf(t, guard{}.check(a)); got != test.reason {
				t.Errorf("refused as %q, want %q", got, test.reason)
			}
			if opened := (guard{everything}).check(a) == nil; opened != test.opened {
				t.Errorf("opened by an allow-list of everything: %v, want %v", opened, test.opened)
			}
		})
	}
}

func reasonOf(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var blocked *blockedError
	if !errors.As(err, &blocked) {
		t.Fatalf("error of type %T", err)
	}
	return blocked.reason
}

// Every range of the table is refused from its first to its last address.
func TestSpecialRanges(t *testing.T) {
	t.Parallel()
	for _, s := range specials {
		t.Run(s.prefix.String(), func(t *testing.T) {
			t.Parallel()
			if s.prefix != s.prefix.Masked() {
				t.Errorf("bits set behind the prefix; want %s", s.prefix.Masked())
			}
			if zh := bilingual.CauseTerm(s.name).In(bilingual.Zh); zh == s.name {
				t.Errorf("%q has no Chinese", s.name)
			}
			for _, a := range []netip.Addr{s.prefix.Addr(), lastOf(s.prefix)} {
				if (guard{}).check(a) == nil {
					t.Errorf("%s is taken for public", a)
				}
				if opened := (guard{everything}).check(a) == nil; opened && s.never {
					t.Errorf("%s is opened by an allow-list", a)
				}
			}
		})
	}
}

func lastOf(p netip.Prefix) netip.Addr {
	bytes := p.Addr().AsSlice()
	for i := p.Bits(); i < len(bytes)*8; i++ {
		bytes[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(bytes)
	return a
}

func TestAllowList(t *testing.T) {
	t.Parallel()
	g := guard{[]netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd12::/16")}}
	tests := []struct {
		address string
		open    bool
	}{
		{"10.1.2.3", true},
		{"::ffff:10.1.2.3", true},
		{"64:ff9b::10.1.2.3", true},
		{"fd12::1", true},
		{"8.8.8.8", true},
		{"10.2.0.1", false},
		{"fd13::1", false},
		{"127.0.0.1", false},
		{"2002:a01:203::1", false},
	}
	for _, test := range tests {
		t.Run(test.address, func(t *testing.T) {
			t.Parallel()
			if err := g.check(netip.MustParseAddr(test.address)); (err == nil) != test.open {
				t.Errorf("%v, want open: %v", err, test.open)
			}
		})
	}
}

func TestControl(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, network, address string
		open                   bool
	}{
		{"IPv4", "tcp4", "8.8.8.8:443", true},
		{"IPv6", "tcp6", "[2606:4700::1111]:443", true},
		{"private", "tcp4", "10.0.0.1:80", false},
		{"zone", "tcp6", "[fe80::1%1]:80", false},
		{"UDP", "udp4", "8.8.8.8:443", false},
		{"Unix socket", "unix", "/run/x.sock", false},
		{"no address", "tcp4", "example.com:80", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := guard{}.control(context.Background(), test.network, test.address, nil)
			if (err == nil) != test.open {
				t.Errorf("%v, want open: %v", err, test.open)
			}
		})
	}
}

// FuzzGuard holds the table against what the standard library knows of
// addresses.
func FuzzGuard(f *testing.F) {
	for _, address := range []string{"8.8.8.8", "169.254.169.254", "64:ff9b::1.2.3.4", "2606:4700::1111", "ff02::1"} {
		f.Add(netip.MustParseAddr(address).AsSlice())
	}
	f.Fuzz(func(t *testing.T, bytes []byte) {
		a, ok := netip.AddrFromSlice(bytes)
		if !ok {
			return
		}
		strict, lax := guard{}.check(a), guard{everything}.check(a)
		b := a.Unmap()
		if strict == nil && (!b.IsGlobalUnicast() || b.IsPrivate() || b.IsLoopback()) {
			t.Errorf("%s is taken for public", a)
		}
		if lax == nil && (b.IsUnspecified() || b.IsMulticast() || b.IsLinkLocalUnicast()) {
			t.Errorf("%s is opened by an allow-list", a)
		}
		if strict == nil && lax != nil {
			t.Errorf("%s is public but not with an allow-list of everything: %v", a, lax)
		}
	})
}
