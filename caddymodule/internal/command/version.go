package command

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
)

// versionCommand makes "caddy paybridge version".
func versionCommand() *cobra.Command {
	var running bool
	cmd := &cobra.Command{
		Use:   "version [--running]",
		Short: "Says which version this program is (offline)",
		Long: `
Prints the version of Paybridge, the commit that it was built from, and the
versions of Go and Caddy. Between releases the version is the one that Go makes of
a commit; +dirty says that there were changes beside it. A program that was built
from a folder by other means than this repository's makefile does not know its
version and says devel.

With --running it prints the version of the Caddy that runs instead. After an
upgrade without a restart that is still the old one.

This command changes nothing.`,
		Example: `  caddy paybridge version
  caddy paybridge version --running`,
	}
	cmd.Flags().BoolVar(&running, "running", false, "Ask the Caddy that runs")
	return onlineCommand(cmd, cobra.NoArgs, func(o *online, _ []string) error {
		answer := api.ThisVersion()
		if running {
			if err := o.client.Get(o.Context(), "version", struct{}{}, &answer); err != nil {
				return err
			}
		}
		return o.show(answer, func(w printer) { printVersion(w, answer) })
	})
}

func printVersion(w printer, v api.Version) {
	for _, line := range [][2]string{
		{"paybridge", v.Version}, {"commit", v.Commit}, {"go", v.Go}, {"caddy", v.Caddy},
	} {
		w.raw(fmt.Sprintf("%-10s %s\n", line[0], line[1]))
	}
}
