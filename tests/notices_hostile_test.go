package tests

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/sandbox"
)

// TestHostileNotices sends chosen and mutated notices, some thousand in every run and as
// many as PAYBRIDGE_HOSTILE says in a long one. All of them get one answer, to the byte.
// Honest notices are taken at the first time meanwhile; nothing is believed, memory and
// log stay small.
func TestHostileNotices(t *testing.T) {
	t.Parallel()
	for suite := range shops {
		t.Run(suite, func(t *testing.T) {
			count := askedFor(t, "PAYBRIDGE_HOSTILE", 2000)
			w := startWorld(t, settings{Extra: hasty, NoticeTimeout: time.Minute})
			w.paysAndIsNoticed(2)
			began := time.Now()
			before, memory := w.bridge.metrics(), w.bridge.liveMiB()
			seed := rand.Uint64()
			t.Logf("seed %d", seed)

			honest, stop := make(chan int), make(chan struct{})
			go func() { honest <- w.honestNotices(suite, stop) }()
			answers := w.flood(suite, seed, count)
			close(stop)
			taken := <-honest

			if len(answers) != 1 {
				t.Errorf("%d different answers:\n%s", len(answers), describe(answers))
			}
			for answer := range answers {
				if !strings.HasPrefix(answer, "200 ") || !strings.HasSuffix(answer, "\n\nfail") {
					t.Errorf("the answer is %q", answer)
				}
			}
			if taken == 0 {
				t.Error("no honest notice was sent meanwhile")
			}
			w.floodIsCounted(before, count)
			w.bridge.comesDownTo(memory + roomMiB)
			w.logsFewLines(time.Since(began), count)
			t.Logf("%d forged notices of %d kinds; %d honest ones taken meanwhile", count, len(forgeries), taken)
			w.rest()
		})
	}
}

// logsFewLines checks that of so many forged notices the log has sixty a minute and one
// in a thousand of the rest.
func (w *world) logsFewLines(took time.Duration, count int) {
	w.t.Helper()
	const line = "notice not acknowledged"
	most := 60*(int(took.Minutes())+2) + count/1000
	if n := strings.Count(w.bridge.log(), line); n > most {
		w.t.Errorf("the log says %d times %q, want %d at most", n, line, most)
	}
}

// flood posts so many forged notices, each kind in its turn, and returns the different
// answers with the kinds that got them.
func (w *world) flood(suite string, seed uint64, count int) map[string][]string {
	w.t.Helper()
	const senders = 8
	var (
		mu      sync.Mutex
		all     sync.WaitGroup
		answers = make(map[string][]string)
	)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: senders, DisableCompression: true}}
	w.t.Cleanup(client.CloseIdleConnections)
	for sender := range senders {
		f := newForger(w.t, suite, seed+uint64(sender))
		all.Go(func() {
			for i := sender; i < count; i += senders {
				kind := forgeries[i/senders%len(forgeries)]
				answer, err := postForged(client, w.bridge.url, kind.make(f))
				if err != nil {
					w.t.Errorf("%s: %v", kind.name, err)
					return
				}
				mu.Lock()
				if !slices.Contains(answers[answer], kind.name) {
					answers[answer] = append(answers[answer], kind.name)
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return answers
}

// postForged posts a notice and returns the whole answer as it stands on the wire, but
// for the time in it.
func postForged(client *http.Client, url, form string) (answer string, err error) {
	kind := "application/x-www-form-urlencoded"
	if strings.HasPrefix(form, multipartStart) {
		kind = "multipart/form-data; boundary=xyz"
	}
	resp, err := client.Post(url+"/onepay/notify", kind, strings.NewReader(form))
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", err
	}
	resp.Header.Set("Date", strings.Repeat("x", len(resp.Header.Get("Date"))))
	var header strings.Builder
	err = resp.Header.Write(&header) // in the order of the names
	return fmt.Sprintf("%s %s %d\n%s\n%s", resp.Status, resp.Proto, resp.ContentLength, strings.ReplaceAll(header.String(), "\r", ""), body), err
}

func describe(answers map[string][]string) string {
	var b strings.Builder
	for answer, kinds := range answers {
		fmt.Fprintf(&b, "%q for %q\n", answer, kinds)
	}
	return b.String()
}

// honestNotices has payers pay until it is told to stop, and returns how many notices
// of them were taken, each at the first time.
func (w *world) honestNotices(suite string, stop <-chan struct{}) (taken int) {
	for {
		notice, err := w.paidBy(suite, w.payment(suite, "AliSao", 1999))
		if err != nil {
			w.t.Error(err)
			return taken
		}
		results, err := w.gateway.SendNotice(w.ctx(), sandbox.Notice{MerchantID: notice.MerchantID, OrderID: notice.OrderID})
		if err != nil || !results[0].Acknowledged() {
			w.t.Errorf("an honest notice: %v %+v", err, results)
			return taken
		}
		taken++
		select {
		case <-stop:
			return taken
		default:
		}
	}
}

// floodIsCounted checks that every forged notice is counted as one that was not
// opened, and none as kept.
func (w *world) floodIsCounted(before reading, count int) {
	w.t.Helper()
	counted := func() (bad float64) {
		now := w.bridge.metrics()
		for _, result := range []string{"refused", "throttled", "unread"} {
			name := `paybridge_notices_total{result="` + result + `"}`
			bad += now[name] - before[name]
		}
		return bad
	}
	if !eventually(func() bool { return int(counted()) == count }) {
		w.t.Errorf("%v bad notices are counted, of %d", counted(), count)
	}
	const kept = `paybridge_notices_total{result="kept"}`
	if n := w.bridge.metrics()[kept] - before[kept]; n != 0 {
		w.t.Errorf("%v forged notices were believed", n)
	}
}
