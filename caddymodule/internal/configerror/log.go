package configerror

import (
	"errors"

	"go.uber.org/zap"
)

// Log logs what is wrong with a configuration, each on a line of its own, and
// returns the error, which Caddy will put behind the names of a dozen modules.
func Log(log *zap.Logger, err error) error {
	var list List
	if errors.As(err, &list) {
		for _, line := range list.Lines() {
			log.Error(line)
		}
	}
	return err
}

// LogIfMany is Log where Caddy's error is short enough for a single one.
func LogIfMany(log *zap.Logger, err error) error {
	var list List
	if errors.As(err, &list) && len(list) > 1 {
		return Log(log, err)
	}
	return err
}
