package api

import (
	"errors"
	"sync"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
)

// sideBySide calls f for 0 to n-1, some at a time, and waits for all. Its error is that of
// those that have panicked.
func (v *visit) sideBySide(n, atOnce int, f func(i int)) error {
	errs := make([]error, n)
	slots := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			errs[i] = crash.Try(v.log, "serving an operator", func() error {
				f(i)
				return nil
			})
		})
	}
	all.Wait()
	return errors.Join(errs...)
}
