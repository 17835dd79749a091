package merchants

import (
	"go.uber.org/zap"

	v2 "github.com/paybridge/paybridge/translate/v2"
)

// FastSM2 takes the member sm2, and reports whether our own arithmetic does SM2. It does not
// where it computes a wrong answer on this machine, which is an error in the log.
func FastSM2(choice string, log *zap.Logger) bool {
	return fastSM2(choice, log, v2.CheckFastSM2)
}

func fastSM2(choice string, log *zap.Logger, check func() error) bool {
	if choice == Standard {
		return false
	}
	if err := check(); err != nil {
		log.Error("our own SM2 arithmetic computes a wrong answer on this machine, and gmsm does it instead. "+
			"This machine may be faulty; sm2 standard keeps it so", zap.Error(err))
		return false
	}
	return true
}
