package command

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// inHan reports whether a text is Chinese.
func inHan(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// tree is all commands as they are, below one as Caddy makes it.
func tree() *cobra.Command {
	caddy := &cobra.Command{Use: "caddy"}
	paybridge := &cobra.Command{Use: "paybridge <command>", Short: "Looks into Paybridge and acts on it", Long: Long}
	AddTo(paybridge, nil)
	caddy.AddCommand(paybridge)
	return paybridge
}

// wordless are paragraphs of help that are the same in both languages.
var wordless = []string{"number, gateway-no, original, refund-no, merchant, amount,\n  refund-amount, kind, state, refund-state, time, date"}

// TestHelpIsInBothLanguages walks every text that --help and the man pages show: each
// paragraph and each flag has its Chinese, and the catalogue has none for nothing.
func TestHelpIsInBothLanguages(t *testing.T) {
	t.Setenv("LC_ALL", "C")
	shown := map[string]bool{}
	want := func(at, text string) {
		for _, paragraph := range strings.Split(text, "\n\n") {
			paragraph = strings.TrimSpace(paragraph)
			shown[paragraph] = true
			zh := bilingual.Help(bilingual.Zh, paragraph)
			if paragraph != "" && zh == paragraph && !slices.Contains(wordless, paragraph) {
				t.Errorf("%s: no Chinese for\n%s", at, paragraph)
			}
			if bilingual.Help(bilingual.En, paragraph) != paragraph {
				t.Errorf("%s: English is not as written", at)
			}
		}
	}
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		want(cmd.CommandPath(), cmd.Short)
		want(cmd.CommandPath(), cmd.Long)
		flags := func(flag *pflag.Flag) {
			if flag.Name != "help" {
				want(cmd.CommandPath()+" --"+flag.Name, flag.Usage)
			}
		}
		cmd.Flags().VisitAll(flags)
		cmd.PersistentFlags().VisitAll(flags)
		for _, word := range capitals.FindAllString(strings.ReplaceAll(cmd.Use, "--", ""), -1) {
			if placeholders[word] == "" {
				t.Errorf("%s: no Chinese for %s in its usage line", cmd.CommandPath(), word)
			}
		}
		for _, below := range cmd.Commands() {
			walk(below)
		}
	}
	walk(tree())
	for _, paragraph := range bilingual.HelpParagraphs() {
		if !shown[paragraph] {
			t.Errorf("no command says\n%s", paragraph)
		}
	}
}

// englishWord matches a word of a sentence, which a name of the code is not. The reasons
// in quotes in examples are what an operator writes.
var (
	englishWord = regexp.MustCompile(`\b(the|and|that|which|with|Usage|Flags|Examples)\b|\(default`)
	quoted      = regexp.MustCompile(`"[^"]*"`)
)

// TestHelpSpeaks shows the help of every command as a terminal does, by the environment
// and by --lang, which goes above it, before and behind --help.
func TestHelpSpeaks(t *testing.T) {
	for _, c := range []struct {
		env  string
		args []string
		zh   bool
	}{
		{"C", []string{"--help"}, false},
		{"zh_CN.UTF-8", []string{"--help"}, true},
		{"C", []string{"--lang", "zh", "--help"}, true},
		{"C", []string{"--help", "--lang=zh"}, true},
		{"zh_CN.UTF-8", []string{"--lang", "en", "--help"}, false},
		{"zh_CN.UTF-8", []string{"-h", "--lang", "en"}, false},
	} {
		t.Setenv("LC_ALL", c.env)
		var paths [][]string
		var walk func(*cobra.Command, []string)
		walk = func(cmd *cobra.Command, path []string) {
			paths = append(paths, path)
			for _, below := range cmd.Commands() {
				walk(below, append(slices.Clone(path), below.Name()))
			}
		}
		walk(tree(), nil)
		for _, path := range paths {
			var out bytes.Buffer
			root := tree().Root()
			root.SetOut(&out)
			root.SetArgs(append(append([]string{"paybridge"}, path...), c.args...))
			if err := root.Execute(); err != nil {
				t.Fatalf("%v: %v", path, err)
			}
			name, text := strings.Join(path, " ")+" "+strings.Join(c.args, " "), out.String()
			text = quoted.ReplaceAllString(text, "")
			if bare := statementWords.ReplaceAllString(text, ""); c.zh != inHan(bare) {
				t.Errorf("%s in %s:\n%s", name, c.env, text)
			}
			if found := englishWord.FindString(text); c.zh && found != "" {
				t.Errorf("%s in %s has %q:\n%s", name, c.env, found, text)
			}
		}
	}
}

// statementWords matches what stands in statements, whatever language somebody reads.
var statementWords = regexp.MustCompile(`\S*=\p{Han}+|\p{Han}+=\S+|--sheet \p{Han}+`)

// TestUsageErrors: what is wrong with flags and arguments is told in both languages.
func TestUsageErrors(t *testing.T) {
	t.Setenv("LC_ALL", "C")
	for _, args := range [][]string{
		{"orders", "--nothing"}, {"orders", "-Z"}, {"orders", "--limit"}, {"orders", "--limit", "many"}, {"orders", "--from", "soon"},
		{"orders", "--limit", "0"}, {"readiness", "--days", "0"}, {"notifications", "resend", "--rate", "-1"},
		{"orders", "89900001"}, {"order"}, {"merchant", "pause"}, {"merchant", "list", "x"}, {"changes", "1", "2", "3"},
		{"try", "pay", "89900001"}, {"try", "query", "1"}, {"reconcile"}, {"purge", "--older-than", "x"}, {"keygen", "x"}, {"nothing"},
		{"settle", "89900001"}, {"--nothing"}, {"merchant", "--nothing"},
	} {
		for _, lang := range []string{"zh", "en"} {
			root := tree().Root()
			root.SilenceUsage, root.SilenceErrors = true, true
			root.SetArgs(append([]string{"paybridge", "--lang", lang}, args...))
			err := root.Execute()
			if err == nil || inHan(err.Error()) != (lang == "zh") {
				t.Errorf("%v in %s: %v", args, lang, err)
			}
		}
	}
}
