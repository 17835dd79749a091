package caddymodule

import (
	"errors"

	"go.uber.org/zap"

	"github.com/paybridge/paybridge/caddymodule/internal/configerror"
)

// tell logs what is wrong with a configuration, each on a line of its own, and
// returns the error, which Caddy will put behind the names of a dozen modules.
func tell(log *zap.Logger, err error) error {
	var list configerror.List
	if errors.As(err, &list) {
		for _, line := range list.Lines() {
			log.Error(line)
		}
	}
	return err
}

// tellIfMany is tell where Caddy's error is short enough for a single one.
func tellIfMany(log *zap.Logger, err error) error {
	var list configerror.List
	if errors.As(err, &list) && len(list) > 1 {
		return tell(log, err)
	}
	return err
}
