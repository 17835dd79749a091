package caddymodule

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
	"github.com/paybridge/paybridge/caddymodule/internal/delivery"
)

// subdirective reads the arguments and the block of one directive of a block into
// what the block describes. The dispenser stands on the directive and ends with it.
type subdirective[T any] struct {
	read   func(T, *caddyfile.Dispenser) error
	repeat bool // may be given more than once
}

// block is a block of directives.
type block[T any] struct {
	name       string
	directives map[string]subdirective[T]

	// source is filled with where the directives stand, under their names with within
	// in front of them. Repeated directives are left to their readers.
	source configerror.Source
	within string
}

// readBlock reads the block that follows, one directive after the other, to its end. Its
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
		at, directive := positionOf(one), one.Val()
		if pasted.skips(one, &errs) {
			continue
		}
		sub, known := b.directives[directive]
		switch {
		case !known:
			errs.Add(at, fmt.Errorf("%s in %s; write one of: %s", unknown(directive), b.name, strings.Join(slices.Sorted(maps.Keys(b.directives)), ", ")))
			continue
		case seen[directive] && !sub.repeat:
			errs.Add(at, fmt.Errorf("%q is given twice in %s; keep one", directive, b.name))
			continue
		case !sub.repeat:
			b.source[b.within+directive] = at
		}
		seen[directive] = true
		errs.Add(at, positioned(one, readWhole(one, into, sub)))
	}
	return errs.Err()
}

// readWhole reads a directive and insists that nothing of it is left.
func readWhole[T any](d *caddyfile.Dispenser, into T, sub subdirective[T]) error {
	directive := d.Val()
	if err := sub.read(into, d); err != nil {
		return err
	}
	if d.Next() {
		return d.Errf("%s: unexpected %q; it takes no block", directive, d.Val())
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

// withText is an error with another text.
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

// plainName is the form of our directives, and of those that misspell them.
var plainName = regexp.MustCompile(`^[a-z_]{1,32}$`)

// unknown names a directive that does not exist. A text of another form is not shown:
// it may be a piece of a secret that was broken into lines.
func unknown(name string) string {
	if plainName.MatchString(name) {
		return fmt.Sprintf("unknown directive %q", name)
	}
	return "unknown directive (not shown)"
}

// pastedKey knows the lines of a PEM file in the midst of a Caddyfile, which are no
// directives and are not shown.
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

// rest returns the arguments of the directive that the dispenser stands on and leaves it
// there.
func rest(d *caddyfile.Dispenser) []string {
	args := d.RemainingArgs()
	d.Reset()
	d.Next()
	return args
}

// oneArg reads the one argument of a directive.
func oneArg(d *caddyfile.Dispenser, into *string) error {
	directive := d.Val()
	if !d.NextArg() {
		return d.Errf("%s: a value is missing; write: %s VALUE", directive, directive)
	}
	*into = d.Val()
	return noMoreArgs(d, directive)
}

func noMoreArgs(d *caddyfile.Dispenser, directive string) error {
	if d.NextArg() {
		return d.Errf("%s: unexpected %q; put a value with blanks in quotes", directive, d.Val())
	}
	return nil
}

func durationArg(d *caddyfile.Dispenser, into *caddy.Duration) error {
	directive := d.Val()
	var text string
	if err := oneArg(d, &text); err != nil {
		return err
	}
	duration, err := caddy.ParseDuration(text)
	if err != nil || duration <= 0 {
		return d.Errf("%s: %q is not a duration; write for example 10s or 2h", directive, text)
	}
	*into = caddy.Duration(duration)
	return nil
}

// numberArg reads a number from 1 on.
func numberArg(d *caddyfile.Dispenser, into *int) error {
	directive := d.Val()
	var text string
	if err := oneArg(d, &text); err != nil {
		return err
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return d.Errf("%s: %q is not a whole number from 1 on; write for example 50", directive, text)
	}
	*into = n
	return nil
}

func scheduleArgs(d *caddyfile.Dispenser, into *[]caddy.Duration) error {
	directive := d.Val()
	schedule, err := delivery.ParseSchedule(d.RemainingArgs())
	if err != nil {
		return d.Errf("%s: %v", directive, err)
	}
	for _, interval := range schedule {
		*into = append(*into, caddy.Duration(interval))
	}
	return nil
}
