package tests

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documents are the pages for people, each in English and in Chinese: all in the
// repository's root and in docs/, but for the list of changes.
func documents(t *testing.T) [][2]string {
	t.Helper()
	var pairs [][2]string
	for _, english := range markdown(t) {
		if english == "CHANGELOG.md" || strings.HasSuffix(english, ".zh.md") {
			continue
		}
		if folder := path.Dir(english); folder == "." || folder == "docs" {
			pairs = append(pairs, [2]string{english, strings.TrimSuffix(english, ".md") + ".zh.md"})
		}
	}
	return pairs
}

// outline is what must be the same in every language: the headings' levels, the
// code, and the shape of the tables with what is quoted in them.
type outline struct {
	headings []string
	code     []string
	tables   []string
}

var (
	headingLine = regexp.MustCompile(`^(#+) `)
	comment     = regexp.MustCompile(`(^|\s+)(#|--) .*$`)
	han         = regexp.MustCompile(`\p{Han}`)
)

// outlineOf reads a page. Headings keep their words only where they are names,
// comments in code may be translated, drawings count by their lines.
func outlineOf(text string) outline {
	var o outline
	var block []string
	fence := ""
	section := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "```") && fence == "":
			fence, block = line, nil
		case line == "```":
			o.code = append(o.code, section+" "+fence+"\n"+strings.Join(block, "\n"))
			fence = ""
		case fence == "```":
			block = append(block, "(a line of a drawing)")
		case fence != "":
			block = append(block, comment.ReplaceAllString(line, ""))
		case headingLine.MatchString(line):
			level := headingLine.FindStringSubmatch(line)[1]
			section = fmt.Sprintf("%s %d", level, len(o.headings)+1)
			o.headings = append(o.headings, level)
		case strings.HasPrefix(line, "|"):
			o.tables = append(o.tables, section+" "+rowOutline(line))
		}
	}
	return o
}

// rowOutline is a table row's number of cells and what is quoted in them, in
// any order within the cell: languages differ in that.
func rowOutline(line string) string {
	var cells []string
	for cell := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
		var names []string
		for _, match := range quoted.FindAllStringSubmatch(cell, -1) {
			names = append(names, match[1])
		}
		slices.Sort(names)
		cells = append(cells, strings.Join(names, " "))
	}
	return strings.Join(cells, "|")
}

// anyBlock is a block of code.
var anyBlock = regexp.MustCompile("(?ms)^ *```.*?^ *```$")

// Both languages say the same, as far as a program can tell.
func TestDocumentsAgree(t *testing.T) {
	t.Parallel()
	for _, pair := range documents(t) {
		t.Run(pair[0], func(t *testing.T) {
			t.Parallel()
			english, chinese := readText(t, pair[0]), readText(t, pair[1])
			want, got := outlineOf(english), outlineOf(chinese)
			for _, part := range []struct {
				name      string
				want, got []string
			}{
				{"heading", want.headings, got.headings},
				{"code block", want.code, got.code},
				{"table row", want.tables, got.tables},
			} {
				compareParts(t, part.name, part.want, part.got)
			}
			words := anyBlock.ReplaceAllString(english, "") // programs are the same in any language
			if share := len(han.FindAllString(chinese, -1)) * 10; share < len([]rune(words)) {
				t.Errorf("%s is hardly Chinese", pair[1])
			}
		})
	}
}

// compareParts tells of the first part that differs: the others follow from it.
func compareParts(t *testing.T, name string, want, got []string) {
	t.Helper()
	for i := range max(len(want), len(got)) {
		switch {
		case i >= len(got):
			t.Errorf("the Chinese page lacks %s %d: %s", name, i+1, want[i])
		case i >= len(want):
			t.Errorf("the Chinese page has one %s more: %s", name, got[i])
		case want[i] != got[i]:
			t.Errorf("%s %d differs:\nEnglish: %s\nChinese: %s", name, i+1, want[i], got[i])
		default:
			continue
		}
		return
	}
}

// The comparison notices what it is for.
func TestOutlineNoticesDifferences(t *testing.T) {
	t.Parallel()
	const page = "# A\n\n```sh\nrun --now   # at once\n```\n\n| `a` | b |\n| --- | --- |\n| `c` | d |\n"
	same := strings.NewReplacer("# at once", "# 立即", "| b |", "| 乙 |", "# A", "# 甲").Replace(page)
	if want, got := fmt.Sprint(outlineOf(page)), fmt.Sprint(outlineOf(same)); want != got {
		t.Errorf("a translation differs:\n%s\n%s", want, got)
	}
	for name, change := range map[string][2]string{
		"level":   {"# A", "## A"},
		"command": {"--now", "--later"},
		"name":    {"`c`", "`x`"},
		"row":     {"| `c` | d |\n", ""},
	} {
		if fmt.Sprint(outlineOf(page)) == fmt.Sprint(outlineOf(strings.Replace(page, change[0], change[1], 1))) {
			t.Errorf("another %s is not noticed", name)
		}
	}
}
