package readiness

import (
	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/shadow"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// enoughDays is on how many days a merchant must have been seen: some programs run at
// night only.
const enoughDays = 2

// ofConfiguration is what the configuration lacks to serve the merchant at all.
func ofConfiguration(f Facts, _ Report) []Reason {
	if f.Merchant == nil {
		return []Reason{{Level: Fail, Text: notConfigured.With(f.MerID), Advice: notConfiguredAdvice.With()}}
	}
	if err := f.Merchant.Codec.SelfTest(); err != nil {
		return []Reason{{Level: Fail, Text: keysBroken.With(err), Advice: keysBrokenAdvice.With()}}
	}
	return nil
}

// ofAmount is whether enough was seen.
func ofAmount(f Facts, r Report) []Reason {
	switch {
	case f.Merchant == nil:
		return nil
	case r.Compared == 0 && f.Alone:
		return []Reason{{Level: Missing, Text: alone.With(), Advice: aloneAdvice.With()}}
	case r.Compared == 0 && f.ShadowOff != "":
		return []Reason{{Level: Missing, Text: shadowOff.With(f.ShadowOff), Advice: shadowOffAdvice.With()}}
	case r.Compared == 0 && f.pagesOnly():
		return []Reason{f.ofPagesOnly()}
	case r.Compared == 0 && !f.Shadows:
		return []Reason{{Level: Missing, Text: notShadowed.With(), Advice: notShadowedAdvice.With(f.MerID)}}
	case r.Compared == 0 && len(f.Passed) > 0:
		return []Reason{{Level: Missing, Text: noneCompared.With(), Advice: noneComparedAdvice.With(f.MerID)}}
	case r.Compared == 0 && f.OnRecord:
		return []Reason{{Level: Missing, Text: noneLately.With(), Advice: noneLatelyAdvice.With()}}
	case r.Compared == 0:
		return []Reason{{Level: Missing, Text: nothingSeen.With(), Advice: nothingSeenAdvice.With()}}
	}
	var reasons []Reason
	if r.Days < enoughDays {
		reasons = append(reasons, Reason{Level: Missing, Text: oneDay.With(), Advice: oneDayAdvice.With()})
	}
	if !r.sawPayments() {
		reasons = append(reasons, Reason{Level: Missing, Text: noPayments.With(), Advice: oneDayAdvice.With()})
	}
	return reasons
}

// sawPayments reports whether a payment was compared.
func (r Report) sawPayments() bool {
	for _, s := range r.Seen {
		if s.Kind == shadow.Compared && s.Interface == "pay" {
			return true
		}
	}
	return false
}

// told is what is said of a difference.
type told struct {
	level Level
	said  func(Sum) (text, advice said)
}

// ofTraffic is what merchants' programs would notice.
func ofTraffic(_ Facts, r Report) []Reason {
	var reasons []Reason
	for _, s := range r.Seen {
		tell, known := differences[s.Kind]
		if !known {
			continue
		}
		level := tell.level
		if level == Fail && harmless(s) {
			level = Warn
		}
		text, advice := tell.said(s)
		if s.others() {
			text, advice = otherDifferences.With(s.Interface), otherDifferencesAdvice.With()
		}
		reasons = append(reasons, Reason{Level: level, Text: text, Advice: advice, Times: s.Times, LastAt: s.LastAt, Example: s.Example})
	}
	return reasons
}

// harmless are differences that most programs do not notice, although others of their
// kind break them: states that only the old gateway has, and what a reply comes in.
func harmless(s Sum) bool {
	switch {
	case s.Kind == shadow.ReplyKey:
		return s.Detail == "previous"
	case s.Kind != shadow.Value:
		return false
	case s.Subject == "resultcode":
		return s.Detail == string(v1.ResultProcessing)+", "+string(v1.ResultPaid) ||
			s.Detail == string(v1.ResultInquiry)+", "+string(v1.ResultPaid)
	}
	return s.Subject == "body.sign" || s.Subject == "body.resp"
}

// tolerable: one exchange in so many may be without a comparison.
const tolerable = 10

// ofUncompared warns when a verdict rests on a part of the traffic.
func ofUncompared(_ Facts, r Report) []Reason {
	var gravest Sum
	times := 0
	for _, s := range r.Seen {
		if s.Kind != shadow.Uncompared {
			continue
		}
		times += s.Times
		if s.Times > gravest.Times {
			gravest = s
		}
	}
	if times*tolerable <= r.Compared {
		return nil
	}
	return []Reason{{
		Level: Warn, Text: uncompared.With(times, bilingual.Terms(gravest.Subject)), Advice: uncomparedAdvice.With(),
		Times: times, LastAt: gravest.LastAt, Example: gravest.Example,
	}}
}
