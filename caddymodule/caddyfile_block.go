package caddymodule

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
)

// subdirective reads the arguments and the block of one word of a block into
// what the block describes. The dispenser stands on the word and ends with it.
type subdirective[T any] struct {
	read   func(T, *caddyfile.Dispenser) error
	repeat bool // may be given more than once
}

// block is a block of words.
type block[T any] struct {
	name  string
	words map[string]subdirective[T]

	// source is filled with where the words stand, under their names with within
	// in front of them. Repeated words are left to their readers.
	source configerror.Source
	within string
}

// readBlock reads the block that follows, one word after the other, to its end. Its
// error is a [configerror.List] of all that is wrong.
func readBlock[T any](d *caddyfile.Dispenser, b block[T], into T) error {
	if d.NextArg() {
		return d.Errf("%s: unexpected %q; what belongs to it goes into the block { … }", b.name, d.Val())
	}
	var errs configerror.List
	seen := make(map[string]bool)
	var pasted pastedKey
	for nesting := d.Nesting(); d.NextBlock(nesting); {
		one := caddyfile.NewDispenser(d.NextSegment()) // so that a fault in it ends there
		one.Next()
		at, word := positionOf(one), one.Val()
		if pasted.skips(one, &errs) {
			continue
		}
		sub, known := b.words[word]
		switch {
		case !known:
			errs.Add(at, fmt.Errorf("%s in %s; write one of: %s", unknown(word), b.name, strings.Join(slices.Sorted(maps.Keys(b.words)), ", ")))
			continue
		case seen[word] && !sub.repeat:
			errs.Add(at, fmt.Errorf("%q is given twice in %s; keep one", word, b.name))
			continue
		case !sub.repeat:
			b.source[b.within+word] = at
		}
		seen[word] = true
		errs.Add(at, positioned(one, readWhole(one, into, sub)))
	}
	return errs.Err()
}

// readWhole reads a word and insists that nothing of it is left.
func readWhole[T any](d *caddyfile.Dispenser, into T, sub subdirective[T]) error {
	word := d.Val()
	if err := sub.read(into, d); err != nil {
		return err
	}
	if d.Next() {
		return d.Errf("%s: unexpected %q; it takes no block", word, d.Val())
	}
	return nil
}

// caddyPosition is how Caddy ends the errors of Caddyfiles.
var caddyPosition = regexp.MustCompile(`(?s)^(.*), at (.+:\d+(?: import chain:? .*)?)$`)

// positioned takes the position that Caddy put at the end of an error to where
// ours have it. One without it is where the dispenser stands.
func positioned(d *caddyfile.Dispenser, err error) error {
	var list configerror.List
	if err == nil {
		return nil
	}
	if parts := caddyPosition.FindStringSubmatch(err.Error()); parts != nil {
		var at configerror.Position
		_ = at.UnmarshalText([]byte(parts[2])) // takes any text
		list.Add(at, withText{parts[1], err})
		return list
	}
	list.Add(positionOf(d), err)
	return list
}

// withText is an error in other words.
type withText struct {
	text string
	err  error
}

func (e withText) Error() string { return e.text }
func (e withText) Unwrap() error { return e.err }

// positionOf is where the dispenser stands, as Caddy's errors tell it.
func positionOf(d *caddyfile.Dispenser) configerror.Position {
	var at configerror.Position
	_ = at.UnmarshalText([]byte(strings.TrimPrefix(d.Err("").Error(), ", at "))) // takes any text
	return at
}

// plainWord is the form of our words, and of those that misspell them.
var plainWord = regexp.MustCompile(`^[a-z_]{1,32}$`)

// unknown names a word that is none of ours. A text of another form is not shown:
// it may be a piece of a secret that was broken into lines.
func unknown(word string) string {
	if plainWord.MatchString(word) {
		return fmt.Sprintf("unknown directive %q", word)
	}
	return "unknown directive (not shown)"
}

// pastedKey knows the lines of a PEM file in the midst of a Caddyfile, which are no
// words and are not shown.
type pastedKey bool

// skips reports whether a line belongs to a PEM file. The first is an error.
func (p *pastedKey) skips(d *caddyfile.Dispenser, errs *configerror.List) bool {
	text := d.Val() + " " + strings.Join(rest(d), " ")
	inside := bool(*p)
	begins := strings.HasPrefix(text, "-----BEGIN") || strings.Contains(text, " -----BEGIN")
	*p = pastedKey((inside || begins) && !strings.Contains(text, "-----END"))
	if begins && !inside {
		errs.Add(positionOf(d), errors.New("a key must not stand in the configuration, where /config shows it; write the path of its file"))
	}
	return begins || inside
}

// rest returns the arguments of the word that the dispenser stands on and leaves it
// there.
func rest(d *caddyfile.Dispenser) []string {
	args := d.RemainingArgs()
	d.Reset()
	d.Next()
	return args
}

// oneArg reads the one argument of a word.
func oneArg(d *caddyfile.Dispenser, into *string) error {
	word := d.Val()
	if !d.NextArg() {
		return d.Errf("%s: a value is missing; write: %s VALUE", word, word)
	}
	*into = d.Val()
	return noMoreArgs(d, word)
}

func noMoreArgs(d *caddyfile.Dispenser, word string) error {
	if d.NextArg() {
		return d.Errf("%s: unexpected %q; put a value with blanks in quotes", word, d.Val())
	}
	return nil
}

func durationArg(d *caddyfile.Dispenser, into *caddy.Duration) error {
	word := d.Val()
	var text string
	if err := oneArg(d, &text); err != nil {
		return err
	}
	duration, err := caddy.ParseDuration(text)
	if err != nil || duration <= 0 {
		return d.Errf("%s: %q is not a duration; write for example 10s or 2h", word, text)
	}
	*into = caddy.Duration(duration)
	return nil
}

func scheduleArgs(d *caddyfile.Dispenser, into *[]caddy.Duration) error {
	word := d.Val()
	schedule, err := delivery.ParseSchedule(d.RemainingArgs())
	if err != nil {
		return d.Errf("%s: %v", word, err)
	}
	for _, interval := range schedule {
		*into = append(*into, caddy.Duration(interval))
	}
	return nil
}
