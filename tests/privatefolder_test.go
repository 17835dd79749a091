package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// hidden are ways in which a bridge has a folder of its own under a path that means another
// to everybody else. %[1]s is that path and %[2]s a folder beside it.
var hidden = map[string]string{
	"PrivateTmp=yes":          "mount --bind %[2]s/systemd-private-1-paybridge.service-a/tmp %[1]s",
	"PrivateTmp=disconnected": "mount -t tmpfs tmpfs %[1]s",
}

// TestPrivateFolder gives a bridge a private folder, as systemd does with /tmp: what it would
// write there nobody would ever see. It refuses, before an order is forgotten.
func TestPrivateFolder(t *testing.T) {
	t.Parallel()
	for name, mount := range hidden {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, settings{Extra: hasty})
			private := filepath.Join(w.dir, "tmp")
			for _, folder := range []string{private, filepath.Join(w.dir, "systemd-private-1-paybridge.service-a/tmp")} {
				if err := os.MkdirAll(folder, 0o700); err != nil {
					t.Fatal(err)
				}
			}
			w.bridge.startWithMount(fmt.Sprintf(mount, private, w.dir))
			w.paidOrders(1)
			w.bridge.stop()
			w.age(500 * 24 * time.Hour)
			w.bridge.startWithMount(fmt.Sprintf(mount, private, w.dir))
			lost, found := filepath.Join(private, "purged.jsonl"), filepath.Join(w.dir, "purged.jsonl")
			purge := []string{"purge", "--older-than", "300d", "--why", "retention", "--yes", "--export"}
			w.bridge.ask("backup", filepath.Join(private, "backup.db")).want(t, 1, private, "that of the ledger")
			w.bridge.ask(append(purge, lost)...).want(t, 1, private, "that of the ledger")
			w.bridge.ask(append(purge, lost, "--lang", "zh")...).want(t, 1, private, "账本所在的目录")
			w.bridge.ask("purge", "--older-than", "300d").want(t, 0, "1 orders would be purged")
			w.bridge.ask(append(purge, filepath.Join(w.dir, "none", "purged.jsonl"))...).want(t, 2, "there is no folder")
			w.bridge.ask("backup", filepath.Join(w.dir, "backup.db")).want(t, 0)
			w.bridge.ask(append(purge, found)...).want(t, 0, "1 orders were purged")
			if orders := exported(t, found); len(orders) != 1 {
				t.Errorf("exported are %v", orders)
			}
			w.bridge.stop()
		})
	}
}

// startWithMount starts a bridge behind a mount that it alone sees. It skips the test where
// mounts may not be made.
func (p *process) startWithMount(mount string) {
	p.t.Helper()
	unshare, err := exec.LookPath("unshare")
	if err != nil {
		p.t.Skip("no unshare: a bridge with a view of its own cannot be made")
	}
	if out, err := exec.Command(unshare, "-m", "true").CombinedOutput(); err != nil {
		p.t.Skipf("a bridge may not have a view of its own here: %v: %s", err, out)
	}
	wrapper := filepath.Join(p.t.TempDir(), "caddy")
	script := fmt.Sprintf("#!/bin/sh\nexec %s -m --propagation private sh -c '%s && exec %s \"$@\"' caddy \"$@\"\n", unshare, mount, bridgeBinary)
	if err := os.WriteFile(wrapper, []byte(script), 0o700); err != nil {
		p.t.Fatal(err)
	}
	p.binary = wrapper
	p.start()
	p.binary = ""
}
