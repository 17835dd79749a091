package command

import (
	"github.com/spf13/cobra"

	"github.com/paybridge/paybridge/caddymodule/internal/keygen"
	v2 "github.com/paybridge/paybridge/translate/v2"
)

// keygenCommand makes "caddy paybridge keygen".
func keygenCommand() *cobra.Command {
	var order keyOrder
	cmd := &cobra.Command{
		Use:   "keygen --out <name> [--suite intl|gm] [--bits <number>] [--json]",
		Short: "Makes a merchant's key pair for v2 (offline)",
		Long: `
Makes a key pair, writes <name>-private.pem and <name>-public.pem, and prints
what the gateway's people need: the public key as PEM and as bare base64 (X.509),
and its fingerprint, to be compared with them by telephone.

The private key is PKCS#8 in PEM, with mode 0600. It is not encrypted: keep it
readable for Caddy alone. A file that exists is never written over.

This command sends nothing to anybody, does not change the configuration or a
Caddy that runs, and does not print the private key. How to change a key without
stopping payments is told in docs/keys.md, "Changing a v2 key".`,
		Example: `  caddy paybridge keygen --out /etc/paybridge/473053110001
  caddy paybridge keygen --out 473053110002 --suite gm --json`,
		Args: usageOf(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			order.sized = cmd.Flags().Changed("bits")
			if err := order.check(); err != nil {
				return exitWith(cmd, exitUsage, err)
			}
			if err := order.fill(printerOf(cmd)); err != nil {
				return exitWith(cmd, exitUsage, err)
			}
			return nil
		},
	}
	cmd.SetFlagErrorFunc(flagUsage)
	cmd.Flags().StringVarP(&order.name, "out", "o", "", "Name of the two files, with a folder or without (required)")
	cmd.Flags().StringVar(&order.suiteName, "suite", v2.Intl.Name(), "Suite of the merchant: intl (RSA) or gm (SM2)")
	cmd.Flags().IntVar(&order.bits, "bits", keygen.DefaultBits, "Bits of an RSA key, 2048 or more")
	cmd.Flags().BoolVar(&order.json, "json", false, "Print JSON")
	return cmd
}

// keyOrder is what an operator asks of keygen.
type keyOrder struct {
	name      string
	suiteName string
	bits      int
	sized     bool // bits were given
	json      bool

	suite v2.Suite
	files keygen.Files
}

// check completes the order or says what is wrong with it.
func (o *keyOrder) check() (err error) {
	if o.name == "" {
		return say("--out is missing: name the files, for example --out 473053110001")
	}
	if o.files, err = keygen.FilesOf(o.name); err != nil {
		return say("--out: %v", err)
	}
	if o.suite, err = v2.LookupSuite(o.suiteName); err != nil {
		return say("--suite: unknown suite %q: use one of intl, gm", o.suiteName)
	}
	if o.suite == v2.GM && o.sized {
		return say("--bits is for suite intl: all SM2 keys have one size")
	}
	if o.bits < keygen.MinBits || o.bits > keygen.MaxBits {
		return say("--bits: %d: write %d to %d", o.bits, keygen.MinBits, keygen.MaxBits)
	}
	return o.files.Free()
}

// fill makes the key pair, writes it and prints what is public of it.
func (o *keyOrder) fill(out printer) error {
	pair, err := keygen.New(o.suite, o.bits)
	if err != nil {
		return say("making key: %v", err)
	}
	if err := pair.Write(o.files); err != nil {
		return err
	}
	made := keyMade{
		Suite: o.suite.Name(), PrivateFile: o.files.Private, PublicFile: o.files.Public,
		PublicPEM: pair.PublicPEM(), PublicBase64: pair.PublicBase64(), Fingerprint: pair.Fingerprint(),
	}
	if o.json {
		return writeJSON(out, made)
	}
	made.print(out)
	return nil
}

// keyMade is what keygen prints: the public half and where both halves are.
type keyMade struct {
	Suite        string `json:"suite"`
	PrivateFile  string `json:"private_key_file"`
	PublicFile   string `json:"public_key_file"`
	PublicPEM    string `json:"public_key_pem"`
	PublicBase64 string `json:"public_key_base64"`
	Fingerprint  string `json:"fingerprint_sha256"`
}

// print shows what was made, in the operator's language.
func (m keyMade) print(p printer) {
	p.say("Written:\n")
	p.say("  %s   the private key; it stays here, nobody needs a copy\n", m.PrivateFile)
	p.say("  %s    the public key\n", m.PublicFile)
	p.say("\nSend the gateway's people the public key, in the form that they ask for.\n")
	p.say("\nAs PEM:\n\n")
	p.raw(m.PublicPEM)
	p.say("\nAs bare base64 (X.509):\n\n")
	p.raw(m.PublicBase64 + "\n")
	p.say("\nCompare the fingerprint with them by telephone (SHA-256 of the X.509 key):\n\n")
	p.raw(m.Fingerprint + "\n")
	p.say("\nNothing has been sent and nothing is configured yet. What to do in which order:\n")
	p.say("docs/keys.md, \"Changing a v2 key\".\n")
}
