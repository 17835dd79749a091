package caddymodule

import (
	"errors"
	"io/fs"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/newest"
	"github.com/paybridge/paybridge/caddymodule/internal/scheduling"
)

// scheduled says how the kernel schedules this process: as the newest configuration that
// has started wants it, and the one before when that one fails after all.
var scheduled schedulers

// schedulers are the configurations that have started.
type schedulers struct{ apps newest.List[*App] }

func (s *schedulers) add(a *App) {
	s.apps.Add(a)
	s.set(a.log)
}

// remove may be called for an app that was never added.
func (s *schedulers) remove(a *App) {
	s.apps.Remove(a)
	s.set(a.log)
}

// set tells the kernel. Where it refuses, payments only take more of the processors.
func (s *schedulers) set(log *zap.Logger) {
	policy := scheduling.Normal
	if a, ok := s.apps.Get(); ok {
		policy = a.Scheduling
	}
	const refused = "the kernel schedules this process as before; payments may take more of the processors"
	switch err := scheduling.Set(policy); {
	case errors.Is(err, fs.ErrPermission):
		log.Info(refused+": let it call sched_setscheduler (SystemCallFilter= of a systemd unit, seccomp of a container)", zap.Error(err))
	case err != nil:
		log.Info(refused, zap.Error(err))
	}
}
