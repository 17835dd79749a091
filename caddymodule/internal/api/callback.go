package api

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"regexp"
)

// The question of a self-check: GET {public_url}/onepay/notify?selfcheck=NONCE.
// Whoever runs Paybridge answers it; it shows that notices of the gateway, which
// go to the same address, would arrive.
const callbackQuestion = "selfcheck"

var callbackNonce = regexp.MustCompile(`^[0-9A-Za-z]{16,64}$`)

// AnswerCallback returns what a bridge answers when a self-check calls the
// address that the gateway's notices go to; ok is false for every other
// request. The answer is no secret: it tells only that this is Paybridge.
func AnswerCallback(query url.Values) (answer string, ok bool) {
	nonce := query.Get(callbackQuestion)
	if !callbackNonce.MatchString(nonce) {
		return "", false
	}
	return callbackAnswer(nonce), true
}

func callbackAnswer(nonce string) string {
	sum := sha256.Sum256([]byte("paybridge selfcheck " + nonce))
	return hex.EncodeToString(sum[:])
}
