package tests

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	emptiedColumn = regexp.MustCompile(`(\w+) = ''`)
	createdTable  = regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\n\);`)
	createdColumn = regexp.MustCompile(`(?m)^\t(\w+) +TEXT`)
	addedColumn   = regexp.MustCompile(`ALTER TABLE (\w+) ADD COLUMN (\w+) `)
)

// textColumns are the columns of the ledger's schema that can hold words.
func textColumns(t *testing.T) []string {
	t.Helper()
	migrations, err := filepath.Glob("../caddymodule/internal/ledger/migrations/*.sql")
	if err != nil || len(migrations) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	var all []string
	for _, path := range migrations {
		text := readText(t, strings.TrimPrefix(path, "../"))
		for _, table := range createdTable.FindAllStringSubmatch(text, -1) {
			for _, column := range createdColumn.FindAllStringSubmatch(table[2], -1) {
				all = append(all, table[1]+"."+column[1])
			}
		}
		for _, column := range addedColumn.FindAllStringSubmatch(text, -1) {
			all = append(all, column[1]+"."+column[2])
		}
	}
	return all
}

// The page on personal data names columns that exist, and says that a purge empties
// those that it empties and no others.
func TestDocumentsNamePersonalColumns(t *testing.T) {
	t.Parallel()
	columns := textColumns(t)
	var emptied []string
	_, statement, _ := strings.Cut(readText(t, "caddymodule/internal/ledger/purge.go"), "const emptyOrder")
	statement, _, _ = strings.Cut(statement, "\n\n")
	for _, column := range emptiedColumn.FindAllStringSubmatch(statement, -1) {
		emptied = append(emptied, "orders."+column[1])
	}
	slices.Sort(emptied)
	for document, words := range map[string][2]string{
		"docs/personal-data.md": {"## In the ledger", "emptied"}, "docs/personal-data.zh.md": {"## 在账本中", "清空"},
	} {
		var said []string
		for _, row := range rows(chapter(t, document, words[0])) {
			for _, name := range quoted.FindAllStringSubmatch(row[0], -1) {
				if !slices.Contains(columns, name[1]) {
					t.Errorf("%s: the ledger has no column %s", document, name[1])
				}
				if row[2] == words[1] {
					said = append(said, name[1])
				}
			}
		}
		slices.Sort(said)
		if !slices.Equal(said, emptied) {
			t.Errorf("%s: a purge empties %q, the page says %q", document, emptied, said)
		}
	}
}
