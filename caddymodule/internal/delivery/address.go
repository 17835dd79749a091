package delivery

import "net/netip"

// special is a range of addresses that are not public.
type special struct {
	prefix netip.Prefix
	name   string // for the operator's log
	never  bool   // no allow-list opens it
	// metadata: it must not be reached through IPv6 that leads to it either.
	metadata bool
}

// specials lists what is not public. The ranges and most names are those of the
// IANA IPv4 and IPv6 Special-Purpose Address Registries; the RFC or the operator
// that set a range apart stands behind it. IPv6 addresses outside 2000::/3, the
// only range that is given out for the internet, need not be listed to be
// refused (see check); they are where their name helps or they are never opened.
//
// The more particular range stands first.
var specials = []special{
	// Services that give credentials to whoever asks from inside. The clouds
	// place them in link-local ranges, which are closed as a whole, with these
	// exceptions.
	metadata("100.100.100.200/32", "cloud metadata"), // Alibaba Cloud
	metadata("168.63.129.16/32", "cloud metadata"),   // Azure; a public address
	metadata("192.0.0.192/32", "cloud metadata"),     // Oracle Cloud Classic
	metadata("fd00:ec2::/32", "cloud metadata"),      // AWS
	metadata("fd20:ce::254/128", "cloud metadata"),   // Google Cloud
	metadata("fd00:42::42/128", "cloud metadata"),    // Scaleway
	metadata("169.254.0.0/16", "link-local"),         // RFC 3927; metadata at 169.254.169.254 and others
	metadata("fe80::/10", "link-local"),              // RFC 4291; metadata of OpenStack at fe80::a9fe:a9fe

	// No address of one host.
	never("0.0.0.0/8", "this network"),        // RFC 791; Linux connects 0.0.0.0 to itself
	never("224.0.0.0/4", "multicast"),         // RFC 5771
	never("255.255.255.255/32", "broadcast"),  // RFC 8190
	never("240.0.0.0/4", "reserved"),          // RFC 1112
	never("::/128", "unspecified"),            // RFC 4291
	never("ff00::/8", "multicast"),            // RFC 4291
	openable("127.0.0.0/8", "loopback"),       // RFC 1122
	openable("::1/128", "loopback"),           // RFC 4291
	openable("10.0.0.0/8", "private"),         // RFC 1918
	openable("172.16.0.0/12", "private"),      // RFC 1918
	openable("192.168.0.0/16", "private"),     // RFC 1918
	openable("fc00::/7", "private"),           // RFC 4193
	openable("fec0::/10", "private"),          // RFC 3879
	openable("100.64.0.0/10", "carrier NAT"),  // RFC 6598
	openable("198.18.0.0/15", "benchmarking"), // RFC 2544
	openable("2001:2::/48", "benchmarking"),   // RFC 5180
	openable("192.0.2.0/24", "documentation"), // RFC 5737
	openable("198.51.100.0/24", "documentation"),
	openable("203.0.113.0/24", "documentation"),
	openable("2001:db8::/32", "documentation"), // RFC 3849
	openable("3fff::/20", "documentation"),     // RFC 9637
	openable("192.0.0.0/24", "protocol"),       // RFC 6890
	openable("192.88.99.0/24", "6to4 relay"),   // RFC 7526
	openable("2001::/32", "Teredo"),            // RFC 4380
	openable("2001::/23", "protocol"),          // RFC 2928; ORCHID and others
	openable("2002::/16", "6to4"),              // RFC 3056
	openable("3ffe::/16", "6bone"),             // RFC 3701
	openable("5f00::/16", "segment routing"),   // RFC 9602
	openable("64:ff9b:1::/48", "local NAT64"),  // RFC 8215
	openable("::ffff:0:0:0/96", "translated"),  // RFC 2765
	openable("::/96", "IPv4-compatible"),       // RFC 4291
	openable("100::/64", "discard"),            // RFC 6666
	openable("100:0:0:1::/64", "dummy"),        // RFC 9780
}

func metadata(prefix, name string) special {
	return special{prefix: netip.MustParsePrefix(prefix), name: name, never: true, metadata: true}
}

func never(prefix, name string) special {
	return special{prefix: netip.MustParsePrefix(prefix), name: name, never: true}
}

func openable(prefix, name string) special {
	return special{prefix: netip.MustParsePrefix(prefix), name: name}
}

// globalUnicast is the part of IPv6 that is given out for the internet.
var globalUnicast = netip.MustParsePrefix("2000::/3")

// specialOf returns the range that a is in; ok is false when a is public.
func specialOf(a netip.Addr) (s special, ok bool) {
	for _, s := range specials {
		if s.prefix.Contains(a) {
			return s, true
		}
	}
	if a.Is6() && !globalUnicast.Contains(a) {
		return special{name: "not global unicast"}, true
	}
	return special{}, false
}

// NeverCalled reports whether all of a network is closed whatever allow_callbacks
// says, cloud metadata above all, and what it is.
func NeverCalled(network netip.Prefix) (name string, never bool) {
	for _, s := range specials {
		if s.never && s.prefix.Bits() <= network.Bits() && s.prefix.Contains(network.Addr()) {
			return s.name, true
		}
	}
	return "", false
}
