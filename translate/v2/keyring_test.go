package v2

import (
	"crypto"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The previous keys of these tests end at different times, so that each can be
// seen to end alone.
var (
	ownEnds  = time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC)
	peerEnds = ownEnds.Add(24 * time.Hour)
)

// changing is a merchant and a gateway that have both changed their keys, with a
// keyring of the merchant that takes the previous ones too.
type changing struct {
	suite               Suite
	merchant, gateway   party // now
	merchant0, gateway0 party // before
	ring                *Keyring
	seen                *reasons
}

func newChanging(tb testing.TB, s Suite) changing {
	tb.Helper()
	fresh := func() party { return newRSA(tb, 2048) }
	if s == GM {
		fresh = func() party { return newSM2(tb) }
	}
	w := changing{
		suite:    s,
		merchant: fresh(), gateway: fresh(),
		merchant0: partyOf(tb, s, "merchant"), gateway0: partyOf(tb, s, "gateway"),
		seen: &reasons{},
	}
	w.ring = w.keyring(tb, Previous{Own: w.merchant0.own, OwnUntil: ownEnds, Peer: w.gateway0.public, PeerUntil: peerEnds})
	return w
}

// counted counts what is done with each pair from now on, the current one first.
func (w changing) counted() []*verifyCounter {
	var counters []*verifyCounter
	for _, pair := range w.ring.pairs {
		counter := &verifyCounter{keyPair: pair.Codec.keys}
		pair.Codec.keys, counters = counter, append(counters, counter)
	}
	return counters
}

// keyring makes one with the current keys and some before them.
func (w changing) keyring(tb testing.TB, previous Previous) *Keyring {
	tb.Helper()
	ring, err := NewKeyring(w.suite, w.merchant.own, w.gateway.public, previous, WithObserver(w.seen.observe))
	if err != nil {
		tb.Fatal(err)
	}
	return ring
}

// pairings are the four ways in which the gateway may send meanwhile.
func (w changing) pairings() []pairing {
	return []pairing{
		{Used{}, w.merchant, w.gateway, ownEnds.AddDate(100, 0, 0)},
		{Used{PreviousOwn: true}, w.merchant0, w.gateway, ownEnds},
		{Used{PreviousPeer: true}, w.merchant, w.gateway0, peerEnds},
		{Used{PreviousOwn: true, PreviousPeer: true}, w.merchant0, w.gateway0, ownEnds},
	}
}

type pairing struct {
	used              Used
	merchant, gateway party
	ends              time.Time
}

// send has the gateway of a pairing seal a message.
func (w changing) send(tb testing.TB, p pairing, plain string) Envelope {
	tb.Helper()
	_, gateway := codecsOf(tb, w.suite, p.merchant, p.gateway)
	e, err := gateway.Seal("473053110001", "n", []byte(plain))
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

// mustRefuseAt opens an envelope and insists on the one error, no text, no word
// about a key, and one reason.
func (w changing) mustRefuseAt(tb testing.TB, ring *Keyring, e Envelope, now time.Time) Reason {
	tb.Helper()
	plain, used, err := ring.Open(e, now)
	if err != ErrRefused || plain != nil || used != (Used{}) { //nolint:errorlint // exactly this error, nothing around it
		tb.Errorf("Open = %d bytes, %v, %v; want nothing and exactly ErrRefused", len(plain), used, err)
	}
	why, n := w.seen.last()
	if n != 1 {
		tb.Errorf("the observer was told %d reasons; want one", n)
	}
	return why
}

func TestKeyringOpensAllPairsUntilTheyEnd(t *testing.T) {
	t.Parallel()
	for _, s := range []Suite{Intl, GM} {
		w := newChanging(t, s)
		for _, p := range w.pairings() {
			t.Run(s.Name()+"/"+p.used.String(), func(t *testing.T) {
				t.Parallel()
				w := w
				w.seen = &reasons{}
				ring := w.keyring(t, Previous{Own: w.merchant0.own, OwnUntil: ownEnds, Peer: w.gateway0.public, PeerUntil: peerEnds})
				e := w.send(t, p, "message")
				for _, now := range []time.Time{ownEnds.AddDate(-1, 0, 0), p.ends.Add(-time.Second), p.ends.Add(-time.Nanosecond)} {
					plain, used, err := ring.Open(e, now)
					if err != nil || string(plain) != "message" || used != p.used {
						t.Errorf("at %v: Open = %q with %v, %v; want it opened with %v", now, plain, used, err, p.used)
					}
				}
				if _, n := w.seen.last(); n != 0 {
					t.Error("the observer was told of a message that opened")
				}
				for _, now := range []time.Time{p.ends, p.ends.Add(time.Second), p.ends.AddDate(1, 0, 0)} {
					if p.used != (Used{}) {
						w.mustRefuseAt(t, ring, e, now)
					}
				}
			})
		}
	}
}

// Keys that are not previous ones of this merchant do not open, whatever is
// configured: each previous key opens for its own side only.
func TestKeyringTakesNothingElse(t *testing.T) {
	t.Parallel()
	for _, s := range []Suite{Intl, GM} {
		t.Run(s.Name(), func(t *testing.T) {
			t.Parallel()
			w := newChanging(t, s)
			onlyOwn := w.keyring(t, Previous{Own: w.merchant0.own, OwnUntil: ownEnds})
			onlyPeer := w.keyring(t, Previous{Peer: w.gateway0.public, PeerUntil: peerEnds})
			neither := w.keyring(t, Previous{})
			now := ownEnds.Add(-time.Second)
			for _, p := range w.pairings() {
				e := w.send(t, p, "message")
				for _, r := range []struct {
					name  string
					ring  *Keyring
					opens bool
				}{
					{"private key changed", onlyOwn, !p.used.PreviousPeer},
					{"gateway key changed", onlyPeer, !p.used.PreviousOwn},
					{"nothing changed", neither, p.used == Used{}},
				} {
					if !r.opens {
						w.mustRefuseAt(t, r.ring, e, now)
					} else if _, used, err := r.ring.Open(e, now); err != nil || used != p.used {
						t.Errorf("%s: Open of a message with %v: %v, %v", r.name, p.used, used, err)
					}
				}
			}
		})
	}
}

// TestKeyringSealsWithCurrentKeys has the changed gateway open what is sealed.
func TestKeyringSealsWithCurrentKeys(t *testing.T) {
	t.Parallel()
	for _, s := range []Suite{Intl, GM} {
		w := newChanging(t, s)
		e, err := w.ring.Current().Seal("m", "n", []byte("message"))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range w.pairings() {
			_, gateway := codecsOf(t, s, p.merchant, p.gateway)
			if p.used != (Used{}) {
				mustRefuse(t, gateway, e)
			} else if plain, err := gateway.Open(e); err != nil || string(plain) != "message" {
				t.Errorf("%s: the gateway opens %q, %v", s, plain, err)
			}
		}
	}
}

// TestKeyringVectors opens the known answers with their keys as previous ones:
// messages made by another program, before the change.
func TestKeyringVectors(t *testing.T) {
	t.Parallel()
	rings := map[string]*Keyring{}
	for _, s := range []Suite{Intl, GM} {
		rings[s.Name()] = newChanging(t, s).ring
	}
	opened := 0
	for _, v := range vectors(t) {
		if v.Direction == "request" {
			continue
		}
		opened++
		plain, used, err := rings[v.Suite].Open(v.envelope(), ownEnds.Add(-time.Second))
		if err != nil || string(plain) != v.Plaintext || used != (Used{PreviousOwn: true, PreviousPeer: true}) {
			t.Errorf("%s: Open = %q, %v, %v", v.Name, plain, used, err)
		}
		if _, _, err := rings[v.Suite].Open(v.envelope(), ownEnds); err == nil {
			t.Errorf("%s: opens after the day", v.Name)
		}
	}
	if opened == 0 {
		t.Error("no vector is a message to the merchant")
	}
}

// TestKeyringTriesEveryPair checks that a refused message's signature is read once
// with every pair that counts, however broken it is, and never with one whose day
// is over.
func TestKeyringTriesEveryPair(t *testing.T) {
	t.Parallel()
	for _, s := range []Suite{Intl, GM} {
		w := newChanging(t, s)
		counters := w.counted()
		for _, p := range w.pairings() {
			good := w.send(t, p, "message")
			for _, place := range places {
				damaged := good
				last := len(*place.at(&good))/2 - 1
				*place.at(&damaged) = flip(*place.at(&damaged), last, 1)
				for _, at := range []struct {
					now  time.Time
					want []int
				}{
					{ownEnds.Add(-1), []int{1, 1, 1, 1}},
					{ownEnds, []int{1, 0, 1, 0}},
					{peerEnds, []int{1, 0, 0, 0}},
				} {
					var verified []int
					w.mustRefuseAt(t, w.ring, damaged, at.now)
					for _, counter := range counters {
						verified = append(verified, counter.read)
						counter.read = 0
					}
					if !slices.Equal(verified, at.want) {
						t.Errorf("%s: %s broken: read %v times; want %v", s, place.name, verified, at.want)
					}
				}
			}
		}
	}
}

// The reason is that of the pair that got furthest, so that a counter shows the
// same as before the change.
func TestKeyringReasons(t *testing.T) {
	t.Parallel()
	for _, s := range []Suite{Intl, GM} {
		w := newChanging(t, s)
		now := ownEnds.Add(-time.Second)
		for _, p := range w.pairings() {
			good := w.send(t, p, "message")
			swapped := good
			swapped.Sign = w.send(t, p, "another message").Sign
			if why := w.mustRefuseAt(t, w.ring, swapped, now); why != ReasonSignature {
				t.Errorf("%s, %v: another message's signature is reported as %s", s, p.used, why)
			}
			cut := good
			cut.MsgEnc = cut.MsgEnc[2:]
			if why := w.mustRefuseAt(t, w.ring, cut, now); why != ReasonShape {
				t.Errorf("%s, %v: half a block is reported as %s", s, p.used, why)
			}
		}
	}
}

// TestKeyringChangesSize has a merchant of old go from 1024 to 2048 bits: the
// public shapes differ too.
func TestKeyringChangesSize(t *testing.T) {
	t.Parallel()
	w := newChanging(t, Intl)
	w.merchant0, w.gateway0 = newRSA(t, 1024), newRSA(t, 1024)
	ring := w.keyring(t, Previous{Own: w.merchant0.own, OwnUntil: ownEnds, Peer: w.gateway0.public, PeerUntil: peerEnds})
	for _, p := range w.pairings() {
		plain, used, err := ring.Open(w.send(t, p, "message"), ownEnds.Add(-1))
		if err != nil || string(plain) != "message" || used != p.used {
			t.Errorf("%v: Open = %q, %v, %v", p.used, plain, used, err)
		}
	}
}

func TestNewKeyringErrors(t *testing.T) {
	t.Parallel()
	intl, gm := newChanging(t, Intl), newChanging(t, GM)
	tests := []struct {
		name     string
		own      crypto.Signer
		previous Previous
		want     string
	}{
		{"current pair", gm.merchant.own, Previous{}, "the private key is an SM2 key"},
		{"private key not changed", intl.merchant.own, Previous{Own: intl.merchant.own}, "the previous private key is the current one"},
		{"gateway key not changed", intl.merchant.own, Previous{Peer: intl.gateway.public}, "the previous gateway key is the current one"},
		{"private key of the other suite", intl.merchant.own, Previous{Own: gm.merchant0.own}, "with the previous private key: suite intl: the private key is an SM2 key"},
		{"gateway key of the other suite", intl.merchant.own, Previous{Peer: gm.gateway0.public}, "with the previous gateway key: suite intl: the gateway key is an SM2 key"},
		{"private key is the gateway's", intl.merchant.own, Previous{Own: intl.gateway.own}, "with the previous private key: the gateway key is the public half"},
		{"gateway key is our own", intl.merchant.own, Previous{Peer: intl.merchant.public}, "with the previous gateway key: the gateway key is the public half"},
		{"one key before on both sides", intl.merchant.own, Previous{Own: intl.merchant0.own, Peer: intl.merchant0.public}, "with both previous keys: the gateway key is the public half"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ring, err := NewKeyring(Intl, test.own, intl.gateway.public, test.previous)
			if err == nil || ring != nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("NewKeyring: %v, %v; want ...%s...", ring, err, test.want)
			}
		})
	}
}

// TestKeyringPeriods draws when keys end and when a message comes: it opens
// exactly when both keys that it needs are accepted.
func TestKeyringPeriods(t *testing.T) {
	t.Parallel()
	for _, s := range []Suite{Intl, GM} {
		w := newChanging(t, s)
		pairings := w.pairings()
		var sent []Envelope
		for _, p := range pairings {
			sent = append(sent, w.send(t, p, "message"))
		}
		rapid.Check(t, func(t *rapid.T) {
			second := func(name string) time.Time {
				return ownEnds.Add(time.Duration(rapid.IntRange(0, 4).Draw(t, name)) * time.Second)
			}
			previous := Previous{Own: w.merchant0.own, OwnUntil: second("own"), Peer: w.gateway0.public, PeerUntil: second("peer")}
			now := second("now")
			ring, err := NewKeyring(s, w.merchant.own, w.gateway.public, previous)
			if err != nil {
				t.Fatal(err)
			}
			i := rapid.IntRange(0, len(pairings)-1).Draw(t, "pairing")
			used := pairings[i].used
			opens := (!used.PreviousOwn || now.Before(previous.OwnUntil)) && (!used.PreviousPeer || now.Before(previous.PeerUntil))
			if _, _, err := ring.Open(sent[i], now); (err == nil) != opens {
				t.Fatalf("%v at %v: %v", used, now, err)
			}
		})
	}
}
