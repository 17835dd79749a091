package v2

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
)

// Suite returns the suite that the codec seals and opens with.
func (c *Codec) Suite() Suite {
	suite, _ := LookupSuite(c.suite.name)
	return suite
}

// SelfTest tries our private key without the peer: what it signs must fit its
// public half, and what is sealed to that must open. It finds a damaged key and
// a key device out of order. Whether the peer has our public key, and we its
// own, only the peer can show.
func (c *Codec) SelfTest() error {
	ourselves, err := c.suite.newKeys(c.own, c.own.Public())
	if err != nil {
		return err
	}
	if keys, ok := ourselves.(*sm2Keys); ok {
		keys.takeOwn(c.keys) // what is tried is what works
	}
	text := []byte(rand.Text())
	signature, err := ourselves.sign(text)
	if err != nil {
		return fmt.Errorf("the private key does not sign: %w", err)
	}
	if !verify(ourselves, text, signature) {
		return errors.New("the private key's signature does not fit its public half")
	}
	sessionKey, opened := make([]byte, c.suite.size), make([]byte, c.suite.size)
	rand.Read(sessionKey)
	wrapped, err := ourselves.wrap(sessionKey)
	if err != nil {
		return fmt.Errorf("the public half does not seal: %w", err)
	}
	if ourselves.unwrap(wrapped, opened) != 1 || !bytes.Equal(opened, sessionKey) {
		return errors.New("the private key does not open what is sealed to its public half")
	}
	return nil
}
