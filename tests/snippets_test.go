package tests

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// surroundings are the places of a Caddyfile that a document's snippet may be
// from.
var surroundings = []string{
	"%s",
	"{\n\tpaybridge {\n%s\n\t}\n}",
	"{\n\tpaybridge {\n\t\tmerchant 89900001 {\n%s\n\t\t}\n\t}\n}",
}

// adapts reports whether Caddy understands a snippet somewhere in a Caddyfile,
// and else what it says of the snippet as a whole file.
func adapts(t *testing.T, snippet string) (string, bool) {
	t.Helper()
	dir := t.TempDir()
	complaint := ""
	for i, around := range surroundings {
		text := strings.Replace(around, "%s", snippet, 1)
		if err := os.WriteFile(filepath.Join(dir, "Caddyfile"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := caddyIn(dir, "adapt", "--config", "Caddyfile")
		if err == nil || onlyMissing(out) {
			return "", true
		}
		if i == 0 {
			complaint = out
		}
	}
	return complaint, false
}

// onlyMissing reports whether all that is wrong with a configuration is what a
// snippet need not show: directives that are missing.
func onlyMissing(out string) bool {
	found := false
	for line := range strings.Lines(out) {
		if !strings.Contains(line, `"level":"error"`) || strings.Contains(line, " errors in the configuration") {
			continue
		}
		if !strings.Contains(line, ": missing") {
			return false
		}
		found = true
	}
	return found
}

var (
	caddyfileBlock = regexp.MustCompile("(?ms)^ *```caddyfile\n(.*?)^ *```$")
	listIndent     = regexp.MustCompile(`(?m)^ {3}`)
)

// Every piece of a Caddyfile in the documents is one that Caddy takes, as a whole
// or, where it shows a choice, in each of its paragraphs.
func TestDocumentedConfigurationsAdapt(t *testing.T) {
	t.Parallel()
	for _, document := range markdown(t) {
		t.Run(document, func(t *testing.T) {
			t.Parallel()
			for _, block := range caddyfileBlock.FindAllStringSubmatch(readText(t, document), -1) {
				text := listIndent.ReplaceAllString(block[1], "")
				complaint, ok := adapts(t, text)
				if ok {
					continue
				}
				for paragraph := range strings.SplitSeq(text, "\n\n") {
					if _, ok := adapts(t, paragraph); !ok {
						t.Errorf("Caddy does not take\n%s\n%s", paragraph, complaint)
					}
				}
			}
		})
	}
}

var (
	// caddyCommand is a command line of Caddy in a document, in a block of code or
	// in backquotes.
	caddyCommand = regexp.MustCompile("(?m)(?:^|`|\\s)(?:\\./)?caddy ((?:[a-z]+ )*[a-z-]+)[^\n`|#<>]*")
	longFlag     = regexp.MustCompile(`(?:^|\s)(--[a-z-]+)`)
	helpOf       = regexp.MustCompile(`(?m)^  ([a-z-]+) `)
)

// Every command line of Caddy in the documents has a command that exists, and
// flags that its help knows.
func TestDocumentedCommandsExist(t *testing.T) {
	t.Parallel()
	helps := make(map[string]string)
	help := func(command string) string {
		if _, known := helps[command]; !known {
			out, _ := caddyIn(t.TempDir(), append(strings.Fields(command), "--help")...)
			helps[command] = out
		}
		return helps[command]
	}
	found := 0
	for _, document := range markdown(t) {
		for _, line := range caddyCommand.FindAllStringSubmatch(readText(t, document), -1) {
			if line[1] == "paybridge" {
				continue // the group of commands, not one of them
			}
			command := ""
			for _, word := range strings.Fields(line[1]) {
				if !isCommand(help(command), word) {
					break
				}
				command = strings.TrimSpace(command + " " + word)
			}
			if command == "" || command == "paybridge" {
				t.Errorf("%s: there is no command in %q", document, line[0])
				continue
			}
			found++
			for _, flag := range longFlag.FindAllStringSubmatch(line[0], -1) {
				if !strings.Contains(help(command), flag[1]+" ") {
					t.Errorf("%s: caddy %s has no flag %s", document, command, flag[1])
				}
			}
		}
	}
	if found < 20 {
		t.Errorf("found only %d commands", found)
	}
}

// isCommand reports whether a help lists a command.
func isCommand(help, word string) bool {
	for _, listed := range helpOf.FindAllStringSubmatch(help, -1) {
		if listed[1] == word {
			return true
		}
	}
	return false
}
