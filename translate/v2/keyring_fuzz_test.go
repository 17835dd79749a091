package v2

import (
	"bytes"
	"testing"
	"time"
)

// FuzzKeyring: hostile input opens with no pair of keys but those it was made
// for, and never after their day.
func FuzzKeyring(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.MsgEnc, v.KeyEnc, v.Sign, int64(-1))
		f.Add(v.MsgEnc, v.KeyEnc, v.Sign, int64(0))
	}
	f.Add("", "", "", int64(0))
	var all []changing
	for _, s := range []Suite{Intl, GM} {
		all = append(all, newChanging(f, s))
	}
	known := map[string]bool{}
	for _, v := range vectors(f) {
		known[v.Plaintext] = true
	}
	f.Fuzz(func(t *testing.T, msgEnc, keyEnc, sign string, offset int64) {
		now := ownEnds.Add(time.Duration(offset))
		for _, w := range all {
			plain, used, err := w.ring.Open(Envelope{MsgEnc: msgEnc, KeyEnc: keyEnc, Sign: sign}, now)
			switch {
			case err == nil && (!known[string(plain)] || used != Used{PreviousOwn: true, PreviousPeer: true} || !now.Before(ownEnds)):
				t.Fatalf("forged with %v at %v: %q", used, now, plain)
			case err != nil && (err != ErrRefused || plain != nil || used != Used{}): //nolint:errorlint // exactly this error
				t.Fatalf("Open = %q, %v, %v", plain, used, err)
			}
		}
	})
}

// FuzzKeyringSealOpen: what either gateway seals to either key opens as it was.
func FuzzKeyringSealOpen(f *testing.F) {
	f.Add([]byte("message"), uint8(0))
	f.Add([]byte{}, uint8(1))
	f.Add(bytes.Repeat([]byte{16}, 64), uint8(7))
	var all []changing
	for _, s := range []Suite{Intl, GM} {
		all = append(all, newChanging(f, s))
	}
	f.Fuzz(func(t *testing.T, plain []byte, way uint8) {
		if len(plain) > MaxMessage {
			return
		}
		w := all[way%2]
		p := w.pairings()[way/2%4]
		got, used, err := w.ring.Open(w.send(t, p, string(plain)), ownEnds.Add(-1))
		if err != nil || !bytes.Equal(got, plain) || used != p.used {
			t.Fatalf("Open = %x, %v, %v; want %x", got, used, err, plain)
		}
	})
}
