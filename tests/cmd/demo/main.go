// Command demo shows one payment, from a v1 request to the merchant's
// notification, and what becomes of two more:
//
//	make -f xcaddy.mk demo
//
// In a temporary folder it makes keys and two Caddyfiles, and with them it
// starts two real servers of the given Caddy on loopback: the bridge as an
// operator would run it, and the sandbox gateway. It then plays the merchant
// and the payer. Everything it prints was on the wire; whatever is not as it
// should be ends the demo with a failure. It leaves nothing behind, neither a
// process nor a file.
//
// With -stay (make -f xcaddy.mk playground) it goes on until it is interrupted,
// with an order that an operator has to look after. With -move (make -f xcaddy.mk
// move) it shows instead how a merchant is moved from the old gateway to v2.
//
// The demo talks to the servers over HTTP alone and does not import them, so
// that running it builds nothing big.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

func main() {
	// A reader that goes away, as in "make demo | head", must not end the demo
	// before it has stopped its servers.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// The exit statuses.
const (
	exitDone = iota
	exitFailed
	exitUsage
)

// run runs the demo and returns its exit status. It ends early when ctx does.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(stderr)
	caddy := flags.String("caddy", ".build/caddy-sandbox", "the Caddy with Paybridge and the sandbox gateway")
	parent := flags.String("dir", "", "where the temporary folder is made (default: the system's place)")
	stay := flags.Bool("stay", false, "go on with an order for you to look after, until Ctrl-C")
	move := flags.Bool("move", false, "show a merchant moved from the old gateway to v2, and back")
	if err := flags.Parse(args); err != nil {
		return exitUsage // Parse has said why
	}
	if flags.NArg() > 0 {
		_, _ = fmt.Fprintf(stderr, "unexpected argument %q; the demo takes flags only, see -help\n", flags.Arg(0))
		return exitUsage
	}
	if *stay && *move {
		_, _ = fmt.Fprintln(stderr, "-stay and -move are two demos: give one of them")
		return exitUsage
	}
	show := newPrinter(stdout)
	played := payment
	switch {
	case *move:
		played = moving
	case *stay:
		played.Stay, played.acts = true, slices.Concat(acts, stayActs)
	}
	err := play(ctx, *caddy, *parent, played, show)
	if err != nil {
		newPrinter(stderr).failure(ctx, err)
		return exitFailed
	}
	show.end()
	return exitDone
}
