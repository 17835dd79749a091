package p11kit

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

// Scheme is what a PKCS#11 URI begins with.
const Scheme = "pkcs11:"

// maxURI is the longest URI that is read, in bytes, as it is written and as it is told.
const maxURI = 2048

// URI names one private key in a token (RFC 7512). It holds no secret.
type URI struct {
	token   []pair // which token it is in
	object  []pair // which key of it
	module  string // its library, "" = not told
	pinFile string
}

// pair is an attribute of a URI, without its escapes.
type pair struct{ name, value string }

// tokenNames are the attributes that a token is found by, in canonical order.
var tokenNames = []string{"token", "manufacturer", "serial", "model"}

// objectNames are those that a key is found by.
var objectNames = []string{"object", "id"}

// refusedNames are attributes that RFC 7512 knows and this package does not use,
// with what to do instead.
var refusedNames = map[string]string{
	"slot-id":             "name the token by token= or serial=",
	"slot-description":    "name the token by token= or serial=",
	"slot-manufacturer":   "name the token by token= or serial=",
	"library-description": "leave it out", "library-manufacturer": "leave it out", "library-version": "leave it out",
	"module-name": "name the library by its path, module-path=",
}

// ErrPINInURI refuses a PIN that stands in a URI, where it would be shown
// together with the name of the key.
var ErrPINInURI = errors.New("pin-value= puts the PIN into the URI, where everybody reads it: take it out, and give the PIN apart")

// ParseURI reads a PKCS#11 URI, in which module-path= may name the token's library.
// Of the PIN it takes only the name of a file (pin-source=file:PATH, or an absolute
// path). Errors hold nothing of a PIN.
func ParseURI(text string) (URI, error) {
	rest, ok := strings.CutPrefix(text, Scheme)
	if !ok {
		return URI{}, errors.New("no PKCS#11 URI: one begins with " + Scheme + "token=")
	}
	if len(text) > maxURI {
		return URI{}, fmt.Errorf("a PKCS#11 URI of %d bytes is longer than %d", len(text), maxURI)
	}
	path, query, _ := strings.Cut(rest, "?")
	if strings.Contains(strings.ToLower(text), "pin-value") {
		return URI{}, ErrPINInURI
	}
	var u URI
	seen := make(map[string]bool)
	for part := range strings.SplitSeq(path, ";") {
		if part == "" && path == "" {
			break
		}
		if err := u.take(part, seen, u.addPath); err != nil {
			return URI{}, err
		}
	}
	for part := range strings.SplitSeq(query, "&") {
		if part == "" && query == "" {
			break
		}
		if err := u.take(part, seen, u.addQuery); err != nil {
			return URI{}, err
		}
	}
	if len(u.object) == 0 {
		return URI{}, errors.New("the PKCS#11 URI names no key: add object=LABEL or id=%01 of the private key")
	}
	if told := u.String(); len(told) > maxURI {
		return URI{}, fmt.Errorf("a PKCS#11 URI of %d bytes, percent-encoded, is longer than %d", len(told), maxURI)
	}
	return u, nil
}

// take reads one attribute.
func (u *URI) take(part string, seen map[string]bool, add func(name, value string) error) error {
	name, escaped, ok := strings.Cut(part, "=")
	if !ok || name == "" {
		return errors.New("the PKCS#11 URI has a part that is not NAME=VALUE: write ; between token= and object=, and %3B for one in a name")
	}
	value, err := url.PathUnescape(escaped)
	switch {
	case err != nil:
		return fmt.Errorf("the PKCS#11 URI: %.30s=: a %% is followed by two hex digits; write %%25 for itself", name)
	case value == "":
		return fmt.Errorf("the PKCS#11 URI: %.30s= is empty: leave it out", name)
	case seen[name]:
		return fmt.Errorf("the PKCS#11 URI: %.30s= is given twice", name)
	}
	seen[name] = true
	return add(name, value)
}

func (u *URI) addPath(name, value string) error {
	switch {
	case slices.Contains(tokenNames, name):
		u.token = append(u.token, pair{name, value})
	case slices.Contains(objectNames, name):
		u.object = append(u.object, pair{name, value})
	case name == "type":
		if value != "private" {
			return errors.New("the PKCS#11 URI: type= must be private: a private key is needed")
		}
	default:
		return refusedName(name)
	}
	return nil
}

func (u *URI) addQuery(name, value string) error {
	switch name {
	case "module-path":
		if !filepath.IsAbs(value) {
			return errors.New("the PKCS#11 URI: module-path= must be the absolute path of the token's PKCS#11 library")
		}
		u.module = value
	case "pin-source":
		path := strings.TrimPrefix(value, "file:")
		path = strings.TrimPrefix(path, "//") // file:///etc/pin
		if !filepath.IsAbs(path) {
			return errors.New("the PKCS#11 URI: pin-source= must be file: and the absolute path of a file with the PIN in it")
		}
		u.pinFile = path
	default:
		return refusedName(name)
	}
	return nil
}

func refusedName(name string) error {
	if advice := refusedNames[name]; advice != "" {
		return fmt.Errorf("the PKCS#11 URI: %s= is not used: %s", name, advice)
	}
	return fmt.Errorf("the PKCS#11 URI: %.30q is not known; write token=, serial=, model=, manufacturer=, object=, id=, and ; between them", name)
}

// String is the URI without its query, in canonical order and spelling.
func (u URI) String() string {
	return Scheme + joined(slices.Concat(ordered(u.token, tokenNames), ordered(u.object, objectNames)))
}

// Token is the part of the URI that names the token.
func (u URI) Token() string { return Scheme + joined(ordered(u.token, tokenNames)) }

// ordered sorts attributes by their place in a list.
func ordered(pairs []pair, names []string) []pair {
	sorted := slices.Clone(pairs)
	slices.SortFunc(sorted, func(a, b pair) int { return slices.Index(names, a.name) - slices.Index(names, b.name) })
	return sorted
}

func joined(pairs []pair) string {
	parts := make([]string, len(pairs))
	for i, p := range pairs {
		parts[i] = p.name + "=" + escaped(p)
	}
	return strings.Join(parts, ";")
}

// escaped writes a value; an id, which is bytes, wholly in escapes.
func escaped(p pair) string {
	var out strings.Builder
	for i := range len(p.value) {
		b := p.value[i]
		if p.name != "id" && (b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || strings.IndexByte("-_.~", b) >= 0) {
			out.WriteByte(b)
			continue
		}
		fmt.Fprintf(&out, "%%%02X", b)
	}
	return out.String()
}

// attributes are what the key is looked for by.
func (u URI) attributes(class uint64) []attribute {
	list := []attribute{{kind: attrClass, number: class}}
	for _, p := range u.object {
		kind := uint32(attrLabel)
		if p.name == "id" {
			kind = attrID
		}
		list = append(list, attribute{kind: kind, bytes: []byte(p.value)})
	}
	return list
}

// names reports whether the URI means a token.
func (u URI) names(t token) bool {
	has := map[string]string{"token": t.label, "manufacturer": t.manufacturer, "serial": t.serial, "model": t.model}
	for _, p := range u.token {
		if has[p.name] != p.value {
			return false
		}
	}
	return true
}
