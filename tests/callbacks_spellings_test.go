package tests

import (
	"net/netip"
	"strings"
)

// The hosts of hostile callbacks. The bridge may call the own host of the merchant who
// sends them; the others are inside, where it must not go: 127.0.0.1 and 127.0.0.2.
const (
	ownHost   = "127.0.0.3"
	innerHost = "127.0.0.2"
)

// callback is an address that somebody gives to be notified at. {port} stands for the
// port of the services.
type callback struct {
	name, url string
	class     string // what an attempt to call it comes to; of several words any
}

func (c callback) at(port string) string { return strings.ReplaceAll(c.url, "{port}", port) }

// blockedCallbacks are the ways to write an inner address, or an address that leads
// there.
var blockedCallbacks = []callback{
	{"dotted", "http://127.0.0.2:{port}/n", "blocked"},
	{"decimal", "http://2130706434:{port}/n", "blocked"},
	{"octal", "http://017700000002:{port}/n", "blocked"},
	{"octal parts", "http://0177.0.0.02:{port}/n", "blocked"},
	{"hexadecimal", "http://0x7f000002:{port}/n", "blocked"},
	{"hexadecimal parts", "http://0x7f.0.0.0x2:{port}/n", "blocked"},
	{"mixed parts", "http://0177.0x0.0.2:{port}/n", "blocked"},
	{"two parts", "http://127.2:{port}/n", "blocked"},
	{"three parts", "http://127.0.2:{port}/n", "blocked"},
	{"one part too large", "http://4424673794:{port}/n", "blocked"},
	{"leading zeros", "http://127.000.000.002:{port}/n", "blocked"},
	{"dot behind", "http://127.0.0.2.:{port}/n", "blocked"},
	{"no port", "http://127.0.0.2:/n", "blocked"},
	{"https", "https://127.0.0.2:{port}/n", "blocked"},
	{"capital scheme", "HTTP://127.0.0.2:{port}/n", "blocked"},
	{"port with zeros", "http://127.0.0.2:00{port}/n", "blocked"},
	{"fragment", "http://127.0.0.2:{port}#@127.0.0.3:{port}/n", "blocked"},
	{"question mark", "http://127.0.0.2:{port}?@127.0.0.3:{port}/n", "blocked"},

	{"IPv6 loopback", "http://[::1]:{port}/n", "blocked"},
	{"IPv6 loopback in full", "http://[0:0:0:0:0:0:0:1]:{port}/n", "blocked"},
	{"IPv6 loopback, zone", "http://[::1%25lo]:{port}/n", "blocked"},
	{"mapped", "http://[::ffff:127.0.0.2]:{port}/n", "blocked"},
	{"mapped, hexadecimal", "http://[::ffff:7f00:2]:{port}/n", "blocked"},
	{"mapped in full", "http://[0000:0000:0000:0000:0000:FFFF:7F00:0002]:{port}/n", "blocked"},
	{"mapped, zone", "http://[::ffff:127.0.0.2%25lo]:{port}/n", "blocked"},
	{"compatible", "http://[::127.0.0.2]:{port}/n", "blocked"},
	{"translated", "http://[::ffff:0:127.0.0.2]:{port}/n", "blocked"},
	{"NAT64", "http://[64:ff9b::127.0.0.2]:{port}/n", "blocked"},
	{"local NAT64", "http://[64:ff9b:1::127.0.0.2]:{port}/n", "blocked"},
	{"6to4", "http://[2002:7f00:2::1]:{port}/n", "blocked"},
	{"Teredo", "http://[2001:0:7f00:2::80ff:fffd]:{port}/n", "blocked"},
	{"link-local, zone", "http://[fe80::1%25lo]:{port}/n", "blocked"},
	{"unspecified", "http://0.0.0.0:{port}/n", "blocked"},
	{"unspecified, short", "http://0:{port}/n", "blocked"},
	{"unspecified IPv6", "http://[::]:{port}/n", "blocked"},

	{"metadata", "http://169.254.169.254/latest/meta-data/", "blocked"},
	{"metadata, decimal", "http://2852039166/latest/meta-data/", "blocked"},
	{"metadata, mapped", "http://[::ffff:169.254.169.254]/latest/meta-data/", "blocked"},
	{"metadata of AWS, IPv6", "http://[fd00:ec2::254]/latest/meta-data/", "blocked"},
	{"metadata of Alibaba Cloud", "http://100.100.100.200/latest/meta-data/", "blocked"},

	{"full-width digits", "http://１２７.０.０.２:{port}/n", "blocked"},
	{"circled digits", "http://①②⑦.⓪.⓪.②:{port}/n", "blocked"},
	{"ideographic stops", "http://127。0。0。2:{port}/n", "blocked"},
	{"full-width name", "http://ｌｏｃａｌｈｏｓｔ:{port}/n", "blocked"},
	{"soft hyphen", "http://127.0.0.\u00ad2:{port}/n", "blocked"},

	{"localhost", "http://localhost:{port}/n", "blocked connect"},
	{"localhost, capitals and dot", "http://LocalHost.:{port}/n", "blocked connect"},
	{"name of an inner address", "http://inner.test:{port}/n", "blocked"},
	{"the same, dot behind", "http://inner.test.:{port}/n", "blocked"},
	{"name of a mapped address", "http://mapped.test:{port}/n", "blocked"},
	{"name of a NAT64 address", "http://nat64.test:{port}/n", "blocked"},
	{"name of the IPv6 loopback", "http://six.test:{port}/n", "blocked"},
	{"name of no address", "http://unspecified.test:{port}/n", "blocked"},
	{"name of metadata", "http://metadata.test/latest/meta-data/", "blocked"},
	{"name of many inner addresses", "http://many.test:{port}/n", "blocked"},
	{"name of its own, punycode", "http://xn--fiqs8s.test:{port}/n", "blocked"},
	{"name of its own, Chinese", "http://中国.test:{port}/n", "blocked"},
}

// refusedCallbacks are addresses that no pay request may have. A trial may have them.
var refusedCallbacks = []callback{
	{"percent-encoded", "http://%31%32%37.0.0.2:{port}/n", "bad_url"},
	{"user", "http://127.0.0.3:{port}@127.0.0.2:{port}/n", "bad_url"},
	{"user and password", "http://127.0.0.3:x@127.0.0.2:{port}/n", "bad_url"},
	{"user, percent-encoded", "http://127.0.0.3%3A{port}%2F@127.0.0.2:{port}/n", "bad_url"},
	{"backslash", `http://127.0.0.3:{port}\@127.0.0.2:{port}/n`, "bad_url"},
	{"tab in the host", "http://127.0.0.\t2:{port}/n", "bad_url"},
	{"line break in the host", "http://127.0.0.\r\n2:{port}/n", "bad_url"},
	{"NUL in the host", "http://127.0.0.2\x00.test:{port}/n", "bad_url"},
	{"port with a sign", "http://127.0.0.2:+{port}/n", "bad_url"},
	{"two ports", "http://127.0.0.3:{port}:{port}/n", "bad_url"},
	{"no scheme", "//127.0.0.2:{port}/n", "bad_url"},
	{"gopher", "gopher://127.0.0.2:{port}/_GET", "bad_url"},
	{"file", "file:///etc/passwd", "bad_url"},
	{"view-source", "view-source:http://127.0.0.2:{port}/n", "bad_url"},
}

// misleadingCallbacks may be called, and then try to lead the bridge on.
var misleadingCallbacks = []callback{
	{"redirect 300", "http://127.0.0.3:{port}/status/300", "redirect"},
	{"redirect 301", "http://127.0.0.3:{port}/status/301", "redirect"},
	{"redirect 302", "http://127.0.0.3:{port}/status/302", "redirect"},
	{"redirect 303", "http://127.0.0.3:{port}/status/303", "redirect"},
	{"redirect 305", "http://127.0.0.3:{port}/status/305", "redirect"},
	{"redirect 307", "http://127.0.0.3:{port}/status/307", "redirect"},
	{"redirect 308", "http://127.0.0.3:{port}/status/308", "redirect"},
	{"created elsewhere", "http://127.0.0.3:{port}/status/201", "refused"},
	{"refresh, other services", "http://127.0.0.3:{port}/status/200", "refused"},
	{"proxy wanted", "http://127.0.0.3:{port}/status/407", "http_status"},
	{"upgrade wanted", "http://127.0.0.3:{port}/status/426", "http_status"},
	{"own and inner address", "http://both.test:{port}/n", "refused"},
	{"inner from the second question on", "http://second.test:{port}/n", "refused blocked"},
	{"inner at the first question", "http://first.test:{port}/n", "refused blocked"},
	{"inner every other time", "http://odd.test:{port}/n", "refused blocked"},
	{"inner every other time, the other way", "http://even.test:{port}/n", "refused blocked"},
}

// namedHosts answers questions for the names of callbacks.
func namedHosts(name string, asked int) []netip.Addr {
	own, inner := netip.MustParseAddr(ownHost), netip.MustParseAddr(innerHost)
	turns := map[string]bool{"second.test": asked > 1, "first.test": asked <= 1, "odd.test": asked%2 == 1, "even.test": asked%2 == 0}
	if inside, known := turns[name]; known {
		if inside {
			return []netip.Addr{inner}
		}
		return []netip.Addr{own}
	}
	return map[string][]netip.Addr{
		"inner.test":       {inner},
		"xn--fiqs8s.test":  {inner},
		"both.test":        {inner, own},
		"many.test":        {inner, netip.MustParseAddr("127.0.0.1"), inner, netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("169.254.169.254")},
		"mapped.test":      {netip.AddrFrom16(inner.As16())},
		"nat64.test":       {netip.MustParseAddr("64:ff9b::7f00:2")},
		"six.test":         {netip.IPv6Loopback()},
		"unspecified.test": {netip.IPv4Unspecified()},
		"metadata.test":    {netip.MustParseAddr("169.254.169.254")},
	}[name]
}
