package v2

import (
	"bytes"
	"encoding/pem"
	"errors"
	"regexp"
	"unicode/utf8"
)

// foreign is a kind of file that people give in place of a key.
type foreign struct {
	// is judges the file as it is, and its text without blanks around it.
	is   func(data, text []byte) bool
	says string // what it is, and the next step
}

// foreigns are tried from top to bottom. The commands have been tried with the
// programs that they name.
var foreigns = []foreign{
	{startsWith("\xfe\xed\xfe\xed"), "found a Java keystore (JKS): convert it with keytool -importkeystore -srckeystore FILE -destkeystore merchant.p12 -deststoretype PKCS12"},
	{startsWith("\xce\xce\xce\xce"), "found a Java keystore (JCEKS): convert it with keytool -importkeystore -srcstoretype JCEKS -srckeystore FILE -destkeystore merchant.p12 -deststoretype PKCS12"},
	{startsWith("\x00\x00\x00\x01\x00\x00\x00\x14", "\x00\x00\x00\x02\x00\x00\x00\x14"), "found a keystore of Bouncy Castle (BKS): export the key from it as PKCS#12"},
	{startsWith("\x1e\xf1\xb5\xb0"), "found a private key of Microsoft (PVK): convert it with openssl rsa -inform PVK -in FILE -out merchant.pem"},
	{startsWith("\x07\x02\x00\x00", "\x06\x02\x00\x00"), "found a key of Microsoft (BLOB): convert it with openssl rsa -inform MSBLOB -in FILE -out merchant.pem (a public key: with -pubin)"},
	{startsWith("PK\x03\x04", "Rar!", "7z\xbc\xaf", "\x1f\x8b", "%PDF", "\xd0\xcf\x11\xe0", "\x89PNG", "\xff\xd8\xff"), "found an archive, a document or a picture: take the key file out of it"},
	{isUTF16, "found text in UTF-16: save it as UTF-8, or convert it with iconv -f UTF-16 -t UTF-8 FILE"},
	{startsWith("PuTTY-User-Key-File"), "found a key of PuTTY: convert it with puttygen FILE -O private-openssh -o merchant.pem"},
	{startsWith("ssh-", "ecdsa-sha2-"), "found a public key of SSH: convert it with ssh-keygen -e -m PKCS8 -f FILE"},
	{startsWith("---- BEGIN SSH2"), "found a public key of SSH: convert it with ssh-keygen -i -f FILE > key.pub and ssh-keygen -e -m PKCS8 -f key.pub"},
	{startsWith("-----BEGIN PGP"), "found a key or message of PGP: the gateway speaks RSA or SM2 keys in PEM"},
	{startsWith("<RSAKeyValue"), "found a key of .NET in XML: convert it to PEM (in .NET: RSA.FromXmlString, then ExportPkcs8PrivateKeyPem or ExportSubjectPublicKeyInfoPem)"},
	{startsWith("<"), "found a web page or XML: perhaps the page of a login or an error was saved in place of the file"},
	{startsWith("{", "["), "found JSON: a key is needed in PEM, base64 or hex, without anything around it"},
	{startsWith(`"`, `'`, "`", "“", "”", "‘", "’", "«", "「", "\x93", "\x91"), "the contents stand in quotes: take them away"},
	{lineEndsInLetters, `the line ends are written as \n in two characters: write real line ends, for example with printf '%b' "$KEY" > key.pem`},
	{otherDashes, "the BEGIN line of the PEM is damaged: it has five plain dashes (-) on either side; a word processor may have changed them"},
	{assigned, "the contents begin with a name and a sign (key=, d:): leave nothing but the key"},
	{isPath, "the contents are the path of another file: name that file"},
}

// foreignFile names a file that is not of a kind we take, nil where the kind is
// unknown.
func foreignFile(data, text []byte) error {
	for _, f := range foreigns {
		if f.is(data, text) {
			return errors.New(f.says)
		}
	}
	return nil
}

// foreignPEM names a PEM block that is not of a kind we take and holds no DER.
func foreignPEM(block *pem.Block) error {
	switch {
	case bytes.HasPrefix(block.Bytes, []byte("openssh-key-v1\x00")):
		return errors.New("found a private key of OpenSSH: convert a copy of it with ssh-keygen -p -m PEM -f FILE")
	case block.Type == "SSH2 ENCRYPTED PRIVATE KEY":
		return errors.New("found a private key of ssh.com: convert it with puttygen FILE -O private-openssh -o merchant.pem")
	}
	return nil
}

// startsWith makes the test of a beginning.
func startsWith(beginnings ...string) func(data, text []byte) bool {
	return func(data, text []byte) bool {
		for _, beginning := range beginnings {
			if bytes.HasPrefix(data, []byte(beginning)) || bytes.HasPrefix(text, []byte(beginning)) {
				return true
			}
		}
		return false
	}
}

// isUTF16 reports whether it begins with a byte order mark of UTF-16, or is
// ASCII in two bytes each.
func isUTF16(data, _ []byte) bool {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return true
	}
	if len(data) < 4 || len(data)%2 != 0 {
		return false
	}
	for high := range 2 {
		ascii := true
		for i := 0; i < len(data) && ascii; i += 2 {
			ascii = data[i+high] == 0 && data[i+1-high] != 0 && data[i+1-high] < utf8.RuneSelf
		}
		if ascii {
			return true
		}
	}
	return false
}

func lineEndsInLetters(_, text []byte) bool {
	return bytes.Contains(text, []byte("-----BEGIN ")) && bytes.Contains(text, []byte(`\n`))
}

var (
	beginLine = regexp.MustCompile(`BEGIN [A-Z0-9 ]*(?:KEY|CERTIFICATE|PKCS7)`)
	nameFirst = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_. -]{0,40}\s*[:=]\s*[0-9A-Za-z+/"'-]`)
	pathAlone = regexp.MustCompile(`^(?:[A-Za-z]:\\|\.{0,2}/)?[\w.\\/-]{1,200}\.(?:pem|key|cer|crt|pfx|p12|der|sm2|txt)$`)
)

func otherDashes(_, text []byte) bool {
	return beginLine.Match(text) && !bytes.Contains(text, []byte("-----BEGIN "))
}

func assigned(_, text []byte) bool {
	return nameFirst.Match(text) && !bytes.Contains(text, []byte("-----BEGIN ")) && !hexFile.Match(text)
}

func isPath(_, text []byte) bool { return pathAlone.Match(text) }
