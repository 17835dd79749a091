package command

import (
	"bytes"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/text/encoding/unicode"

	"github.com/paybridge/paybridge/caddymodule/internal/explain"
)

// explainCommand makes "caddy paybridge explain".
func explainCommand(offline Offline) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "explain [<file> | <url>]",
		Short: "Tells why a message does or does not verify (offline)",
		Long: `
Reads one message, tells step by step what the bridge makes of it, and names the
likely cause when it does not verify, with what to tell the merchant or the
gateway's people.

The message is a file, or standard input when none (or "-") is named: the body
of a form as it was received (urlencoded or multipart), a whole HTTP request, or
an answer of the gateway. Of a whole request, its first line and Content-Type
included, the verdict is that of a running bridge: by its path, its method and
how its form is written, too. It may also be a URL with req and sign in its query,
as an argument in quotes. Whether it is v1 or v2 is found out from the message.

The merchant is the one that the message names, in the configuration given; the
others of the same configuration are tried too, as keys get mixed up. Run the
command where the configuration's key files and environment variables are.

It tells the names and lengths of parameters, and the values of merchant and
order numbers, action, amount, codes and states. It never prints a key, a
signature, an openid, a scanned code or an address.

Of a configuration with old_gateway it tells what is passed on to the old gateway,
and what v2 says of the rest where v2 serves it.

It does not: ask the running Caddy, look into the ledger (so it cannot tell
whether an order or its amount is the right one, nor which side has it), send
anything, or change anything.

Exit status: 0 the bridge takes the message or passes it on, 1 it does not, 2 the
command could not be carried out.`,
		Example: `  caddy paybridge explain request.txt
  caddy paybridge explain --config /etc/caddy/Caddyfile --json < body.txt
  caddy paybridge explain 'https://pay.example.com/wxjsapi/gopay.html?req=eyJ...&sign=d9e7...'
  caddy paybridge explain --merid 89900001 notice.txt`,
		Args: usageOf(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return runExplain(cmd, offline, args) },
	}
	configFlags(cmd)
	cmd.Flags().String("merid", "", "Merchant (v1 number) to judge by when the message names none")
	cmd.Flags().Bool("json", false, "Print the report as JSON")
	cmd.SetFlagErrorFunc(flagUsage)
	return cmd
}

func runExplain(cmd *cobra.Command, offline Offline, args []string) error {
	input, err := messageInput(cmd, args)
	if err != nil {
		return exitWith(cmd, exitUsage, err)
	}
	config, err := load(cmd, offline)
	if err != nil {
		return exitWith(cmd, exitUsage, err)
	}
	defer config.Close()
	merID, _ := cmd.Flags().GetString("merid")
	if merID != "" && !config.Merchants.Has(merID) {
		return exitWith(cmd, exitUsage, say("--merid: the configuration has no merchant %q", merID))
	}
	report := explain.Explain(input, explain.World{
		Merchants: config.Merchants, MerID: merID, Now: time.Now(),
		OldGateway: config.OldGateway, DefaultRoute: config.DefaultRoute,
	})
	if err := printReport(cmd, report); err != nil {
		return exitWith(cmd, exitUsage, err)
	}
	if !report.Accepted && !report.PassedOn {
		cmd.SilenceErrors = true // the report has said it all
		return ErrRefused
	}
	return nil
}

// messageInput reads the message that the argument names; a URL, or a form that
// was pasted, is one itself.
func messageInput(cmd *cobra.Command, args []string) ([]byte, error) {
	if len(args) == 1 && (strings.Contains(args[0], "req=") || strings.Contains(args[0], "msg_enc=")) {
		return []byte(args[0]), nil
	}
	if len(args) == 0 {
		args = []string{"-"}
	}
	return fileInput(cmd, args[0])
}

// readMessage reads a message that is not longer than a message can be.
func readMessage(from io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(from, explain.MaxInput+1))
	switch {
	case err != nil:
		return nil, say("reading message: %v", err)
	case len(data) > explain.MaxInput:
		return nil, say("reading message: it is longer than %d bytes, which no message is", explain.MaxInput)
	}
	return inUTF8(data), nil
}

// inUTF8 undoes what an editor or PowerShell has made of a message when it was saved: with
// one of the marks of UTF-16 in front, which no message begins with, every character of it
// has two bytes.
func inUTF8(data []byte) []byte {
	if !bytes.HasPrefix(data, []byte("\xff\xfe")) && !bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return data
	}
	text, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
	if err != nil {
		return data
	}
	return text
}

func printReport(cmd *cobra.Command, report explain.Report) error {
	if asJSON, _ := cmd.Flags().GetBool("json"); !asJSON {
		return report.WriteText(outOf(cmd), langOf(cmd))
	}
	return writeJSON(outOf(cmd), report)
}
