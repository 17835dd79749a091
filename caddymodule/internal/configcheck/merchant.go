package configcheck

import (
	"net/netip"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	"github.com/paybridge/paybridge/translate"
)

// of begins a finding about a merchant's directive.
func of(m merchants.Config, directive string) Finding {
	return Finding{Directive: "merchant " + m.MerID + ": " + directive, At: m.At(directive)}
}

// say completes a finding.
func (f Finding) say(text bilingual.Said) Finding {
	f.Text = text
	return f
}

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// subjects finds what payers would read as it stands.
func subjects(c Config) []Finding {
	found := subject(Finding{Directive: "subject", At: c.Source.At("subject")}, c.Subject)
	for _, m := range c.Merchants {
		found = append(found, subject(of(m, "subject"), m.Subject)...)
	}
	return found
}

func subject(of Finding, text string) []Finding {
	var found []Finding
	if strings.ContainsRune(text, utf8.RuneError) {
		wrong := of.say(NotUTF8)
		wrong.Wrong = true
		found = append(found, wrong)
	}
	for _, p := range placeholder.FindAllString(text, -1) {
		if p != translate.SubjectOrderID {
			found = append(found, of.say(say("%s is not known and is shown to payers as it stands; %s is the only placeholder", p, translate.SubjectOrderID)))
		}
	}
	return found
}

// NotUTF8 is what is wrong with a file in another encoding.
var NotUTF8 = say("not UTF-8; save the configuration as UTF-8 (it looks like GBK or another encoding)")

// pastKeys finds previous keys that are refused already.
func pastKeys(c Config) []Finding {
	var found []Finding
	for _, m := range c.Merchants {
		for _, key := range []struct{ directive, until string }{
			{"previous_sign_key", m.PreviousSignKeyUntil},
			{"previous_private_key", m.PreviousPrivateKeyUntil},
			{"previous_gateway_key", m.PreviousGatewayKeyUntil},
		} {
			end, err := merchants.AfterDay(key.directive, key.until)
			if err == nil && !end.IsZero() && !c.Now.Before(end) {
				found = append(found, of(m, key.directive).say(say("until %s is over, so the key is refused; remove it, or name a later day", key.until)))
			}
		}
	}
	return found
}

// allowedCallbacks finds networks that open more than is meant, or nothing.
func allowedCallbacks(c Config) []Finding {
	var found []Finding
	for _, m := range c.Merchants {
		for _, text := range m.AllowCallbacks {
			prefix, err := netip.ParsePrefix(text)
			if err != nil {
				continue // which loading the merchants says
			}
			for _, doubt := range doubts(prefix) {
				found = append(found, of(m, "allow_callbacks").say(say("%s %s", text, doubt)))
			}
		}
	}
	return found
}

func doubts(prefix netip.Prefix) []bilingual.Said {
	var list []bilingual.Said
	if masked := prefix.Masked(); masked != prefix {
		list = append(list, say("has bits set beyond its length and means %s; write that, or %s for one address",
			masked, netip.PrefixFrom(prefix.Addr(), prefix.Addr().BitLen())))
	}
	if prefix.Bits() == 0 {
		return append(list, say("opens every address, those inside your own network too; name the networks that are meant"))
	}
	if name, never := delivery.NeverCalled(prefix); never {
		list = append(list, say("has no effect: these addresses (%s) are never called", bilingual.CauseTerm(name)))
	}
	return list
}
