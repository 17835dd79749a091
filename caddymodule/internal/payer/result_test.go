package payer

import (
	"os"
	"regexp"
	"strconv"
	"testing"
	"time"
)

var answerForm = regexp.MustCompile(`(?m)^const ANSWER = (\d+);$`)

// The page that waits drops an answer after ANSWER. Ours has to arrive before that, over a
// slow network, too.
func TestPatienceIsShorterThanThePages(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile("../pages/scripts/status.js")
	if err != nil {
		t.Fatal(err)
	}
	found := answerForm.FindSubmatch(script)
	if found == nil {
		t.Fatal("status.js has no ANSWER")
	}
	milliseconds, err := strconv.Atoi(string(found[1]))
	if err != nil {
		t.Fatal(err)
	}
	if answer := time.Duration(milliseconds) * time.Millisecond; 2*patience > answer {
		t.Errorf("we wait for %v and the page for %v; want at least twice as long", patience, answer)
	}
}
