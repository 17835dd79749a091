package caddymodule

import (
	"maps"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
)

// subdirective reads the arguments and the block of one word of a block into
// what the block describes. The dispenser stands on the word.
type subdirective[T any] struct {
	read   func(T, *caddyfile.Dispenser) error
	repeat bool // may be given more than once
}

// readBlock reads the block that follows, one word after the other, by a table.
func readBlock[T any](d *caddyfile.Dispenser, block string, into T, words map[string]subdirective[T]) error {
	if d.NextArg() {
		return d.Errf("%s: unexpected %q; what belongs to it goes into the block { … }", block, d.Val())
	}
	seen := make(map[string]bool)
	for nesting := d.Nesting(); d.NextBlock(nesting); {
		word := d.Val()
		sub, known := words[word]
		switch {
		case !known:
			return d.Errf("unknown word %q in %s; write one of: %s", word, block, strings.Join(slices.Sorted(maps.Keys(words)), ", "))
		case seen[word] && !sub.repeat:
			return d.Errf("%q is given twice in %s; keep one", word, block)
		}
		seen[word] = true
		if err := sub.read(into, d); err != nil {
			return err
		}
	}
	return nil
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
