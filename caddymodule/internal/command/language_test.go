package command

import (
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// The language is known when a flag before it is wrong, and so none was read behind that.
func TestLanguageBehindAMistake(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		want bilingual.Lang
	}{
		{[]string{"caddy", "paybridge", "orders", "--nope", "--lang", "zh"}, bilingual.Zh},
		{[]string{"caddy", "paybridge", "orders", "--nope", "--lang=en"}, bilingual.En},
		{[]string{"caddy", "paybridge", "orders", "--nope", "--lang=en", "--lang", "zh"}, bilingual.Zh},
		{[]string{"caddy", "paybridge", "orders", "--nope", "--lang"}, ""},
		{[]string{"caddy", "paybridge", "orders", "--nope", "--lang", "fr"}, ""},
		{[]string{"caddy", "paybridge", "orders", "--nope"}, ""},
	} {
		if got := askedAfterAMistake(c.args); got != c.want {
			t.Errorf("%q: %q, want %q", c.args, got, c.want)
		}
	}
}
