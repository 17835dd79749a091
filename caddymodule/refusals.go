package caddymodule

import "github.com/paybridge/paybridge/caddymodule/internal/refusals"

// refused remembers why merchants' requests were refused. It is the process's:
// configurations come and go and the last day is told all the same.
var refused = refusals.New(observed, refusals.Rest)
