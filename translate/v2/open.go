package v2

import (
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
)

// Open decrypts an envelope and verifies the peer's signature over the message
// in it. Every failure is [ErrRefused], whatever its cause; that of a private key in
// a device that is away is [ErrKeyUnavailable], which wraps it.
//
// What costs a private operation must not be free for everybody to ask for. So
// what can be told of the signature without the message is looked at first: in
// suite intl, whether the peer's public key makes a signature's padding of it.
// Only a signature that the peer has made at some time does, and whatever else is
// refused here for a fiftieth of the work. That verdict is worked out from the
// envelope and a public key, by anybody who likes, and so tells nobody anything.
//
// The signature covers the plain text, so decryption of bytes that are not yet
// authenticated comes next, twice. To keep it from becoming an oracle, everything
// from there on runs to the end whatever it meets: a session key that does not
// open is replaced by a random one, broken padding is noted and not acted on, the
// signature is always compared, and one decision is taken at the end. What
// remains is that the signed text is up to one block longer when the padding is
// broken.
//
// Open says who wrote the message, not that it is meant: comparing merchant,
// order and amount is the caller's.
func (c *Codec) Open(e Envelope) ([]byte, error) {
	plaintext, why := c.open(e)
	if why != 0 {
		return nil, c.refuse(why)
	}
	return plaintext, nil
}

// open is Open without telling the observer. The reason is 0 when the message
// opens, and only then is there a plain text.
func (c *Codec) open(e Envelope) ([]byte, Reason) {
	in, ok := c.decode(e)
	if !ok {
		return nil, ReasonShape
	}
	text, possible := c.keys.readSignature(in.signature)
	if !possible {
		return nil, reasonStranger
	}

	var store [maxBlock]byte
	key := store[:c.suite.size]
	rand.Read(key)
	keyGood := c.keys.unwrap(in.key, key)
	if keyGood == keyUnavailable {
		return nil, ReasonUnavailable
	}

	block, err := c.suite.newBlock(key)
	if err != nil {
		// Not possible: the key has the one length that the cipher takes.
		return nil, ReasonKey
	}
	cipher.NewCBCDecrypter(block, key).CryptBlocks(in.text, in.text)
	length, paddingGood := unpad(in.text, c.suite.size)
	plaintext := in.text[:length:length]
	signatureGood := text(plaintext)

	if keyGood&paddingGood&signatureGood != 1 {
		return nil, reasonOf(keyGood, paddingGood)
	}
	return plaintext, 0
}

// refuse tells the observer why and the caller nothing.
func (c *Codec) refuse(why Reason) error {
	if why == reasonStranger {
		why = ReasonSignature
	}
	c.observe(why)
	if why == ReasonUnavailable {
		return ErrKeyUnavailable
	}
	return ErrRefused
}

// reasonOf names the first thing that was wrong with a message that is refused.
func reasonOf(keyGood, paddingGood int) Reason {
	switch {
	case keyGood != 1:
		return ReasonKey
	case paddingGood != 1:
		return ReasonPadding
	default:
		return ReasonSignature
	}
}

// opened is an envelope's binary members, which share one buffer.
type opened struct{ text, key, signature []byte }

// decode checks the public shapes of an envelope and decodes its hex. All the
// lengths that the primitives rely on are checked here.
func (c *Codec) decode(e Envelope) (opened, bool) {
	if len(e.MsgEnc)%2 != 0 || len(e.KeyEnc)%2 != 0 || len(e.Sign)%2 != 0 {
		return opened{}, false
	}
	textLen, keyLen, signLen := len(e.MsgEnc)/2, len(e.KeyEnc)/2, len(e.Sign)/2
	if textLen == 0 || textLen > maxSealedText || textLen%c.suite.size != 0 ||
		!c.keys.wrappedFits(keyLen) || !c.keys.signatureFits(signLen) {
		return opened{}, false
	}

	// The hex of all three goes into one buffer and is decoded in place, which
	// hex.Decode does from front to back: one allocation for one message.
	buffer := make([]byte, 0, len(e.MsgEnc)+len(e.KeyEnc)+len(e.Sign))
	buffer = append(buffer, e.MsgEnc...)
	buffer = append(buffer, e.KeyEnc...)
	buffer = append(buffer, e.Sign...)
	if _, err := hex.Decode(buffer, buffer); err != nil {
		return opened{}, false
	}
	signAt := textLen + keyLen
	return opened{
		text:      buffer[:textLen:textLen],
		key:       buffer[textLen:signAt:signAt],
		signature: buffer[signAt : signAt+signLen],
	}, true
}

// unpad judges PKCS#7 padding without an early exit. It returns the length of
// the text before the padding and 1, or the whole length and 0. text is at least
// one block long.
func unpad(text []byte, blockSize int) (length, good int) {
	last := text[len(text)-1]
	padding := int(last)
	good = subtle.ConstantTimeLessOrEq(1, padding) & subtle.ConstantTimeLessOrEq(padding, blockSize)
	for i := 1; i <= blockSize; i++ {
		within := subtle.ConstantTimeLessOrEq(i, padding)
		same := subtle.ConstantTimeByteEq(text[len(text)-i], last)
		good &= subtle.ConstantTimeSelect(within, same, 1)
	}
	return len(text) - subtle.ConstantTimeSelect(good, padding, 0), good
}
