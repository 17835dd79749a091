package command

import (
	"errors"
	"strconv"

	"github.com/spf13/pflag"
)

// count is the value of a flag that says how many, 1 or more. Without the flag it is 0,
// for which the API has a default; so a 0 that somebody writes is refused, because it
// would do something else than it says.
type count int

var errNoCount = errors.New("no whole number from 1 on")

// countVar adds a flag of that kind.
func countVar(flags *pflag.FlagSet, to *int, name, usage string) {
	flags.Var((*count)(to), name, usage)
}

func (c *count) Set(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return errNoCount
	}
	*c = count(n)
	return nil
}

func (c *count) String() string { return strconv.Itoa(int(*c)) }

// Type is what the help calls the value.
func (c *count) Type() string { return "int" }
