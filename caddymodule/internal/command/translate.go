package command

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/tidwall/gjson"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/explain"
	"github.com/paybridge/paybridge/caddymodule/internal/preview"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// translateCommand makes "caddy paybridge translate".
func translateCommand(offline Offline) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "translate --in <file> [--answer <file>]",
		Short: "Shows what a v1 request becomes in v2, and an answer in v1 (offline)",
		Long: `
Reads a merchant's message and prints the plain text that the bridge would seal
and send to the gateway. With --answer it also reads the plain text of an answer
and says what that would mean: the state of the order, and the merchant's reply.
The rules are those of the running bridge.

The message is its plain JSON, or a form or URL with req; its signature is not
looked at ("explain" does that). "-" is standard input. A message with an action
is a payment, any other a query; say --interface cancel for a cancel.

With --config the merchant's number, public_url, subject, transaction codes and
order_prefix are those of that configuration. Without it no configuration is
read, not even ./Caddyfile, and examples stand in their places. Numbers and
times that a running bridge would draw are made up in any case; they are listed.

The scanned code and the openid are printed as *** unless --show-payer is given.

It does not: verify, seal, send, look into the ledger, or change anything. An
answer is compared with the request's merchant and amount, and not with an order.

Exit status: 0 translated, 1 the bridge would refuse the message or not believe
the answer, 2 the command could not be carried out.`,
		Example: `  caddy paybridge translate --in request.json
  caddy paybridge translate --config /etc/caddy/Caddyfile --in request.json --answer answer.json
  caddy paybridge translate --in lookup.json --interface cancel --json`,
		Args: usageOf(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return runTranslate(cmd, offline) },
	}
	configFlags(cmd)
	cmd.Flags().Lookup("config").Usage = "Configuration file (default none: example values)"
	cmd.Flags().String("in", "", "File with the merchant's message")
	cmd.Flags().String("answer", "", "File with the plain text of the gateway's answer")
	cmd.Flags().String("interface", "", "What the message is for: pay, query or cancel (default by its members)")
	cmd.Flags().String("merid", "", "Merchant (v1 number) to translate for when the message names none")
	cmd.Flags().Bool("show-payer", false, "Print the scanned code and the openid")
	cmd.Flags().Bool("json", false, "Print one JSON object")
	cmd.SetFlagErrorFunc(flagUsage)
	return cmd
}

func runTranslate(cmd *cobra.Command, offline Offline) error {
	t, err := readTranslation(cmd, offline)
	if err != nil {
		return exitWith(cmd, exitUsage, err)
	}
	write := func(out *bytes.Buffer) error { return t.writeText(printer{out, langOf(cmd)}) }
	if asJSON, _ := cmd.Flags().GetBool("json"); asJSON {
		write = func(out *bytes.Buffer) error { return writeJSON(out, t) }
	}
	var out bytes.Buffer
	err = write(&out)
	if err == nil {
		_, err = outOf(cmd).Write(out.Bytes())
	}
	if err != nil {
		return exitWith(cmd, exitUsage, err)
	}
	if t.Error != "" {
		cmd.SilenceErrors = true // the translation has said it
		return ErrRefused
	}
	return nil
}

// readTranslation reads the files that the flags name and translates them.
func readTranslation(cmd *cobra.Command, offline Offline) (translation, error) {
	in, _ := cmd.Flags().GetString("in")
	if in == "" {
		return translation{}, say("--in: name the file with the merchant's message")
	}
	input, err := fileInput(cmd, in)
	if err != nil {
		return translation{}, err
	}
	message, err := explain.Message(input)
	if err != nil {
		return translation{}, say("--in: %v", err)
	}
	settings, err := previewSettings(cmd, offline, message)
	if err != nil {
		return translation{}, err
	}
	iface, _ := cmd.Flags().GetString("interface")
	if iface == "" {
		iface = preview.InterfaceOf(message)
	}
	t, request, err := translateRequest(iface, message, settings)
	answer, _ := cmd.Flags().GetString("answer")
	if err != nil || answer == "" || t.Error != "" {
		return t, err
	}
	if input, err = fileInput(cmd, answer); err != nil {
		return translation{}, err
	}
	return t, t.translateAnswer(request, input)
}

// fileInput reads a file, or standard input for "-".
func fileInput(cmd *cobra.Command, name string) ([]byte, error) {
	if name == "-" {
		return readMessage(cmd.InOrStdin())
	}
	file, err := os.Open(name) //nolint:gosec // the operator names it
	if err != nil {
		return nil, say("reading message: %v", err)
	}
	defer file.Close()
	return readMessage(file)
}

// exampleSettings stand for a configuration where none is given.
func exampleSettings(offline Offline) preview.Settings {
	settings := offline.Examples()
	settings.GatewayMerchant, settings.Invented = "000000000000", true
	return settings
}

// previewSettings takes the settings of the merchant that a message names from
// the configuration, if one is given.
func previewSettings(cmd *cobra.Command, offline Offline, message []byte) (preview.Settings, error) {
	settings := exampleSettings(offline)
	if named, _ := cmd.Flags().GetString("config"); named != "" {
		config, err := load(cmd, offline)
		if err != nil {
			return settings, err
		}
		defer config.Close()
		merID, _ := cmd.Flags().GetString("merid")
		if claimed := gjson.GetBytes(message, "merid").String(); claimed != "" {
			merID = claimed
		}
		merchant := config.Merchants.ByMerID(merID)
		if merchant == nil {
			return settings, say("the configuration has no merchant with the merid of the message; name one with --merid if it has none")
		}
		settings = config.Preview
		settings.GatewayMerchant = merchant.GatewayMerchant
		if merchant.Subject != "" {
			settings.Subject = merchant.Subject
		}
	}
	settings.Now = time.Now()
	settings.ShowPayer, _ = cmd.Flags().GetBool("show-payer")
	return settings, nil
}

// translation is what the command prints: English where programs read it, and beside
// that what has to be said in the operator's language.
type translation struct {
	Interface string          `json:"interface"`
	TranCode  string          `json:"tran_code,omitempty"`
	Request   json.RawMessage `json:"request,omitempty"` // v2 plain text
	Examples  []string        `json:"examples,omitempty"`
	State     string          `json:"state,omitempty"`
	Reason    string          `json:"reason,omitempty"`
	Reply     json.RawMessage `json:"reply,omitempty"` // v1
	Notes     []string        `json:"notes,omitempty"`
	Error     string          `json:"error,omitempty"` // why the message is refused or the answer not believed

	notes   []bilingual.Said
	reason  bilingual.Said
	refused bilingual.Said // Error
}

// noteTexts are the notes of a preview in words.
var noteTexts = map[preview.Note]bilingual.Said{
	preview.NoAddress:       say("The message names no address: a running bridge puts where the request came from into body.spbillCreatIp."),
	preview.NoOpenID:        say("Without an openid nothing is sent before the payer's browser comes: the merchant first hears 00 with a PayId."),
	preview.NotFinalOnly:    say("A running bridge asks the gateway only about an order that is not final, by the number in its ledger."),
	preview.RefundOnly:      say("This is the refund of a paid order; the amount is that of the ledger. An order that is not paid is closed instead."),
	preview.NumbersOfAnswer: say("The numbers of the order were taken from the answer; a running bridge compares them with its ledger."),
}

// note adds notes of a preview.
func (t *translation) note(notes []preview.Note) {
	for _, n := range notes {
		text := noteTexts[n]
		t.Notes, t.notes = append(t.Notes, text.Error()), append(t.notes, text)
	}
}

// refuse says why the message is refused or the answer not believed.
func (t *translation) refuse(why bilingual.Said) { t.Error, t.refused = why.Error(), why }

// doubt is why an answer makes nothing certain; in English it is the text itself.
func doubt(reason string) bilingual.Said {
	if said, known := explain.Doubts.Reads(reason); known {
		return said
	}
	return bilingual.Pair(reason, reason)
}

// translateRequest makes the v2 request, or the v1 refusal.
func translateRequest(iface string, message []byte, settings preview.Settings) (translation, *preview.Request, error) {
	request, err := preview.New(iface, message, settings)
	if refusal, ok := errors.AsType[*v1.Error](err); ok {
		t := translation{Interface: iface, Reply: request.Refusal(refusal)}
		t.refuse(explain.Refusal(refusal))
		return t, nil, nil
	}
	if errors.Is(err, preview.ErrUnknownInterface) {
		return translation{}, nil, say("unknown interface %.20q: use pay, query or cancel", iface)
	}
	if err != nil {
		return translation{}, nil, err
	}
	t := translation{Interface: iface, TranCode: request.TranCode, Request: request.Plaintext, Examples: request.Examples}
	t.note(request.Notes)
	return t, request, nil
}

// translateAnswer adds what an answer means. Only a text that is no v2 message
// is an error.
func (t *translation) translateAnswer(request *preview.Request, answer []byte) error {
	if _, err := v2.ParseMessage(answer); err != nil {
		return say("--answer: %v; give the plain text {\"head\":...,\"body\":...}", explain.Unreadable(err))
	}
	reply, err := request.Reply(answer)
	if err != nil {
		t.refuse(doubt(err.Error()))
	}
	t.State, t.Reason, t.Reply = string(reply.State), reply.Reason, reply.JSON
	t.reason = doubt(reply.Reason)
	t.note(reply.Notes)
	return nil
}

func (t *translation) writeText(out printer) error {
	if t.Request != nil {
		out.say("v1 %s → v2 %s, before it is sealed:\n", t.Interface, t.TranCode)
		if err := writeIndented(out, t.Request); err != nil {
			return err
		}
		out.say("Made up here, drawn for each real order: %s\n", strings.Join(t.Examples, ", "))
	}
	if t.State != "" {
		out.say("\nThe answer means: %s\n", translate.State(t.State))
	}
	if t.Reason != "" {
		out.say("Because: %s\n", t.reason)
	}
	if t.Error != "" {
		out.say("\nRefused: %s\n", t.refused)
	}
	if t.Reply != nil {
		out.say("\nv1 reply, before it is signed:\n")
		if err := writeIndented(out, t.Reply); err != nil {
			return err
		}
	}
	for _, note := range t.notes {
		out.say("\nNote: %s\n", note)
	}
	return nil
}

func writeIndented(out printer, text []byte) error {
	var lines bytes.Buffer
	if err := json.Indent(&lines, text, "", "  "); err != nil {
		return fmt.Errorf("printing: %w", err)
	}
	out.raw(lines.String() + "\n")
	return nil
}
