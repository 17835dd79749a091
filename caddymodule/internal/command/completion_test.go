package command

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// grown is the tree of commands as operators have it.
func grown() *cobra.Command {
	root := &cobra.Command{Use: "caddy"}
	paybridge := &cobra.Command{Use: "paybridge"}
	root.AddCommand(paybridge)
	AddTo(paybridge, nil)
	return paybridge
}

// everyCommand calls do for a command and all those below it.
func everyCommand(cmd *cobra.Command, do func(*cobra.Command)) {
	do(cmd)
	for _, below := range cmd.Commands() {
		everyCommand(below, do)
	}
}

// Whatever is a merchant, a state or a suite can be completed, also in commands that
// do not exist yet.
func TestValuesAreCompleted(t *testing.T) {
	t.Parallel()
	everyCommand(grown(), func(cmd *cobra.Command) {
		for _, flag := range completedFlags {
			if _, known := cmd.GetFlagCompletionFunc(flag); !known && cmd.Flags().Lookup(flag) != nil {
				t.Errorf("%s --%s is not completed", cmd.CommandPath(), flag)
			}
		}
		if strings.Contains(cmd.Use, "MERID") && cmd.ValidArgsFunction == nil {
			t.Errorf("%s: MERID is not completed", cmd.CommandPath())
		}
	})
	for words := range valueWords {
		if found := completions(t, strings.Fields(words)...); len(found) == 0 {
			t.Errorf("%s: there is no such command or flag", words)
		}
	}
}

// completions finds a command by its name, and asks it for a flag, or for the
// argument that its usage names.
func completions(t *testing.T, words ...string) (found []cobra.Completion) {
	t.Helper()
	everyCommand(grown(), func(cmd *cobra.Command) {
		if cmd.Name() != words[0] {
			return
		}
		if flag, is := strings.CutPrefix(words[1], "--"); is {
			if complete, known := cmd.GetFlagCompletionFunc(flag); known {
				found, _ = complete(cmd, nil, "")
			}
			return
		}
		argument := strings.ToUpper(strings.Trim(words[1], "<>"))
		if i := slices.Index(argumentWords(cmd.Use), argument); i >= 0 && cmd.ValidArgsFunction != nil {
			found, _ = cmd.ValidArgsFunction(cmd, make([]string, i), "")
		}
	})
	return found
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		words []string
		want  []string
	}{
		{[]string{"orders", "--action", "WxSa"}, []string{"WxSao"}},
		{[]string{"try", "pay", "--action", "WxSa"}, []string{"WxSao"}},
		{[]string{"orders", "--state", "refund"}, []string{"refunding", "refunded", "refund_failed"}},
		{[]string{"orders", "--state", "in_doubt,refunde"}, []string{"in_doubt,refunded"}},
		{[]string{"notifications", "--state", "already"}, []string{"already_credited"}},
		{[]string{"notifications", "resend", "--state", "pa"}, []string{"paused"}},
		{[]string{"keygen", "--suite", ""}, []string{"intl", "gm"}},
		{[]string{"settle", "89900001", "20270101000001", "p"}, []string{"paid"}},
		{[]string{"dealt", "89900001", "20270101000001", ""}, []string{"refund", "notification"}},
		{[]string{"dealt", "89900001", "20270101000001", "refund", ""}, nil},
		// Nobody answers there, and nothing is said of it.
		{[]string{"orders", "--address", "127.0.0.1:1", "--merchant", ""}, nil},
		{[]string{"merchant", "pause", "--address", "127.0.0.1:1", ""}, nil},
	} {
		t.Run(strings.Join(test.words, " "), func(t *testing.T) {
			t.Parallel()
			root := grown().Root()
			var out, log strings.Builder
			root.SetOut(&out)
			root.SetErr(&log)
			root.SetArgs(append([]string{cobra.ShellCompNoDescRequestCmd, "paybridge"}, test.words...))
			if err := root.Execute(); err != nil {
				t.Fatal(err)
			}
			found := strings.Fields(out.String())
			if last := len(found) - 1; found[last] != ":4" { // no files
				t.Errorf("ends with %s", found[last])
			} else if !slices.Equal(found[:last], test.want) {
				t.Errorf("%q, want %q", found[:last], test.want)
			}
		})
	}
}

// Man pages leave out what stands in angle brackets.
func TestPlaceholdersAreCapitals(t *testing.T) {
	t.Parallel()
	everyCommand(grown(), func(cmd *cobra.Command) {
		if strings.ContainsAny(cmd.Use, "<>") || placeholder.MatchString(cmd.Long+cmd.Example) {
			t.Errorf("%s: angle brackets in %q", cmd.CommandPath(), cmd.Use)
		}
	})
	if dealt, _, err := grown().Find([]string{"dealt"}); err != nil || dealt.Use != "dealt MERID NUMBER refund|notification --why HOW" {
		t.Errorf("%q, %v", dealt.Use, err)
	}
}
