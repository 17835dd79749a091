package samefolder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Two names of one folder are one, two folders are two, and one that is not there is an error.
func TestOf(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Skip(err)
	}
	here, err := Of(filepath.Join(dir, "a"))
	if err != nil {
		t.Fatal(err)
	}
	if here == "" {
		t.Skip("this system does not number its folders")
	}
	if linked, err := Of(filepath.Join(link, "b")); err != nil || linked != here {
		t.Errorf("through a link it is %q, %v, want %q", linked, err, here)
	}
	if other, err := Of(filepath.Join(t.TempDir(), "a")); err != nil || other == here {
		t.Errorf("another folder is %q, %v", other, err)
	}
	if _, err := Of(filepath.Join(dir, "none", "a")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
}

func TestPrivate(t *testing.T) {
	t.Parallel()
	const mounts = `22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:1 / / rw,relatime - ext4 /dev/vda1 rw
310 27 254:1 /tmp/systemd-private-6f0c-paybridge.service-Xq2/tmp /tmp rw,relatime shared:5 master:1 - ext4 /dev/vda1 rw
311 27 254:1 /var/tmp/systemd-private-6f0c-paybridge.service-aB1/tmp /var/tmp rw,relatime - ext4 /dev/vda1 rw
312 27 0:30 /systemd-private-6f0c-paybridge.service-Xq2/tmp /tmp rw - tmpfs tmpfs rw
313 27 254:1 /var/lib/paybridge /var/lib/paybridge rw,relatime - ext4 /dev/vda1 rw
`
	for number, want := range map[string]bool{"27": false, "310": true, "311": true, "312": true, "313": false, "31": false, "9": false} {
		if got := isPrivate(strings.NewReader(mounts), number); got != want {
			t.Errorf("mount %s: private %t", number, got)
		}
	}
	if Private(filepath.Join(t.TempDir(), "a")) {
		t.Error("the folder of a test is no service's")
	}
}
