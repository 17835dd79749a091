package command

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// usageError says what is wrong with flags or arguments in the words of the catalogue,
// where cobra says it.
func usageError(err error) error {
	var (
		unknown *pflag.NotExistError
		lacking *pflag.ValueRequiredError
		wrong   *pflag.InvalidValueError
		number  *strconv.NumError
	)
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		return say("unknown flag: -%s", unknown.GetSpecifiedShortnames())
	case errors.As(err, &unknown):
		return say("unknown flag: --%s", unknown.GetSpecifiedName())
	case errors.As(err, &lacking):
		return say("flag needs an argument: --%s", lacking.GetFlag().Name)
	case errors.As(err, &wrong):
		why := any(errors.Unwrap(wrong))
		if errors.As(err, &number) {
			why = numberWanted(wrong.GetFlag().Value.Type())
		}
		if _, counts := wrong.GetFlag().Value.(*count); counts {
			why = say("write a whole number, 1 or more")
		}
		if wrong.GetFlag().Value.Type() == "duration" {
			why = say("write for example 30s, 10m or 2h")
		}
		return say("invalid argument %q for --%s: %v", wrong.GetValue(), wrong.GetFlag().Name, why)
	}
	if said, known := argumentErrors.Reads(err.Error()); known {
		return said
	}
	return err
}

// numberWanted says what a flag of some type takes, where pflag says how Go has failed to
// read it.
func numberWanted(kind string) bilingual.Said {
	if kind == "bool" {
		return say("write true or false")
	}
	return say("write a whole number")
}

// argumentErrors are what cobra says of the number of arguments, and of flags that exclude
// each other.
var argumentErrors = bilingual.Wordings{
	{Kept: regexp.MustCompile(`^accepts (\d+) arg\(s\), received (\d+)$`), Say: func(p []string) bilingual.Said {
		return say("accepts %s arguments, received %s", p[1], p[2])
	}},
	{Kept: regexp.MustCompile(`^accepts at most (\d+) arg\(s\), received (\d+)$`), Say: func(p []string) bilingual.Said {
		return say("accepts at most %s arguments, received %s", p[1], p[2])
	}},
	{Kept: regexp.MustCompile(`^accepts between (\d+) and (\d+) arg\(s\), received (\d+)$`), Say: func(p []string) bilingual.Said {
		return say("accepts %s to %s arguments, received %s", p[1], p[2], p[3])
	}},
	{Kept: regexp.MustCompile(`^requires at least (\d+) arg\(s\), only received (\d+)$`), Say: func(p []string) bilingual.Said {
		return say("requires at least %s arguments, received %s", p[1], p[2])
	}},
	{Kept: regexp.MustCompile(`^if any flags in the group \[.*\] are set none of the others can be; \[(.*)\] were all set$`), Say: func(p []string) bilingual.Said {
		return say("only one of these can be given: %s", "--"+strings.ReplaceAll(p[1], " ", ", --"))
	}},
	{Kept: regexp.MustCompile(`^unknown command "(.*)" for `), Say: func(p []string) bilingual.Said { return say("takes no argument such as %q", p[1]) }},
}
