package command

import (
	"cmp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
)

// flagNames are the flags that are not called as the API's members are.
var flagNames = map[string]string{
	"merid": "merchant", "amount-fen": "amount", "min-fen": "min", "max-fen": "max", "before": "older-than", "file": "export",
}

// withFlagName has a refusal of the API name the flag or argument of the command
// that asked, in place of the member of the API.
func withFlagName(cmd *cobra.Command, refusal *api.Refusal) *api.Refusal {
	colon := ": "
	if !strings.Contains(refusal.Message, colon) {
		colon = "："
	}
	path, rest, ok := strings.Cut(refusal.Message, colon)
	where, member, dotted := strings.Cut(path, ".")
	if !ok || !dotted || (where != "body" && where != "query") {
		return refusal
	}
	name := strings.ReplaceAll(member, "_", "-")
	given := strings.ToUpper(name) // an argument, as the help writes it
	if flag := cmp.Or(flagNames[name], name); cmd.Flags().Lookup(flag) != nil {
		given = "--" + flag
	}
	return &api.Refusal{Status: refusal.Status, Message: given + colon + rest}
}
