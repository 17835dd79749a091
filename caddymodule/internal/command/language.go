package command

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/visible"
)

// langFlag is the language that an operator asks for; the zero value leaves it to
// the environment.
type langFlag struct{ lang bilingual.Lang }

// languages are the values of the flag.
var languages = map[string]bilingual.Lang{"zh": bilingual.Zh, "en": bilingual.En}

// Set implements pflag.Value.
func (f *langFlag) Set(text string) error {
	lang, known := languages[text]
	if !known {
		return bilingual.Say("write zh or en")
	}
	f.lang = lang
	return nil
}

func (f *langFlag) String() string {
	for name, lang := range languages {
		if f != nil && lang == f.lang {
			return name
		}
	}
	return ""
}

// Type names the flag's values in the help.
func (*langFlag) Type() string { return "zh|en" }

// addLangFlag adds the flag to all commands.
func addLangFlag(paybridge *cobra.Command) {
	paybridge.PersistentFlags().Var(new(langFlag), "lang", "Language of what is printed: zh or en (default: that of LC_ALL, LC_MESSAGES or LANG)")
	completeWords(paybridge, "lang", "zh", "en")
}

// langOf is the language that a command prints: what the flag says, else the
// environment.
func langOf(cmd *cobra.Command) bilingual.Lang {
	if flag := cmd.Flag("lang"); flag != nil {
		if chosen, is := flag.Value.(*langFlag); is && chosen.lang != "" {
			return chosen.lang
		}
	}
	if chosen := askedAfterAMistake(os.Args); chosen != "" {
		return chosen
	}
	return bilingual.LangOfEnvironment()
}

// askedAfterAMistake finds the flag among all arguments: those that stand behind a wrong
// one have not been read when its error is said.
func askedAfterAMistake(args []string) (chosen bilingual.Lang) {
	for i, arg := range args {
		name, value, joined := strings.Cut(arg, "=")
		if !joined && i+1 < len(args) {
			value = args[i+1]
		}
		if name == "--lang" {
			chosen = languages[value]
		}
	}
	return chosen
}

// say fills values into a sentence of the catalogue; as an error it is said in the
// operator's language by exitWith.
var say = bilingual.Say

// printer prints for a person, in that person's language.
type printer struct {
	io.Writer
	lang bilingual.Lang
}

// printerOf prints where a command prints.
func printerOf(cmd *cobra.Command) printer { return printer{outOf(cmd), langOf(cmd)} }

// errPrinter prints beside what a program reads.
func (o *online) errPrinter() printer { return printer{errOf(o.Command), langOf(o.Command)} }

// say prints a sentence of the catalogue. Line ends are those of the sentence; in what
// is filled in they are spelt out.
func (p printer) say(text string, values ...any) {
	bare := strings.Trim(text, "\n")
	before, after, _ := strings.Cut(text, bare)
	for i, value := range values {
		if text, is := value.(string); is {
			values[i] = visible.Line(text)
		}
	}
	filled := p.text(bilingual.Say(bare, values...))
	if !strings.Contains(bare, "\n") { // values can be sentences themselves
		filled = visible.Line(filled)
	}
	p.raw(before + filled + after)
}

// raw prints what is the same in every language.
func (p printer) raw(text string) { _, _ = io.WriteString(p, text) } // the terminal may be gone

// sentence prints a line that holds what others wrote.
func (p printer) sentence(text string) { p.raw(visible.Line(text) + "\n") }

// line ends a line.
func (p printer) line() { _, _ = fmt.Fprintln(p) }

// fact prints a value with its name before it, unless there is no value.
func (p printer) fact(name bilingual.Said, value string) {
	const nameWidth = 19
	if value != "" {
		_, _ = fmt.Fprintln(p, padded(p.text(name), nameWidth)+visible.Line(value))
	}
}

// text is a sentence in the language.
func (p printer) text(said bilingual.Said) string { return said.In(p.lang) }

// term is a value of a closed set in the language.
func (p printer) term(value string) string { return bilingual.Term(value).In(p.lang) }
