package v1_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

func TestKeyShowsNothing(t *testing.T) {
	t.Parallel()
	const secret = "canary-7f3a"
	key := v1.NewKey(secret)
	exported := struct{ Key v1.Key }{key}
	unexported := struct{ key v1.Key }{key}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p", "%T", "%10.3s", "%!"} {
		for _, value := range []any{key, &key, exported, unexported, &unexported, []v1.Key{key}, map[string]v1.Key{"k": key}} {
			shown := fmt.Sprintf(verb, value)
			if strings.Contains(shown, secret) || strings.Contains(shown, fmt.Sprintf("%x", secret)) {
				t.Errorf("%s of %T shows %s", verb, value, shown)
			}
		}
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if got := fmt.Sprintf(verb, key); got != "***" {
			t.Errorf("%s = %s, want ***", verb, got)
		}
	}
	if key.String() != "***" || key.GoString() != "***" {
		t.Errorf("String = %s, GoString = %s, want ***", key.String(), key.GoString())
	}
	if got, err := json.Marshal(exported); err != nil || string(got) != `{"Key":"***"}` {
		t.Errorf("as JSON: %s, %v", got, err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("key", "key", key, "opened", v1.Opened{Key: key})
	if strings.Contains(log.String(), secret) {
		t.Errorf("logged as %s", &log)
	}
}

func TestZeroKey(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]v1.Key{"literal": {}, "empty secret": v1.NewKey("")} {
		if !key.IsZero() {
			t.Errorf("%s: not zero", name)
		}
		if sign := key.Sign("text"); sign != "" {
			t.Errorf("%s: signs with %s", name, sign)
		}
	}
	if v1.NewKey("x").IsZero() {
		t.Error("a key with a secret is zero")
	}
}
