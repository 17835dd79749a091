package command

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/reconciliation"
	"github.com/paybridge/paybridge/caddymodule/internal/statement"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// completer lists the values that begin with what an operator has typed.
type completer = cobra.CompletionFunc

// merchantWords are the arguments and flags whose values are merchants, as the
// usage of a command names them.
var merchantWords = []string{"<merid>", "--merid", "--merchant"}

// completedFlags are the flags whose values are known.
var completedFlags = []string{"merchant", "merid", "state", "action", "suite", "encoding", "number", "unit"}

// valueWords are the values of other arguments and flags, by command and word.
var valueWords = map[string][]string{
	"keygen --suite":        {v2.Intl.Name(), v2.GM.Name()},
	"reconcile --encoding":  {"utf-8", "gbk"},
	"reconcile --number":    namesOf(reconciliation.NumberKinds()),
	"reconcile --unit":      {string(statement.Yuan), string(statement.Fen)},
	"notifications --state": namesOf(ledger.NotificationStates()),
	"orders --action":       namesOf(v1.Actions()),
	"orders --state":        namesOf(translate.States()),
	"resend --state":        namesOf([]ledger.NotificationState{ledger.Exhausted, ledger.Paused, ledger.AlreadyCredited}),
	"settle <state>":        namesOf(settledStates()),
	"pay --action":          namesOf(v1.Actions()),
}

func namesOf[T ~string](values []T) []string {
	names := make([]string, len(values))
	for i, value := range values {
		names[i] = string(value)
	}
	return names
}

// settledStates are what an operator may say became of an order.
func settledStates() (states []translate.State) {
	for _, from := range translate.Settleable() {
		for _, to := range from.Row().Settle {
			if !slices.Contains(states, to) {
				states = append(states, to)
			}
		}
	}
	return states
}

// addCompletion has shells complete the values of a command and of those below it.
func addCompletion(cmd *cobra.Command) {
	for _, below := range cmd.Commands() {
		addCompletion(below)
	}
	for _, flag := range completedFlags {
		if c := completerOf(cmd.Name(), "--"+flag); c != nil && cmd.Flags().Lookup(flag) != nil {
			_ = cmd.RegisterFlagCompletionFunc(flag, c) // the flag is there
		}
	}
	var arguments []completer
	for _, word := range argumentWords(cmd.Use) {
		arguments = append(arguments, completerOf(cmd.Name(), word))
	}
	if !slices.ContainsFunc(arguments, func(c completer) bool { return c != nil }) {
		return
	}
	cmd.ValidArgsFunction = func(cmd *cobra.Command, given []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(given) < len(arguments) && arguments[len(given)] != nil {
			return arguments[len(given)](cmd, given, typed)
		}
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
}

// argumentWords are the arguments in the usage of a command, without its flags.
func argumentWords(use string) (words []string) {
	for _, word := range strings.Fields(use)[1:] {
		word = strings.Trim(word, "[]")
		if strings.HasPrefix(word, "--") {
			break
		}
		words = append(words, word)
	}
	return words
}

// completerOf is how a word of a command's usage is completed; nil when nothing is
// known of it. A usage such as refund|notification says itself what there is.
func completerOf(command, word string) completer {
	first, _, _ := strings.Cut(word, "|")
	switch values := valueWords[command+" "+word]; {
	case values != nil:
		return oneOf(values)
	case slices.Contains(merchantWords, first):
		return completeMerchants
	case first != word && !strings.ContainsAny(word, "<-"):
		return oneOf(strings.Split(word, "|"))
	}
	return nil
}

// oneOf completes values; of a list with commas, the last one.
func oneOf(values []string) completer {
	return func(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		before := typed[:strings.LastIndex(typed, ",")+1]
		var found []cobra.Completion
		for _, value := range values {
			if strings.HasPrefix(before+value, typed) {
				found = append(found, before+value)
			}
		}
		return found, cobra.ShellCompDirectiveNoFileComp
	}
}

// completionTime is how long somebody who presses a key waits for merchants.
const completionTime = 2 * time.Second

// completeMerchants asks the Caddy that runs. Where none does, there is nothing to
// complete, and nobody wants to read why in the middle of a line.
func completeMerchants(cmd *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	client, err := adminClient(cmd)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), completionTime)
	defer cancel()
	var list api.MerchantList
	if err := client.Get(ctx, "merchants", api.MerchantsQuery{After: typed, Limit: mostItems}, &list); err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var found []cobra.Completion
	for _, m := range list.Items {
		if strings.HasPrefix(m.MerID, typed) {
			found = append(found, cobra.CompletionWithDesc(m.MerID, "gateway merchant "+m.GatewayMerchant))
		}
	}
	return found, cobra.ShellCompDirectiveNoFileComp
}

// placeholder matches what an operator replaces in a usage or a help.
var placeholder = regexp.MustCompile(`<([a-z][a-z ]*)(\.\.\.)?>`)

// capitalise writes the placeholders of a command, and of those below it, in
// capitals, as the documents do: man pages take what stands in angle brackets for
// HTML and leave it out.
func capitalise(cmd *cobra.Command) {
	for _, below := range cmd.Commands() {
		capitalise(below)
	}
	for _, text := range []*string{&cmd.Use, &cmd.Long, &cmd.Example} {
		*text = placeholder.ReplaceAllStringFunc(*text, func(word string) string { return strings.ToUpper(strings.Trim(word, "<>")) })
	}
}
