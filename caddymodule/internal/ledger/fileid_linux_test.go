package ledger

import (
	"os"
	"path/filepath"
	"testing"
)

// TestGlanceFindsWhatWasOpened: statx and stat name one file alike, or every commit would
// inspect all files. Where statx is refused, stat is asked.
func TestGlanceFindsWhatWasOpened(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	if err := os.WriteFile(path, []byte("four"), 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	want, ok := identified(path, info)
	if !ok {
		t.Fatal("the file is not identified")
	}
	defer noStatx.Store(false)
	for _, refused := range []bool{false, true} {
		noStatx.Store(refused)
		if got, size, ok := identify(path); got != want || size != 4 || !ok {
			t.Errorf("statx refused %v: %+v, %d bytes, %v; want %+v, 4 bytes", refused, got, size, ok, want)
		}
		if _, _, ok := identify(path + "-gone"); ok {
			t.Errorf("statx refused %v: what is not there is found", refused)
		}
	}
}
