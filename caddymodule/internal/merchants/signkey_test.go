package merchants_test

import (
	"testing"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

func TestPreviousSignKeyEndsWithItsDayInBeijing(t *testing.T) {
	t.Parallel()
	r, err := load(shop(func(c *merchants.Config) {
		c.PreviousSignKey, c.PreviousSignKeyUntil = "{env.OLD_KEY}", "2027-01-31"
	}))
	if err != nil {
		t.Fatal(err)
	}
	m := r.ByMerID("89900001")
	current, old := v1.NewKey(secrets["{env.SIGN_KEY}"]), v1.NewKey(secrets["{env.OLD_KEY}"])
	// Midnight in Beijing is 16:00 UTC of the day before.
	for name, tc := range map[string]struct {
		now  time.Time
		want []v1.Key
	}{
		"long before":              {time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), []v1.Key{current, old}},
		"last moment of the day":   {time.Date(2027, 1, 31, 15, 59, 59, 999, time.UTC), []v1.Key{current, old}},
		"first moment after it":    {time.Date(2027, 1, 31, 16, 0, 0, 0, time.UTC), []v1.Key{current}},
		"still that day in London": {time.Date(2027, 1, 31, 20, 0, 0, 0, time.UTC), []v1.Key{current}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := m.SignKeys(tc.now)
			if len(got) != len(tc.want) {
				t.Fatalf("%d keys, want %d", len(got), len(tc.want))
			}
			for i := range got {
				if got[i].Sign("text") != tc.want[i].Sign("text") {
					t.Errorf("key %d is another one", i)
				}
			}
		})
	}
	if m.SignKey().Sign("text") != current.Sign("text") {
		t.Error("SignKey is not the current key")
	}
}

// Keys come out of files and editors with blanks around them; merchants' keys
// have none.
func TestSignKeyIsTrimmed(t *testing.T) {
	t.Parallel()
	r, err := load(shop(func(c *merchants.Config) { c.SignKey = "{env.PADDED_KEY}" }))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := r.ByMerID("89900001").SignKey(), v1.NewKey(secrets["{env.SIGN_KEY}"]); got.Sign("text") != want.Sign("text") {
		t.Error("the blanks became part of the key")
	}
}
