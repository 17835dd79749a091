package route_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/paybridge/paybridge/caddymodule/internal/route"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

func TestNew(t *testing.T) {
	t.Parallel()
	share := func(n int) *int { return &n }
	everything := make([]string, 0, len(v1.Actions()))
	for _, a := range v1.Actions() {
		everything = append(everything, string(a))
	}
	for name, c := range map[string]struct {
		mode    string
		percent *int
		actions []string
		want    string // of the route, or part of the error
		fails   bool
	}{
		"old":                       {mode: "old", want: "old"},
		"shadow":                    {mode: "shadow", want: "shadow"},
		"v2 is all of them":         {mode: "v2", want: "v2 100%"},
		"least share":               {mode: "v2", percent: share(1), want: "v2 1%"},
		"whole share":               {mode: "v2", percent: share(100), want: "v2 100%"},
		"actions in their order":    {mode: "v2", percent: share(20), actions: []string{"AliSao", "WxSao", "AliSao"}, want: "v2 20% WxSao,AliSao"},
		"all actions are no choice": {mode: "v2", actions: everything, want: "v2 100%"},
		"no share":                  {mode: "v2", percent: share(0), want: "percent: 0: not a whole number from 1 to 100", fails: true},
		"below":                     {mode: "v2", percent: share(-1), want: "percent: -1", fails: true},
		"above":                     {mode: "v2", percent: share(101), want: "percent: 101", fails: true},
		"unknown mode":              {mode: "V2", want: `route: "V2": not a route; write old, shadow, v2, or default for none of its own`, fails: true},
		"no mode":                   {want: `route: "": not a route`, fails: true},
		"share of old":              {mode: "old", percent: share(0), want: "percent: only the route v2 has a share, old has none", fails: true},
		"actions of shadow":         {mode: "shadow", actions: []string{"WxSao"}, want: "actions: only the route v2 has actions, shadow has none", fails: true},
		"unknown action":            {mode: "v2", actions: []string{"wxsao"}, want: `actions: "wxsao": not an action; write any of WxCode, WxSao`, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := route.New(c.mode, c.percent, c.actions)
			switch {
			case c.fails && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error %v, want %q", err, c.want)
			case !c.fails && (err != nil || r.String() != c.want):
				t.Errorf("route %q, error %v, want %q", r, err, c.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", " ", "v2 20", "v2 20% 30%", "v2 WxSao 20%", "v2 x%", "v2 20% WxSao AliSao", "old 20%", "shadow WxSao", "v2 0%", "v2 101%", "v2 20% WxSao,,AliSao", "v2 ,", "new"} {
		if r, err := route.Parse(text); err == nil {
			t.Errorf("%q is read as %q", text, r)
		}
	}
}

func TestParseReadsWhatStringWrites(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := anyRoute(t)
		read, err := route.Parse(" " + strings.ReplaceAll(r.String(), " ", "  ") + " ")
		if err != nil || !read.Equal(r) {
			t.Fatalf("%q is read as %q, error %v", r, read, err)
		}
	})
}

// anyRoute draws a route.
func anyRoute(t *rapid.T) route.Route {
	mode := rapid.SampledFrom(route.Modes()).Draw(t, "mode")
	if mode != route.ModeV2 {
		return route.Route{Mode: mode}
	}
	percent := rapid.IntRange(1, 100).Draw(t, "percent")
	r, err := route.New(string(mode), &percent, rapid.SliceOf(rapid.Custom(func(t *rapid.T) string {
		return string(rapid.SampledFrom(v1.Actions()).Draw(t, "action"))
	})).Draw(t, "actions"))
	if err != nil {
		t.Fatal(err)
	}
	return r
}
