package command

import (
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/visible"
)

// outOf is where a command prints, and errOf where it says what went wrong. All of it
// goes through package visible: merchants, the gateway and payers choose what stands in
// it, and a terminal must not obey them. It holds for pipes too, whose other end is
// mostly a terminal in the end.
func outOf(cmd *cobra.Command) io.Writer { return visible.NewWriter(cmd.OutOrStdout()) }

func errOf(cmd *cobra.Command) io.Writer { return visible.NewWriter(cmd.ErrOrStderr()) }

// beneath is where a command's output goes in the end, past package visible.
func beneath(w io.Writer) io.Writer {
	if p, is := w.(printer); is {
		w = p.Writer
	}
	if shown, is := w.(*visible.Writer); is {
		return shown.Beneath()
	}
	return w
}

// exactly is the writer for what another program reads: to that it goes as it is, and
// to a terminal like everything else.
func exactly(w io.Writer) io.Writer {
	if to := beneath(w); !isTerminal(to) {
		return to
	}
	return w
}

// isTerminal reports whether somebody watches w.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
