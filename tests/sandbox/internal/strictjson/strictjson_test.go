package strictjson

import (
	"encoding/json"
	"testing"
)

func TestOrdered(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		want       []string // names in order, nil for an error
	}{
		{"keeps the order", `{"b":1,"a":{"c":[2]}}`, []string{"b", "a"}},
		{"empty object", ` {} `, []string{}},
		{"a member twice", `{"a":1,"a":2}`, nil},
		{"an array", `["a"]`, nil},
		{"a second object", `{}{}`, nil},
		{"cut off in a value", `{"a":`, nil},
		{"cut off after a value", `{"a":1`, nil},
		{"not UTF-8", "{\"a\":\"\xff\"}", nil},
		{"a BOM", "\ufeff{}", nil},
		{"nothing", "", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			members, err := Ordered([]byte(test.text))
			if (err != nil) != (test.want == nil) {
				t.Fatalf("Ordered(%q): %v", test.text, err)
			}
			if len(members) != len(test.want) {
				t.Fatalf("got %d members, want %d", len(members), len(test.want))
			}
			for i, m := range members {
				if m.Name != test.want[i] {
					t.Errorf("member %d is %q, want %q", i, m.Name, test.want[i])
				}
			}
		})
	}
}

func TestString(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{`"a\/b"`: "a/b", `""`: ""} {
		if got, ok := String(json.RawMessage(text)); !ok || got != want {
			t.Errorf("String(%s) = %q, %v; want %q", text, got, ok, want)
		}
	}
	for _, text := range []string{`null`, `1`, `{}`, ``} {
		if got, ok := String(json.RawMessage(text)); ok {
			t.Errorf("String(%s) = %q; want no string", text, got)
		}
	}
}

func FuzzOrdered(f *testing.F) {
	for _, seed := range []string{`{"a":1,"b":"x"}`, `{"a":1,"a":2}`, `{`, `{"a":[{"b":null}]}`, `nul`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		members, err := Ordered(text)
		if err != nil {
			return
		}
		var plain map[string]json.RawMessage
		if err := json.Unmarshal(text, &plain); err != nil {
			t.Fatalf("accepted what encoding/json refuses: %v", err)
		}
		if len(plain) != len(members) {
			t.Fatalf("%d members, encoding/json sees %d", len(members), len(plain))
		}
	})
}
