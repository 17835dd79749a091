package v1

import (
	"errors"
	"fmt"
)

// SelfTest computes a known answer with md5, the one primitive of v1. In a process
// that may not use it, as under GODEBUG=fips140=only, it returns the reason;
// nothing panics.
func SelfTest() (err error) {
	defer func() {
		if refusal := recover(); refusal != nil {
			err = fmt.Errorf("MD5: %v", refusal)
		}
	}()
	if NewKey("c").Sign("ab") != "900150983cd24fb0d6963f7d28e17f72" { // RFC 1321: of "abc"
		err = errors.New("MD5: computes a wrong answer on this machine")
	}
	return err
}
