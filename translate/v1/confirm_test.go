package v1

import "testing"

// No request reaches this today, as claim explains; the guard is tested by hand.
func TestConfirmRefusesAnotherMerchant(t *testing.T) {
	t.Parallel()
	text := SealRequest([]byte(`{"merid":"89900002"}`), Key{}).Req
	if _, err := (envelope{merid: "89900001"}).confirm(text); CodeOf(err) != CodeBadRequest {
		t.Errorf("err = %v, want a refusal", err)
	}
	e, err := envelope{merid: "89900002"}.confirm(text)
	if err != nil || string(e.json) != `{"merid":"89900002"}` {
		t.Errorf("confirm = %s, %v", e.json, err)
	}
}
