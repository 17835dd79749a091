package explain

import (
	"fmt"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/merchants"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// suspect is a key that may have signed. The zero causeText says that it is one that
// the bridge accepts.
type suspect struct {
	causeText
	key   v1.Key
	merID string // whose it is
}

// suspects are the keys that may have signed a request that claims to be of
// merID: its own, its own whose day is over, and those of all others. When
// nobody knows whose the request is, all keys are alike.
func suspects(w World, merID string) []suspect {
	m := w.Merchants.ByMerID(merID)
	var all []suspect
	if m != nil {
		for _, key := range m.SignKeys(w.Now) {
			all = append(all, suspect{merID: merID, key: key})
		}
		for _, key := range expired(m, w.Now) {
			all = append(all, suspect{merID: merID, key: key, causeText: oldKeyExpired})
		}
	}
	for _, other := range w.Merchants.All() {
		if other == m {
			continue
		}
		var deviates causeText
		if merID != "" {
			deviates = keyOf(other.MerID)
		}
		for _, key := range other.SignKeys(time.Time{}) {
			all = append(all, suspect{merID: other.MerID, key: key, causeText: deviates})
		}
	}
	return all
}

// oldKeyExpired is the cause when a merchant signs with a key that no longer counts.
var oldKeyExpired = causeText{
	name:     "old_key_expired",
	happened: "It is signed with this merchant's previous key, and the day until which previous_sign_key was accepted is over.",
	advice:   "Tell the merchant to use the new key. Until then, give previous_sign_key a later day and reload.",
}

// keyOf is the cause when the key is that of another merchant.
func keyOf(otherMerID string) causeText {
	return causeText{
		name:     "key_of_other_merchant",
		subject:  otherMerID,
		happened: fmt.Sprintf("It is signed with the key of merchant %s.", otherMerID),
		advice: fmt.Sprintf("Either the merchant's program has the key of %s in it, or it sends the wrong merid, "+
			"or the keys of the two are mixed up in the configuration.", otherMerID),
	}
}

// expired returns the keys of a merchant that were accepted once and are not now.
func expired(m *merchants.Merchant, now time.Time) []v1.Key {
	ever := m.SignKeys(time.Time{})
	return ever[min(len(m.SignKeys(now)), len(ever)):]
}
