package caddymodule

import (
	"fmt"
	"testing"

	"github.com/paybridge/paybridge/caddymodule/internal/admission"
	"github.com/paybridge/paybridge/caddymodule/internal/inbound"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// A gateway that has sent a good notice waits behind nobody's junk, also when an
// operator loads a configuration in the meantime.
func TestGoodSendersAreKnownAfterAReload(t *testing.T) { // not parallel: one Caddy a process
	s := startServer(t, "")
	mustBeV1(t, s.postForm(t, "/api/mpgateway", sealed(payJSON("T20261121000000001"), signKey)), v1.CodeOK, signKey)
	good := s.gateway.noticeForm(t, s.gateway.lastOrderNo(), "11", "19.99")
	mustBePlain(t, s.postForm(t, inbound.NotifyPath, good), "success")
	before := runningGates(t)
	s.load(t)
	forgeFromEverywhere(t, runningGates(t).notices)
	defer holdBadLane(t)()
	mustBePlain(t, s.postForm(t, inbound.NotifyPath, good), "success")
	if after := runningGates(t); after != before {
		t.Error("a reload has made new gates")
	}
}

// forgeFromEverywhere has more senders of bad messages judged than a gate remembers, each
// from a network of its own.
func forgeFromEverywhere(t *testing.T, gate *admission.Gate) {
	t.Helper()
	const senders = 20_000
	for n := range senders {
		forger := admission.Sender{Source: fmt.Sprintf("2001:db8:%x::1", n), Merchant: gatewayMerchant}
		if err := gate.Judge(t.Context(), forger, func() admission.Verdict { return admission.Bad }); err != nil {
			t.Fatal(err)
		}
	}
}
