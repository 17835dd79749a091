package sandbox

import (
	"maps"
	"sync"
)

// Counters is what the gateway has counted since the last reset.
type Counters struct {
	// InFlight and InFlightMax count requests from their arrival to the end of
	// their answer, now and at the highest.
	InFlight    int `json:"inFlight"`
	InFlightMax int `json:"inFlightMax"`
	// Merchants has the same for each merchant.
	Merchants map[string]MerchantInFlight `json:"merchants"`
	// Posts counts opened requests by "merchantId/orderId tranCode".
	Posts map[string]int `json:"posts"`
	// BadEnvelopes counts requests that could not be opened.
	BadEnvelopes int `json:"badEnvelopes"`
}

// MerchantInFlight is the number of requests of a merchant in flight, now and at the highest.
type MerchantInFlight struct {
	Now int `json:"now"`
	Max int `json:"max"`
}

// PostsOf returns how often a merchant has sent a tranCode for an order.
func (c Counters) PostsOf(merchantID, orderID, tranCode string) int {
	return c.Posts[postKey(merchantID, orderID, tranCode)]
}

func postKey(merchantID, orderID, tranCode string) string {
	return merchantID + "/" + orderID + " " + tranCode
}

// counting is the gateway's counters with their lock.
type counting struct {
	mu sync.Mutex
	c  Counters
}

// enter counts a request in, and returns what counts it out.
func (c *counting) enter() (leave func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.c.InFlight++
	c.c.InFlightMax = max(c.c.InFlightMax, c.c.InFlight)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.c.InFlight--
	}
}

// enterMerchant does the same for one merchant.
func (c *counting) enterMerchant(id string) (leave func()) {
	add := func(n int) {
		c.mu.Lock()
		defer c.mu.Unlock()
		f := c.c.Merchants[id]
		f.Now += n
		f.Max = max(f.Max, f.Now)
		c.c.Merchants[id] = f
	}
	add(1)
	return func() { add(-1) }
}

func (c *counting) post(merchantID, orderID, tranCode string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.c.Posts[postKey(merchantID, orderID, tranCode)]++
}

func (c *counting) badEnvelope() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.c.BadEnvelopes++
}

func (c *counting) snapshot() Counters {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.c
	s.Merchants = maps.Clone(s.Merchants)
	s.Posts = maps.Clone(s.Posts)
	return s
}

// reset forgets everything but the requests that are under way.
func (c *counting) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	merchants := make(map[string]MerchantInFlight)
	for id, f := range c.c.Merchants {
		if f.Now > 0 {
			merchants[id] = MerchantInFlight{Now: f.Now, Max: f.Now}
		}
	}
	c.c = Counters{InFlight: c.c.InFlight, InFlightMax: c.c.InFlight, Merchants: merchants, Posts: make(map[string]int)}
}
