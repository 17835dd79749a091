package merchant

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// sign is the v1 signature: the lower-case md5 of the base64 text and the key.
func sign(text, key string) string {
	sum := md5.Sum([]byte(text + key))
	return hex.EncodeToString(sum[:])
}

// verify wants a signature exactly as sign makes it.
func verify(text, signature, key string) error {
	if signature == sign(text, key) {
		return nil
	}
	if strings.EqualFold(signature, sign(text, key)) {
		return errors.New("not in lower case")
	}
	return fmt.Errorf("does not match: %q", signature)
}
