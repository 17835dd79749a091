package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"

	"github.com/paybridge/paybridge/tests/port"
	"github.com/paybridge/paybridge/tests/sandbox/merchant"
)

// The merchant of the demo, as v1 and v2 know it.
const (
	merchantID        = "89900001"
	gatewayMerchantID = "473053110001"
)

// world is everything the demo makes on the machine: a folder with keys and
// Caddyfiles, two servers, and the program behind the merchant's backurl.
type world struct {
	settings
	caddy   string // the binary, absolute
	folder  string
	signKey string
	// receiver takes notifications at backURL.
	receiver *merchant.Receiver
	backURL  string

	processes []*process
	undo      []func() error // what close does, last first
}

// newWorld makes a world in a new folder below parent, the system's place for
// temporary files if empty. It starts no server yet. Close it in the end.
func newWorld(caddy, parent string, show scene) (_ *world, err error) {
	w := &world{settings: settings{MerchantID: merchantID, GatewayMerchantID: gatewayMerchantID, scene: show}}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if w.caddy, err = program(caddy); err != nil {
		return nil, err
	}
	for _, prepare := range []func() error{
		w.adminIsFree,
		func() error { return w.makeFolder(parent) },
		w.reservePorts,
		func() (err error) { w.signKey, err = writeKeys(w.folder); return err },
		func() error { return w.writeCaddyfile(w.folder, bridgeCaddyfile) },
		func() error { return w.writeCaddyfile(w.folder, gatewayCaddyfile) },
		w.openReceiver,
	} {
		if err := prepare(); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// program returns the absolute path of a Caddy that is there.
func program(caddy string) (string, error) {
	path, err := filepath.Abs(caddy)
	if err != nil {
		return "", fmt.Errorf("looking for Caddy: %w", err)
	}
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return "", advised{
			fmt.Errorf("looking for Caddy: there is no program at %s", caddy),
			"Build it and run the demo with: make -f xcaddy.mk demo",
		}
	}
	return path, nil
}

func (w *world) makeFolder(parent string) (err error) {
	if w.folder, err = os.MkdirTemp(parent, "paybridge-demo-"); err != nil {
		return fmt.Errorf("making the demo's folder: %w", err)
	}
	w.undo = append(w.undo, func() error { return os.RemoveAll(w.folder) })
	return nil
}

func (w *world) reservePorts() error {
	for _, address := range []*string{&w.BridgeURL, &w.GatewayURL, &w.OldURL, &w.AdminURL} {
		reserved, err := port.Reserve()
		if err != nil {
			return err
		}
		w.undo = append(w.undo, reserved.Close)
		*address = "http://" + reserved.Address
	}
	return nil
}

// openReceiver serves the merchant's backurl.
func (w *world) openReceiver() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("opening the merchant's backurl: %w", err)
	}
	w.receiver = merchant.NewReceiver(merchantID, w.signKey)
	w.backURL = "http://" + listener.Addr().String() + "/notify"
	server := &http.Server{Handler: w.receiver, ReadHeaderTimeout: startPatience}
	go func() { _ = server.Serve(listener) }() // returns when it is closed
	w.undo = append(w.undo, func() error {
		w.receiver.Close()
		return server.Close()
	})
	return nil
}

// start starts both servers and returns when they answer.
func (w *world) start(ctx context.Context) error {
	servers := []struct{ name, caddyfile, url string }{
		{"gateway", gatewayCaddyfile, w.GatewayURL},
		{"bridge", bridgeCaddyfile, w.BridgeURL},
	}
	for _, s := range servers {
		p, err := startCaddy(w.caddy, w.folder, s.name, s.caddyfile)
		if err != nil {
			return err
		}
		w.processes = append(w.processes, p)
		w.undo = append(w.undo, func() error { p.stop(); return nil })
	}
	for i, s := range servers {
		if err := w.processes[i].await(ctx, s.url); err != nil {
			return err
		}
	}
	return nil
}

// close stops what was started and removes what was made, the latest first.
// It may be called again.
func (w *world) close() error {
	var failed []error
	for _, undo := range slices.Backward(w.undo) {
		failed = append(failed, undo())
	}
	w.undo = nil
	return errors.Join(failed...)
}
