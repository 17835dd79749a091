package api

import "github.com/paybridge/paybridge/caddymodule/internal/version"

// Version is what the program that answers is made of.
type Version struct {
	Version string `json:"version" doc:"The version of Paybridge; between releases it names the commit; devel when the program does not know it."`
	Commit  string `json:"commit" doc:"The commit that it was built from; unknown when the program does not know it."`
	Go      string `json:"go" doc:"The version of Go and the platform."`
	Caddy   string `json:"caddy" doc:"The version of Caddy."`
}

// ThisVersion is what the program that asks is made of.
func ThisVersion() Version { return Version(version.Of()) }

func showVersion(*visit, nothing) (Version, error) { return ThisVersion(), nil }
