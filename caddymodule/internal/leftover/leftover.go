// Package leftover writes counts in lists that have a name each, so that nothing counts
// twice: what is not taken, or is taken without an answer, is written once more as it is.
package leftover

import "crypto/rand"

// Counts are those that are being written. The zero value has none. It is not safe for
// concurrent use.
type Counts[T any] struct {
	name string
	list []T
}

// Write writes what was left the last time, and then what take takes, until there is nothing
// or write fails. write returns how many of the list, from the first, are written, also with
// an error; under one name it must add nothing twice.
func (c *Counts[T]) Write(take func() []T, write func(name string, list []T) (written int, err error)) error {
	for {
		if len(c.list) == 0 {
			c.name, c.list = rand.Text(), take()
		}
		if len(c.list) == 0 {
			return nil
		}
		written, err := write(c.name, c.list)
		if c.list = c.list[written:]; err != nil {
			return err
		}
	}
}
