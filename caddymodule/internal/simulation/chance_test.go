//go:build simulation

package simulation

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// chance is where everything that a world draws comes from.
type chance uint64

// of returns what is drawn for words: always the same for the same words.
func (c chance) of(words ...any) draw {
	h := fnv.New64a()
	fmt.Fprintln(h, words...)
	return draw{rand.New(rand.NewPCG(uint64(c), h.Sum64()))}
}

// draw draws values.
type draw struct{ *rand.Rand }

// between draws a duration, to the nanosecond, so that two things hardly ever happen
// at the same instant.
func (d draw) between(least, most time.Duration) time.Duration {
	return least + time.Duration(d.Int64N(int64(most-least)+1))
}

// once reports whether something happens that happens with a share of all.
func (d draw) once(share float64) bool { return d.Float64() < share }

// oneOf draws an element.
func oneOf[T any](d draw, list []T) T { return list[d.IntN(len(list))] }
