//go:build !linux

package steady

import "time"

func sinceBoot(now time.Time) time.Duration { return now.Sub(started) }
