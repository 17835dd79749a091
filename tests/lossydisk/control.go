//go:build linux

package lossydisk

import "errors"

// Command is what a disk in another process is told.
type Command struct {
	Do    string  // a word of commands
	Count int     // of writes or syncs, or the place in a file
	Keep  float64 // the chance of a write that was not synced
	On    bool
	File  string
}

// commands are what a disk can be told.
var commands = map[string]func(*disk, Command) error{
	"cut":        func(d *disk, _ Command) error { d.cut(); return nil },
	"restore":    func(d *disk, c Command) error { d.restore(c.Keep); return nil },
	"heal":       func(d *disk, _ Command) error { d.set(func() { d.faults = noFaults }); return nil },
	"read_only":  func(d *disk, c Command) error { d.set(func() { d.readOnly = c.On }); return nil },
	"fill_after": func(d *disk, c Command) error { d.set(func() { d.fillAfter = c.Count }); return nil },
	"fail_sync":  func(d *disk, c Command) error { d.set(func() { d.failSync = c.Count }); return nil },
	"flip":       func(d *disk, c Command) error { return d.flip(c.File, c.Count) },
}

// Control carries out commands for package net/rpc.
type Control struct{ disk *disk }

// Do carries out a command.
func (c *Control) Do(command Command, _ *struct{}) error {
	do := commands[command.Do]
	if do == nil {
		return errors.New("no such command: " + command.Do)
	}
	return do(c.disk, command)
}
