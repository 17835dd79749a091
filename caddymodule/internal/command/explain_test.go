package command

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"
)

// A message that was saved in UTF-16, as PowerShell and editors do, is read like one that
// was not; what only looks a little like it stays as it is.
func TestMessagesInUTF16(t *testing.T) {
	t.Parallel()
	const message = "POST /api/query HTTP/1.1\r\n\r\nreq=eyJ9&sign=x&goods=茶😀"
	wide := func(order binary.AppendByteOrder) (text []byte) {
		for _, unit := range utf16.Encode([]rune("\ufeff" + message)) {
			text = order.AppendUint16(text, unit)
		}
		return text
	}
	for name, saved := range map[string][]byte{
		"little end first": wide(binary.LittleEndian), "big end first": wide(binary.BigEndian), "UTF-8": []byte(message),
	} {
		got, err := readMessage(bytes.NewReader(saved))
		if err != nil || string(got) != message {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for _, other := range []string{"", "\xff", "\xff\x00\xfe", "\xef\xbb\xbfreq=", "req=\xff\xfe"} {
		if got, err := readMessage(strings.NewReader(other)); err != nil || string(got) != other {
			t.Errorf("%q becomes %q, %v", other, got, err)
		}
	}
}
