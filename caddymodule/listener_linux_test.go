package caddymodule

import (
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"golang.org/x/sys/unix"
)

// Reloads one after another, while clients connect for each request, reset none of them.
// Each configuration has a socket of its own, and the kernel resets what waits in that of one
// that ends: one request in five here, where connections are not steered to the newest.
func TestReloadsResetNobody(t *testing.T) { // not parallel: one Caddy a process
	h := startHandingOver(t, "paybridge 1s")
	stop := make(chan struct{})
	var clients sync.WaitGroup
	for range 16 {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		clients.Go(func() {
			for served := 0; ; served++ {
				select {
				case <-stop:
					return
				default:
				}
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.url+"/api/query", http.NoBody)
				if err != nil {
					t.Error(err)
					return
				}
				reply, err := client.Do(req)
				if err != nil {
					t.Errorf("after %d requests: %v", served, err)
					return
				}
				_ = reply.Body.Close()
			}
		})
	}
	for range 20 {
		if err := caddy.Load(h.config, true); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	clients.Wait()
}

// The sockets of a server with the wrapper are of plain TCP: where two configurations listen
// at once, what connects could not be steered to the new one otherwise.
func TestListenerIsPlainTCP(t *testing.T) { // not parallel: one Caddy a process
	h := startHandingOver(t, "paybridge 10m")
	_, port, _ := strings.Cut(strings.TrimPrefix(h.url, "http://"), ":")
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, entry := range entries {
		fd, err := strconv.Atoi(entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		if listens, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN); err != nil || listens == 0 {
			continue
		}
		name, err := unix.Getsockname(fd)
		if at, ok := name.(*unix.SockaddrInet4); err != nil || !ok || strconv.Itoa(at.Port) != port {
			continue
		}
		found++
		if protocol, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_PROTOCOL); err != nil || protocol != unix.IPPROTO_TCP {
			t.Errorf("a socket has the protocol %d, %v", protocol, err)
		}
	}
	if found == 0 {
		t.Error("no socket found")
	}
}
