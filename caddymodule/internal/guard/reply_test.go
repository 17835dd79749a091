package guard

import (
	"testing"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

func TestRefuses(t *testing.T) {
	t.Parallel()
	sealed := func(message string) string { return string(v1.SealReply([]byte(message), v1.Key{})) }
	for name, c := range map[string]struct {
		status         int
		body           string
		part           bool
		refused, known bool
	}{
		"taken":                     {body: sealed(`{"respcode":"00"}`), known: true},
		"taken, and says so in GBK": {body: sealed("{\"respmsg\":\"\xbf\x5c\",\"respcode\":\"00\"}"), known: true},
		"taken, not paid yet":       {body: sealed(`{"respcode":"00","resultcode":"1001"}`), known: true},
		"refused":                   {body: sealed(`{"respcode":"93","respmsg":"x"}`), refused: true, known: true},
		"refused in the field":      {body: sealed(`{"respcode":"B5"}`), refused: true, known: true},
		"taken, then failed":        {body: sealed(`{"respcode":"00","resultcode":"1003"}`), refused: true, known: true},
		"no code":                   {body: sealed(`{}`), refused: true, known: true},
		"nothing":                   {refused: true, known: true},
		"page":                      {body: "<html>busy</html>", refused: true, known: true},
		"page of a balancer":        {status: 502, body: "<html>", refused: true, known: true},
		"error with a good reply":   {status: 500, body: sealed(`{"respcode":"00"}`), refused: true, known: true},
		"not whole":                 {body: sealed(`{"respcode":"00"}`), part: true},
		"nothing of it":             {part: true},
		"error, not whole":          {status: 502, part: true, refused: true, known: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused, known := Refuses(max(c.status, 200), []byte(c.body), !c.part)
			if refused != c.refused || known != c.known {
				t.Errorf("refused %t, known %t", refused, known)
			}
		})
	}
}
