package merchants

import (
	"time"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Signed is a message that says it is signed by a merchant, as far as it could be
// opened.
type Signed struct {
	v1.Opened

	Merchant *Merchant // that it names, if that is configured
	Unknown  bool      // it names one that is not
	Err      error     // why it is not its merchant's
}

// Open opens a merchant's message with the keys that are accepted at the given time.
func (r *Registry) Open(form v1.Form, now time.Time) (s Signed) {
	s.Opened, s.Err = v1.Open(form, func(merID string) []v1.Key {
		s.Merchant = r.ByMerID(merID)
		if s.Unknown = s.Merchant == nil; s.Unknown {
			return nil
		}
		return s.Merchant.SignKeys(now)
	})
	return s
}
