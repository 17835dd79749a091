package tests

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"testing"
)

// profileSeconds is for how long the bridge is watched.
const profileSeconds = 30

// BenchmarkProfile writes what the bridge spends its time on, while payments of both suites
// are made, noticed and notified, into the file that PAYBRIDGE_PROFILE names. The release
// is compiled by it, see make -f xcaddy.mk profile.
func BenchmarkProfile(b *testing.B) {
	path := os.Getenv("PAYBRIDGE_PROFILE")
	if path == "" {
		b.Skip("PAYBRIDGE_PROFILE names no file")
	}
	w := startWorld(b, settings{})
	watched := make(chan struct{})
	var shopping sync.WaitGroup
	for suite := range shops {
		for range 4 {
			shopping.Go(func() {
				for {
					select {
					case <-watched:
						return
					default:
						w.wholePayment(b, suite)
					}
				}
			})
		}
	}
	profile, err := watch(b, w.bridge)
	close(watched)
	shopping.Wait()
	if err == nil {
		err = os.WriteFile(path, profile, 0o644)
	}
	if err != nil {
		b.Fatal(err)
	}
}

// wholePayment makes a payment from the request to the merchant's acknowledgement.
func (w *world) wholePayment(b *testing.B, suite string) {
	p := w.payment(suite, "WxSao", 1000)
	notice, err := w.paidBy(suite, p)
	if err != nil {
		b.Error(err)
		return
	}
	results, err := w.gateway.SendNotice(b.Context(), notice)
	if err != nil || !results[0].Acknowledged() {
		b.Errorf("notice: %v %+v", err, results)
	}
}

// watch fetches a profile of a bridge's CPU. The path of its program is taken out of it:
// it says nothing elsewhere.
func watch(b *testing.B, bridge *process) ([]byte, error) {
	b.Helper()
	address := fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", bridge.admin, profileSeconds)
	request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("HTTP status %s", response.Status)
	}
	packed, err := gzip.NewReader(response.Body)
	if err != nil {
		return nil, err
	}
	profile, err := io.ReadAll(packed)
	if err != nil {
		return nil, err
	}
	program, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", bridge.cmd.Process.Pid))
	if err != nil {
		return nil, err
	}
	// Lengths stand before texts.
	profile = bytes.ReplaceAll(profile, []byte(program), bytes.Repeat([]byte("-"), len(program)))
	var out bytes.Buffer
	pack, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := pack.Write(profile); err != nil {
		return nil, err
	}
	err = pack.Close()
	return out.Bytes(), err
}
