package main

import (
	"bytes"
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

// Names of the two Caddyfiles in the demo's folder. Paths inside them are
// relative to that folder, where both servers run.
const (
	bridgeCaddyfile  = "bridge.Caddyfile"
	gatewayCaddyfile = "gateway.Caddyfile"
)

//go:embed templates
var templates embed.FS

// settings is what the Caddyfiles are filled in with.
type settings struct {
	// The servers' addresses, without a path: the bridge, the v2 gateway, the old one,
	// and the bridge's admin endpoint. The last two are used where a merchant moves.
	BridgeURL, GatewayURL, OldURL, AdminURL string
	// MerchantID is the merchant's v1 merid, GatewayMerchantID its v2
	// merchantId.
	MerchantID, GatewayMerchantID string
	scene
}

// scene is what kind of demo it is.
type scene struct {
	// Stay: the bridge has an admin endpoint and gives up on notifications soon.
	Stay bool
	// Move: the bridge stands beside an old gateway.
	Move bool
}

// Admin is where the bridge's admin endpoint listens.
func (s settings) Admin() string { return strings.TrimPrefix(s.AdminURL, "http://") }

// writeCaddyfile fills in a template and writes it into a folder.
func (s settings) writeCaddyfile(folder, name string) error {
	text, err := s.fill(name)
	if err != nil {
		return fmt.Errorf("filling in %s: %w", name, err)
	}
	if err := os.WriteFile(filepath.Join(folder, name), text, 0o600); err != nil {
		return fmt.Errorf("writing Caddyfile: %w", err)
	}
	return nil
}

func (s settings) fill(name string) ([]byte, error) {
	t, err := template.ParseFS(templates, "templates/"+name)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	err = t.Execute(&text, s)
	return text.Bytes(), err
}
