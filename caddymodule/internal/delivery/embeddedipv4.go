package delivery

import "net/netip"

// nat64 is the prefix under which an IPv6-only network reaches all of IPv4 (RFC
// 6052). What is behind such an address is what counts.
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// embeddings lists where ranges of IPv6 carry an IPv4 address to which a router
// or tunnel may pass a packet on. at are the places of the four bytes; inverted
// ones are stored with all bits flipped.
var embeddings = []struct {
	prefix   netip.Prefix
	at       [4]int
	inverted bool
}{
	{prefix: nat64, at: [4]int{12, 13, 14, 15}},
	{prefix: netip.MustParsePrefix("::/96"), at: [4]int{12, 13, 14, 15}},
	{prefix: netip.MustParsePrefix("::ffff:0:0:0/96"), at: [4]int{12, 13, 14, 15}},
	{prefix: netip.MustParsePrefix("2002::/16"), at: [4]int{2, 3, 4, 5}},
	{prefix: netip.MustParsePrefix("2001::/32"), at: [4]int{4, 5, 6, 7}},                     // Teredo server
	{prefix: netip.MustParsePrefix("2001::/32"), at: [4]int{12, 13, 14, 15}, inverted: true}, // Teredo client
	// RFC 8215 leaves open how long the translator's prefix is: 48, 56, 64 or
	// 96 bits. The places are those of RFC 6052 §2.2.
	{prefix: netip.MustParsePrefix("64:ff9b:1::/48"), at: [4]int{6, 7, 9, 10}},
	{prefix: netip.MustParsePrefix("64:ff9b:1::/48"), at: [4]int{7, 9, 10, 11}},
	{prefix: netip.MustParsePrefix("64:ff9b:1::/48"), at: [4]int{9, 10, 11, 12}},
	{prefix: netip.MustParsePrefix("64:ff9b:1::/48"), at: [4]int{12, 13, 14, 15}},
}

// embeddedIPv4 returns the IPv4 addresses that a, an IPv6 address, may lead to.
func embeddedIPv4(a netip.Addr) []netip.Addr {
	var found []netip.Addr
	bytes := a.As16()
	for _, e := range embeddings {
		if !e.prefix.Contains(a) {
			continue
		}
		var v4 [4]byte
		for i, at := range e.at {
			v4[i] = bytes[at]
			if e.inverted {
				v4[i] = ^v4[i]
			}
		}
		found = append(found, netip.AddrFrom4(v4))
	}
	return found
}
