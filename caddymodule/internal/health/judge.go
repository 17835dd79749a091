package health

import (
	"context"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/shadow"
)

// How the ledger is probed.
const (
	// probeEvery is how long the outcome of a probe stands: whoever asks more
	// often costs no commit.
	probeEvery = time.Second
	// probeTime is how long a commit may take. Merchants wait no longer either.
	probeTime = 2 * time.Second
)

// Limits say when a bridge that works is not ready all the same.
type Limits struct {
	MinFreeDisk uint64        // bytes
	MaxSkew     time.Duration // of our clock against the gateway's
}

// Sources are what a Judge goes by.
type Sources struct {
	// Commit tries a commit.
	Commit func(context.Context) error
	// Disk is a folder of the file system that the ledger is on; "" for a ledger
	// elsewhere.
	Disk string
	// Skew is by how much the gateway's clock is ahead of ours, as last
	// measured; ok is false before that. Nil is never measured.
	Skew func() (skew time.Duration, ok bool)
	// Shadow is how the comparison with the old gateway stands; nil without one.
	Shadow func() shadow.State
	// Now is the clock.
	Now func() time.Time

	free func(folder string) (bytes uint64, err error) // FreeDisk, except in tests
}

// Check is one condition of readiness.
type Check struct {
	Name   string
	OK     bool
	Detail bilingual.Said // for operators: what was found
	Advice bilingual.Said // what to do; nothing when it is well, and with OK a warning
}

// Report is what was found when somebody asked.
type Report struct {
	Checks []Check
}

// Ready reports whether every condition holds.
func (r Report) Ready() bool {
	for _, check := range r.Checks {
		if !check.OK {
			return false
		}
	}
	return true
}

// Judge says whether a bridge is ready. It may be asked from many goroutines.
type Judge struct {
	limits  Limits
	sources Sources

	turn   chan struct{} // holds one while somebody probes or reads what follows
	probed time.Time
	took   time.Duration
	err    error
}

// New makes a judge.
func New(limits Limits, sources Sources) *Judge {
	if sources.free == nil {
		sources.free = FreeDisk
	}
	return &Judge{limits: limits, sources: sources, turn: make(chan struct{}, 1)}
}

// Judge looks at every condition. A ledger that hangs makes it take 2 s.
func (j *Judge) Judge(ctx context.Context) Report {
	checks := []Check{j.Ledger(ctx), j.Disk(), j.Clock()}
	if j.sources.Shadow != nil {
		checks = append(checks, j.Shadow())
	}
	return Report{Checks: checks}
}

// Ledger tells whether the ledger commits. The answer may be a second old.
func (j *Judge) Ledger(ctx context.Context) Check {
	took, err := j.probe(ctx)
	if err != nil {
		return Check{
			Name: "ledger", Detail: noCommit.With(err), Advice: noCommitAdvice.With(),
		}
	}
	return Check{Name: "ledger", OK: true, Detail: commitTakes.With(took.Round(100 * time.Microsecond))}
}

// probe tries a commit, unless somebody has just done so. It goes on when the
// one who asks hangs up: others wait for it.
func (j *Judge) probe(ctx context.Context) (time.Duration, error) {
	j.turn <- struct{}{}
	defer func() { <-j.turn }()
	start := j.sources.Now()
	if !j.probed.IsZero() && start.Sub(j.probed) < probeEvery {
		return j.took, j.err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeTime)
	defer cancel()
	j.err = j.sources.Commit(ctx)
	j.probed = j.sources.Now()
	j.took = j.probed.Sub(start)
	return j.took, j.err
}

// Disk tells whether the ledger's file system has room.
func (j *Judge) Disk() Check {
	if j.sources.Disk == "" {
		return Check{Name: "disk", OK: true, Detail: diskElsewhere.With()}
	}
	free, err := j.sources.free(j.sources.Disk)
	if err != nil {
		return Check{
			Name: "disk", Detail: diskUnknown.With(err), Advice: diskUnknownAdvice.With(),
		}
	}
	check := Check{Name: "disk", OK: free >= j.limits.MinFreeDisk, Detail: diskFree.With(humanize.IBytes(free))}
	if !check.OK {
		check.Advice = diskAdvice.With(humanize.IBytes(j.limits.MinFreeDisk))
	}
	return check
}

// Clock tells whether our clock agrees with the gateway's. One that was never
// compared counts as right, and one that is off is a warning: whichever of the two
// is wrong, payments work, and bridges that all call themselves not ready at once
// would end them.
func (j *Judge) Clock() Check {
	var skew time.Duration
	var known bool
	if j.sources.Skew != nil {
		skew, known = j.sources.Skew()
	}
	if !known {
		return Check{Name: "clock", OK: true, Detail: clockUnknown.With()}
	}
	check := Check{Name: "clock", OK: true, Detail: describeSkew(skew)}
	if skew.Abs() > j.limits.MaxSkew {
		check.Advice = clockAdvice.With(j.limits.MaxSkew)
	}
	return check
}

// Shadow tells whether the comparison with the old gateway compares. Payments do not
// depend on it, so one that does not is a warning.
func (j *Judge) Shadow() Check {
	check := Check{Name: "shadow", OK: true}
	switch state := j.sources.Shadow(); {
	case state.Off != "":
		check.Detail, check.Advice = shadowOff.With(string(state.Off)), shadowOffAdvice.With()
	case state.ComparesNothing():
		check.Detail, check.Advice = shadowNothing.With(state.Exchanges), shadowNothingAdvice.With()
	case state.Compared == 0:
		check.Detail = shadowIdle.With()
	default:
		check.Detail = shadowCompares.With(state.Compared, state.Exchanges)
	}
	return check
}

// describeSkew says how far apart the clocks are. The gateway tells whole
// seconds.
func describeSkew(skew time.Duration) bilingual.Said {
	switch skew = skew.Round(time.Second); {
	case skew > 0:
		return clockAhead.With(skew)
	case skew < 0:
		return clockBehind.With(-skew)
	}
	return clockAgrees.With()
}
