package explain

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// spelling is how a digest may have been written as sign. The zero causeText says
// that it is the right one: hex in either case.
type spelling struct {
	causeText
	// fits reports whether sign is the digest, given in lower-case hex.
	fits func(digest, sign string) bool
}

// spellings are tried from top to bottom. The first is the right one.
var spellings = []spelling{
	{fits: strings.EqualFold},
	{fits: withoutLeadingZeros, causeText: causeText{
		name:     "sign_zeros_lost",
		happened: "Zeros of the md5 are missing in sign: the bytes were written as numbers. One request in a few has none to lose and works.",
		advice:   "Tell the merchant: write each byte of the md5 as two hex digits, 32 in all (in Java not BigInteger.toString(16)).",
	}},
	{fits: decorated, causeText: causeText{
		name:     "sign_decorated",
		happened: "The md5 is right, but sign has more in it: blanks, line ends, quotes, dashes or 0x.",
		advice:   "Tell the merchant: send the bare 32 hex digits (in .NET take the dashes of BitConverter out).",
	}},
	{fits: asBase64Text, causeText: causeText{
		name:     "sign_in_base64",
		happened: "The md5 is right, but sign is written in base64.",
		advice:   "Tell the merchant: write sign as 32 hex digits.",
	}},
	{fits: middle, causeText: causeText{
		name:     "sign_of_16_digits",
		happened: "Sign is the short md5: the 16 digits in the middle of the 32.",
		advice:   "Tell the merchant: send all 32 hex digits of the md5.",
	}},
	{fits: cutOff, causeText: causeText{
		name:     "sign_cut_off",
		happened: "Sign is the beginning of the right md5; the rest is missing.",
		advice:   "Tell the merchant: send all 32 hex digits; perhaps a column or buffer is too short.",
	}},
}

// shortestSign keeps a sign of a few digits from fitting by chance.
const shortestSign = 8

// withoutLeadingZeros fits a digest printed as one number, or byte by byte
// without a leading zero.
func withoutLeadingZeros(digest, sign string) bool {
	if len(sign) >= len(digest) || len(sign) < shortestSign {
		return false
	}
	raw, err := hex.DecodeString(digest)
	if err != nil {
		return false
	}
	var bytewise strings.Builder
	for _, b := range raw {
		if b < 0x10 {
			bytewise.WriteString(hex.EncodeToString([]byte{b})[1:])
			continue
		}
		bytewise.WriteString(hex.EncodeToString([]byte{b}))
	}
	return strings.EqualFold(strings.TrimLeft(digest, "0"), sign) || strings.EqualFold(bytewise.String(), sign)
}

func decorated(digest, sign string) bool {
	bare := strings.NewReplacer(" ", "", "\n", "", "\r", "", "\t", "", `"`, "", "'", "", "-", "", ":", "", "{", "", "}", "").Replace(sign)
	bare = strings.TrimPrefix(strings.TrimPrefix(bare, "0x"), "0X")
	return bare != sign && strings.EqualFold(digest, bare)
}

func asBase64Text(digest, sign string) bool {
	raw, err := hex.DecodeString(digest)
	if err != nil {
		return false
	}
	// A form decoding has turned "+" into blanks.
	sign = strings.TrimRight(strings.ReplaceAll(sign, " ", "+"), "=\r\n")
	for _, text := range []string{string(raw), digest, strings.ToUpper(digest)} {
		if sign == base64.RawStdEncoding.EncodeToString([]byte(text)) {
			return true
		}
	}
	return false
}

func middle(digest, sign string) bool {
	return len(digest) == 32 && strings.EqualFold(digest[8:24], sign)
}

func cutOff(digest, sign string) bool {
	return len(sign) >= shortestSign && len(sign) < len(digest) && strings.EqualFold(digest[:len(sign)], sign)
}
