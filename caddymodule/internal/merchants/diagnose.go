package merchants

import v2 "github.com/paybridge/paybridge/translate/v2"

// Pairs returns the merchant's v2 keys, the current pair first, for finding out
// why a message does not open. Messages are opened with Open.
func (m *Merchant) Pairs() []v2.Pair { return m.keyring.Pairs() }
