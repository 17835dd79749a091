package api

import (
	"sync"

	"github.com/paybridge/paybridge/caddymodule/internal/crash"
)

// sideBySide calls f for 0 to n-1, some at a time, and waits for all. Its error is that of a
// panic in one of them.
func (v *visit) sideBySide(n, atOnce int, f func(i int)) error {
	errs := make(chan error, n)
	slots := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			errs <- crash.Try(v.log, "serving an operator", func() error {
				f(i)
				return nil
			})
		})
	}
	all.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
