package v2

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/paybridge/paybridge/translate/internal/readable"
)

// keyBlock is one thing in a key file, without PEM, base64 or hex around it.
type keyBlock struct {
	form     *keyForm
	contents []byte
	fault    error // why nothing can be had of it, nil for nothing
}

// derSequence is the first byte of every DER form.
const derSequence = 0x30

// unarmour returns what is in a file, one thing or more.
func unarmour(data []byte) ([]keyBlock, error) {
	if len(data) > MaxKeyFile {
		return nil, fmt.Errorf("the file is longer than %d bytes, which no key is", MaxKeyFile)
	}
	text := bytes.TrimSpace(readable.WithoutBOM(data))
	if len(text) == 0 {
		return nil, errors.New("the file is empty")
	}
	if err := foreignFile(data, text); err != nil {
		return nil, err
	}
	if bytes.Contains(text, []byte("-----BEGIN ")) {
		return unarmourPEM(text)
	}
	contents, err := unarmourText(data, text)
	if err != nil {
		return nil, err
	}
	if bytes.Contains(contents, []byte("-----BEGIN ")) { // base64 of PEM, as in Kubernetes secrets
		return unarmourPEM(contents)
	}
	return []keyBlock{blockOf(contents)}, nil
}

var (
	// hexFile is hex as people copy it: with 0x in front, blanks, colons.
	hexFile      = regexp.MustCompile(`^(?:0[xX])?(?:[\s:]*[0-9A-Fa-f]){2,}$`)
	hexDecorated = strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "", "\v", "", "\f", "", ":", "")
	urlAlphabet  = strings.NewReplacer("-", "+", "_", "/")
)

// unarmourText takes hex or base64 off. Hex goes first: as base64 it would stand
// for no key, and its leading 0 is the byte that DER begins with.
func unarmourText(data, text []byte) ([]byte, error) {
	if hexFile.Match(text) {
		digits := hexDecorated.Replace(strings.TrimPrefix(strings.TrimPrefix(string(text), "0x"), "0X"))
		contents, err := hex.DecodeString(digits)
		if err != nil {
			return nil, errors.New("the file holds an odd number of hex digits: one is missing")
		}
		return contents, nil
	}
	if data[0] == derSequence && !plainText(text) {
		return data, nil
	}
	joined := urlAlphabet.Replace(string(bytes.Join(bytes.Fields(text), nil)))
	contents, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(joined, "="))
	if err != nil {
		return nil, errors.New("the file is neither PEM nor base64 nor hex nor DER")
	}
	return contents, nil
}

// plainText reports whether all of it is ASCII that can be seen. DER never is, and
// base64 may begin with the same byte.
func plainText(text []byte) bool {
	for _, b := range text {
		if (b < ' ' || b > '~') && b != '\r' && b != '\n' && b != '\t' {
			return false
		}
	}
	return true
}

// blockOf recognises DER and bare numbers.
func blockOf(contents []byte) keyBlock {
	find := formOf
	if len(contents) > 0 && contents[0] != derSequence {
		find = bareFormOf
	} else if form, err := bareFormOf(contents); err == nil {
		if _, err := formOf(contents); err != nil { // a number that begins like DER by chance
			return keyBlock{form: form, contents: contents}
		}
	}
	form, err := find(contents)
	return keyBlock{form: form, contents: contents, fault: err}
}

// unarmourPEM returns what is in each PEM block.
func unarmourPEM(text []byte) ([]keyBlock, error) {
	var blocks []keyBlock
	for {
		block, rest := pem.Decode(text)
		if block == nil {
			break
		}
		text = rest
		switch {
		case block.Type == "EC PARAMETERS": // goes before an EC key and repeats its curve
		case block.Headers["DEK-Info"] != "":
			blocks = append(blocks, keyBlock{form: encryptedPEM(block)})
		default:
			found := blockOf(block.Bytes)
			if err := foreignPEM(block); err != nil {
				found = keyBlock{fault: err}
			}
			blocks = append(blocks, found)
		}
	}
	if len(blocks) == 0 {
		return nil, errors.New("the PEM is damaged: BEGIN and END must stand on lines of their own, around whole base64")
	}
	return blocks, nil
}
