package configerror_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
)

func TestErrorIsOneLine(t *testing.T) {
	t.Parallel()
	imported := configerror.Position{File: "Caddyfile", Line: 3, Imports: "import chain ['Caddyfile:30 (import shop)']"}
	for name, tc := range map[string]struct {
		err  configerror.Error
		want string
	}{
		"no position": {configerror.Error{Err: errors.New("a: b")}, "a: b"},
		"file":        {configerror.Error{At: configerror.Position{File: "m.json"}, Err: errors.New("is empty")}, "m.json: is empty"},
		"line":        {configerror.Error{At: configerror.Position{File: "Caddyfile", Line: 14}, Err: errors.New("a: b")}, "Caddyfile:14: a: b"},
		"column":      {configerror.Error{At: configerror.Position{File: "m.json", Line: 2, Column: 4}, Err: errors.New("a: b")}, "m.json:2:4: a: b"},
		"imported":    {configerror.Error{At: imported, Err: errors.New("a: b")}, "Caddyfile:3: a: b (import chain ['Caddyfile:30 (import shop)'])"},
		"of many":     {configerror.Error{Err: errors.New("a: b"), Others: 999}, "a: b (and so for 999 more)"},
		"two lines":   {configerror.Error{Err: errors.New("a:\nb")}, "a: b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tc.err.Error(); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

// TestListIsSorted: errors come in the order of lines, those of one line in the
// order in which they were found.
func TestListIsSorted(t *testing.T) {
	t.Parallel()
	var list configerror.List
	for i, at := range []configerror.Position{{File: "b", Line: 1}, {File: "a", Line: 10}, {File: "a", Line: 9}, {File: "a", Line: 10}, {}} {
		list.Add(at, fmt.Errorf("no. %d", i))
	}
	list.Add(configerror.Position{}, nil)
	var more configerror.List
	more.Add(configerror.Position{File: "other"}, list.Err()) // which has positions
	got := more.Err()
	if got.Error() != "5 errors in the configuration, each with a line of its own in the log; the first: no. 4" {
		t.Errorf("%q", got)
	}
	var sorted configerror.List
	if !errors.As(got, &sorted) {
		t.Fatalf("%T is no list", got)
	}
	want := []string{"5 errors in the configuration:", "no. 4", "a:9: no. 2", "a:10: no. 1", "a:10: no. 3", "b:1: no. 0"}
	if lines := sorted.Lines(); !slices.Equal(lines, want) {
		t.Errorf("%q, want %q", lines, want)
	}
	if configerror.List(nil).Err() != nil {
		t.Error("an empty list is an error")
	}
}

func TestListIsBounded(t *testing.T) {
	t.Parallel()
	var list configerror.List
	for i := range 300 {
		list.Add(configerror.Position{File: "Caddyfile", Line: i + 1}, errors.New("x"))
	}
	lines := list.Lines()
	if len(lines) != configerror.MostTold+2 || lines[0] != "300 errors in the configuration:" || lines[len(lines)-1] != "… and 250 more" {
		t.Errorf("%d lines, from %q to %q", len(lines), lines[0], lines[len(lines)-1])
	}
	if strings.Contains(list.Error(), "\n") {
		t.Errorf("%q has more than one line", list.Error())
	}
	if one := list[:1]; one.Error() != "Caddyfile:1: x" || len(one.Lines()) != 1 {
		t.Errorf("a single error: %q, %q", one, one.Lines())
	}
}

func TestWithoutMissing(t *testing.T) {
	t.Parallel()
	var list configerror.List
	list.Add(configerror.Position{}, fmt.Errorf("merchant 1: %w", fmt.Errorf("sign_key: %w", configerror.ErrMissing)))
	list.Add(configerror.Position{}, errors.New("suite: unknown"))
	if got := list.WithoutMissing(); len(got) != 1 || got[0].Error() != "suite: unknown" || len(list) != 2 {
		t.Errorf("%q, of %q", got, list)
	}
}

// TestPositionsSurviveJSON: a configuration is carried from the reader of the
// Caddyfile to the server in JSON.
func TestPositionsSurviveJSON(t *testing.T) {
	t.Parallel()
	for _, at := range []configerror.Position{
		{}, {File: "Caddyfile"}, {File: "Caddyfile", Line: 14}, {File: `C:\caddy\Caddyfile`, Line: 14}, {File: "/etc/a b:c", Line: 1},
		{File: "Caddyfile", Line: 3, Imports: "import chain ['Caddyfile:30 (import shop)','b:1 (import)']"},
	} {
		text, err := json.Marshal(configerror.Source{"directive": at})
		if err != nil {
			t.Fatal(err)
		}
		var back configerror.Source
		if err := json.Unmarshal(text, &back); err != nil || back["directive"] != at {
			t.Errorf("%+v became %+v by %s, %v", at, back["directive"], text, err)
		}
	}
}

func FuzzPosition(f *testing.F) {
	f.Add("Caddyfile:3 import chain ['Caddyfile:30 (import shop)']")
	f.Add("a:b:-1")
	f.Fuzz(func(t *testing.T, text string) {
		var at configerror.Position
		if err := at.UnmarshalText([]byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		_ = at.String()
	})
}

func TestSourceFindsTheNextOuterWord(t *testing.T) {
	t.Parallel()
	source := configerror.Source{"timeouts": {Line: 1}, "timeouts.read": {Line: 2}, "wechat_app[1]": {Line: 3}, "merid": {Line: 4}}
	for want, directives := range map[int][]string{
		0: {"gateway"},
		1: {"timeouts.reply"},
		2: {"timeouts.read"},
		3: {configerror.Indexed("wechat_app", 1) + ".secret"},
		4: {configerror.Indexed("wechat_app", 0), "merid"},
	} {
		if got := source.At(directives...); got.Line != want {
			t.Errorf("%q is at line %d, want %d", directives, got.Line, want)
		}
	}
}
