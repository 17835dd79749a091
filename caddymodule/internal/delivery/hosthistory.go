package delivery

import "time"

const (
	// maxHosts bounds the hosts that are remembered.
	maxHosts = 50_000
	// forgetAfter is how long it counts how a host has answered that is not called.
	forgetAfter = 10 * time.Minute
	// sweepEvery is how often a full history looks for hosts that can be forgotten.
	sweepEvery = time.Second
)

// speed says how a host answered its last call.
type speed int

const (
	unproven speed = iota // not called lately
	quick
	slow
)

// hostRecord is what is remembered of a host.
type hostRecord struct {
	speed    speed
	lastCall time.Time
}

// hostHistory remembers hosts. When it is full, further ones stay unknown until
// others have been forgotten: whoever makes up names must not be able to push
// out the names of others.
type hostHistory struct {
	records   map[string]hostRecord
	lastSweep time.Time
}

func newHostHistory() *hostHistory { return &hostHistory{records: make(map[string]hostRecord)} }

// of returns the record of a host at now; the zero value for one that is not remembered.
func (h *hostHistory) of(host string, now time.Time) hostRecord {
	if record := h.records[host]; !record.isOld(now) {
		return record
	}
	return hostRecord{}
}

// isOld reports that the host was not called for long: how it answered then says nothing
// of how it answers now.
func (r hostRecord) isOld(now time.Time) bool { return now.Sub(r.lastCall) > forgetAfter }

// recordCall notes that a host is called, if there is room to remember it.
func (h *hostHistory) recordCall(host string, now time.Time) {
	record, ok := h.records[host]
	if !ok && !h.hasRoom(now) {
		return
	}
	if record.isOld(now) {
		record.speed = unproven
	}
	record.lastCall = now
	h.records[host] = record
}

// recordSpeed notes how fast a host answered, if it is remembered at all.
func (h *hostHistory) recordSpeed(host string, s speed) {
	if record, ok := h.records[host]; ok {
		record.speed = s
		h.records[host] = record
	}
}

// hasRoom reports whether one host more can be remembered at now, after
// forgetting the old ones if need be.
func (h *hostHistory) hasRoom(now time.Time) bool {
	if len(h.records) >= maxHosts && now.Sub(h.lastSweep) >= sweepEvery {
		h.lastSweep = now
		for host, record := range h.records {
			if record.isOld(now) {
				delete(h.records, host)
			}
		}
	}
	return len(h.records) < maxHosts
}
