package merchants

import (
	"path/filepath"
	"regexp"
	"strings"
)

// The longest text without a folder in it, and the longest at all, that may be
// the path of a key file, in bytes.
const (
	maxName = 100
	maxPath = 255

	// maxExt is the longest ending of a file that a path is recognised by:
	// ".pem", ".key".
	maxExt = 5
)

// keyForms are how keys look that somebody wrote where the path of one belongs.
// Both suites' private keys begin, as DER, with 30; as base64, with M. Line ends
// may have become the two characters \n on the way.
var keyForms = []*regexp.Regexp{
	regexp.MustCompile(`-----BEGIN`),                                   // PEM
	regexp.MustCompile(`^\s*MI\S{62}|^\s*M[0-9A-Za-z+/=\s]{99,}$`),     // base64 of DER
	regexp.MustCompile(`^\s*30(?:[\s:]?[0-9A-Fa-f]){6,}\s*$`),          // DER in hex
	regexp.MustCompile(`^\s*(?:0[xX])?(?:[\s:]?[0-9A-Fa-f]){64,}\s*$`), // an SM2 key's number in hex
	regexp.MustCompile(`^\s*[0-9A-Za-z+/_-]{43}=?\s*$`),                // the same in base64
}

// keyScheme is what the name of a key begins with that is in no file. Two letters
// and a colon are how keys are written in hex.
var keyScheme = regexp.MustCompile(`^([a-z][a-z0-9]{2,31}):`)

// tokenScheme is what the name of a key in a PKCS#11 token begins with.
const tokenScheme = "pkcs11:"

// KeyScheme is the scheme of a name like pkcs11:token=pay;object=k1, "" where there
// is none.
func KeyScheme(name string) string {
	if found := keyScheme.FindStringSubmatch(name); found != nil {
		return found[1]
	}
	return ""
}

// tellsPIN reports whether the PIN of a key stands in its PKCS#11 URI.
func tellsPIN(name string) bool {
	return KeyScheme(name) != "" && strings.Contains(strings.ToLower(name), "pin-value")
}

// looksLikeKey tells a key from a path. In doubt it is a key: a path taken for
// one is refused in words that show nothing, a key taken for a path is shown.
func looksLikeKey(text string) bool {
	for _, form := range keyForms {
		if form.MatchString(text) {
			return true
		}
	}
	if KeyScheme(text) != "" {
		return false
	}
	inFolder := strings.ContainsAny(text, "/"+string(filepath.Separator))
	return len(text) > maxPath || (len(text) > maxName && !inFolder)
}
