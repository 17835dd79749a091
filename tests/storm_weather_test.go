package tests

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/paybridge/paybridge/tests/httpclient"
)

// sideFailpoints are the instants at which a bridge is killed on the way to the old
// gateway.
var sideFailpoints = []string{"before_mark", "before_pass", "after_pass"}

// weather is what happens to bridges: their routes change, and they are reloaded and
// killed. Its methods are for the test's own goroutine.
type weather struct {
	bridges []*process
	healthy []string // the environment of a bridge that does not die by itself
	random  *rand.Rand
	// instants are those at which bridges will die by themselves.
	instants map[*process]string
	deaths   map[string]int // by instant
	reloads  int
}

func newWeather(bridges []*process) *weather {
	return &weather{
		bridges: bridges, healthy: bridges[0].env, random: rand.New(rand.NewPCG(9, 9)),
		instants: map[*process]string{}, deaths: map[string]int{},
	}
}

// rage goes on until it is over. Then all bridges run.
func (w *weather) rage(t *testing.T, merIDs []string, over <-chan struct{}) {
	t.Helper()
	flips := w.flipRoutes(merIDs, over)
	for open := true; open; {
		select {
		case <-over:
			open = false
		case <-time.After(time.Duration(200+w.random.IntN(800)) * time.Millisecond):
			w.strike(t)
		}
	}
	for _, bridge := range w.bridges {
		bridge.kill()
		bridge.env = w.healthy
		bridge.startAnyhow()
	}
	t.Logf("%d changes of routes, %d reloads, kills: %v", <-flips, w.reloads, w.deaths)
}

// strike raises who has died, and kills or reloads a bridge.
func (w *weather) strike(t *testing.T) {
	t.Helper()
	for _, bridge := range w.bridges {
		if bridge.died() {
			w.deaths[w.instants[bridge]]++
			w.raise(bridge)
		}
	}
	bridge := w.bridges[w.random.IntN(len(w.bridges))]
	switch w.random.IntN(3) {
	case 0:
		bridge.kill()
		w.deaths["at any instant"]++
		w.raise(bridge)
	case 1:
		if bridge.reload(context.Background()) == nil { // it may die of it
			w.reloads++
		}
	}
}

// raise starts a bridge that will die at a named instant.
func (w *weather) raise(bridge *process) {
	points := append(slices.Clip(failpoints), sideFailpoints...)
	for up := false; !up; up = bridge.comesUp() {
		w.instants[bridge] = points[w.random.IntN(len(points))]
		bridge.env = slices.Concat(w.healthy, []string{fmt.Sprintf("PAYBRIDGE_FAILPOINT=%s:%d", w.instants[bridge], 1+w.random.IntN(10))})
		bridge.launch()
	}
}

// flipRoutes changes a merchant's route every 200 ms, and tells how often when it is
// over.
func (w *weather) flipRoutes(merIDs []string, over <-chan struct{}) <-chan int {
	flips := make(chan int, 1)
	go func() {
		random := rand.New(rand.NewPCG(9, 10))
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; {
			select {
			case <-over:
				flips <- n
				return
			case <-tick.C:
				if flip(w.bridges[random.IntN(len(w.bridges))].admin, merIDs[random.IntN(len(merIDs))], random) {
					n++
				}
			}
		}
	}()
	return flips
}

// flip gives a merchant another route, and reports whether the bridge has taken it.
func flip(admin, merID string, random *rand.Rand) bool {
	change := map[string]any{"merid": merID, "route": []string{"old", "shadow", "v2", "v2", "v2"}[random.IntN(5)], "force": true, "why": "storm"}
	if change["route"] == "v2" && random.IntN(2) == 0 {
		change["percent"] = 1 + random.IntN(99)
	}
	body, err := json.Marshal(change)
	if err != nil {
		panic(err) // such a map always encodes
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+admin+"/paybridge/merchants/route", bytes.NewReader(body))
	if err != nil {
		panic(err) // the address is one
	}
	request.Header.Set("Content-Type", "application/json")
	resp, err := httpclient.Client.Do(request)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
