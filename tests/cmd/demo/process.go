package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

const (
	// startPatience is how long a server may take to answer; long, since two
	// demos may share a slow machine.
	startPatience = 2 * time.Minute
	// stopPatience is how long a server may take to end before it is killed.
	stopPatience = 30 * time.Second
	// pollEvery is how often the demo looks whether something has happened.
	pollEvery = 20 * time.Millisecond
)

// process is a Caddy that the demo has started.
type process struct {
	name    string
	logPath string
	cancel  context.CancelFunc
	ended   chan struct{} // closed when it has ended, for whatever reason
}

// startCaddy starts a Caddy that serves a Caddyfile of the folder.
func startCaddy(caddy, folder, name, caddyfile string) (*process, error) {
	logPath := filepath.Join(folder, name+".log")
	log, err := os.Create(logPath)
	if err != nil {
		return nil, fmt.Errorf("making log of the %s: %w", name, err)
	}
	defer log.Close()
	// The context is the process's own: a demo that is interrupted stops its
	// servers in order, by close.
	ctx, cancel := context.WithCancel(context.Background())
	command := exec.CommandContext(ctx, caddy, "run", "--config", filepath.Join(folder, caddyfile), "--adapter", "caddyfile")
	command.Dir, command.Stdout, command.Stderr = folder, log, log
	command.Env = append(os.Environ(), "HOME="+folder, "XDG_CONFIG_HOME="+filepath.Join(folder, name), "XDG_DATA_HOME="+filepath.Join(folder, name))
	command.SysProcAttr = attributes()
	command.Cancel = func() error {
		if err := command.Process.Signal(os.Interrupt); err != nil {
			return command.Process.Kill() // where there are no signals
		}
		return nil
	}
	command.WaitDelay = stopPatience
	if err := command.Start(); err != nil {
		cancel()
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	p := &process{name: name, logPath: logPath, cancel: cancel, ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		_ = command.Wait() // how it ended is in its log
	}()
	return p, nil
}

// stop ends the process and returns when it is gone.
func (p *process) stop() {
	p.cancel()
	<-p.ended
}

// await returns when the process answers at url.
func (p *process) await(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for !answers(ctx, url) {
		select {
		case <-tick.C:
		case <-p.ended:
			return fmt.Errorf("starting %s: it ended at once; its log says why", p.name)
		case <-ctx.Done():
			return fmt.Errorf("starting %s: no answer from %s: %w", p.name, url, ctx.Err())
		}
	}
	return nil
}

func answers(ctx context.Context, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	return response.Body.Close() == nil
}

// worries returns the last lines of the process's log that may say why
// something went wrong.
func (p *process) worries(most int) ([]string, error) {
	text, err := os.ReadFile(p.logPath)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var lines []string
	for line := range strings.Lines(string(text)) {
		if !isRoutine(line) {
			lines = append(lines, strings.TrimRight(line, "\n"))
		}
	}
	return lines[max(0, len(lines)-most):], err
}

// isRoutine reports whether a line is one that every log has: information, and
// Caddy's warnings that the demo's Caddyfiles have no admin and no TLS.
func isRoutine(line string) bool {
	level, logger := gjson.Get(line, "level").String(), gjson.Get(line, "logger").String()
	return level == "info" || level == "warn" && (logger == "admin" || logger == "http")
}
