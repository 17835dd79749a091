package bilingual

import (
	"maps"
	"os"
	"reflect"
	"strings"
)

// Say fills values into a sentence of the catalogue of Chinese. The English sentence
// is its own key, so that whoever reads the code reads what is said. Package
// x/text/message works alike and was left out: it writes numbers with separators in
// them (1,234), and what is printed here are numbers of orders, lines and bytes.
//
// A value of a closed set, such as a translate.State, is said as [Term] says it.
func Say(en string, values ...any) Said { return Text{En: en, Zh: chinese[en]}.With(values...) }

// chinese is the catalogue: the Chinese of every sentence that [Say] is given.
var chinese = joined(chineseOfCommands, chineseOfErrors, chineseOfMoving, chineseOfSelfcheck, chineseOfExplain, chineseOfTimeline, chineseOfUsage, chineseOfStatements, chineseOfCauses, chineseOfMessages)

func joined(parts ...map[string]string) map[string]string {
	all := make(map[string]string)
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}

// LangOfEnvironment is the language that somebody at a terminal reads, by the POSIX
// rules for messages: Chinese where the first of LC_ALL, LC_MESSAGES and LANG that
// is set says so, else English.
func LangOfEnvironment() Lang {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale := strings.ToLower(os.Getenv(name)); locale != "" {
			base, _, _ := strings.Cut(strings.NewReplacer("_", "-", ".", "-", "@", "-").Replace(locale), "-")
			if base == "zh" {
				return Zh
			}
			return En
		}
	}
	return En
}

// termOf turns a value of a closed set into its term.
func termOf(value any) any {
	v := reflect.ValueOf(value)
	if v.Kind() == reflect.String && v.Type() != reflect.TypeFor[string]() {
		return Term(v.String())
	}
	return value
}
