package command

import (
	"net/http"
	"testing"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
)

// An operator is told which flag or argument is wrong, not which member of a
// message that the command made.
func TestRefusalsNameFlags(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		command     func() *cobra.Command
		words, want string
	}{
		"a flag":                          {settleCommand, "body.why: missing; say why", "--why: missing; say why"},
		"a flag of two words":             {settleCommand, "body.gateway_no: not a number of the gateway", "--gateway-no: not a number of the gateway"},
		"a flag of a question":            {ordersCommand, `query.state: unknown value "x"; one of: a, b`, `--state: unknown value "x"; one of: a, b`},
		"a flag with a name of its own":   {selfcheckCommand, "query.merid: no merchant", "--merchant: no merchant"},
		"a flag of a purge":               {purgeCommand, "body.before: too young", "--older-than: too young"},
		"a flag of an amount":             {ordersCommand, "query.max_fen: less than min_fen", "--max: less than min_fen"},
		"an argument":                     {settleCommand, "body.state: unknown value", "STATE: unknown value"},
		"an argument that is no flag":     {settleCommand, "body.merid: missing", "MERID: missing"},
		"something else":                  {settleCommand, "nothing was changed: the order is paid", "nothing was changed: the order is paid"},
		"something else with a full stop": {settleCommand, "ledger.db: does not answer", "ledger.db: does not answer"},
		"the whole body":                  {settleCommand, "body: not UTF-8", "body: not UTF-8"},
		"no colon":                        {settleCommand, "body.why", "body.why"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := withFlagName(tc.command(), &api.Refusal{Status: http.StatusBadRequest, Message: tc.words})
			if got.Message != tc.want || got.Status != http.StatusBadRequest {
				t.Errorf("got %d %q, want %q", got.Status, got.Message, tc.want)
			}
		})
	}
}
