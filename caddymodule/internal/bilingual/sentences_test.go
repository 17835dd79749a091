package bilingual

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/paybridge/paybridge/translate"
)

// sentences are the texts of one package, with how its code uses them.
type sentences struct {
	texts map[string]map[string]string // by variable and language
	at    map[string]token.Position
	used  map[string]bool
	calls map[string][]int // how many values With is given
	loose []token.Position // literals that are no variable of the package
}

// TestSentences walks every sentence that some package has: it is in both
// languages, each shows the same values, it is given as many as it shows, and it is
// there for something.
func TestSentences(t *testing.T) {
	t.Parallel()
	packages := 0
	for dir, files := range sources(t) {
		s := readSentences(files)
		if len(s.texts) > 0 {
			packages++
		}
		for _, at := range s.loose {
			t.Errorf("%s: a sentence stands outside of the variables of its package", at)
		}
		for name, text := range s.texts {
			en, zh := text["En"], text["Zh"]
			// A sentence without a word, such as "%s: %s", needs none in Chinese either.
			worded := strings.ContainsFunc(verb.ReplaceAllString(en, ""), unicode.IsLetter)
			if en == "" || zh == "" || hasHan(en) || worded && !hasHan(zh) {
				t.Errorf("%s: %s is %q in English and %q in Chinese", s.at[name], name, en, zh)
			}
			if barePercent(en + zh) {
				t.Errorf("%s: %s has a %% that would be read as a verb: write it twice", s.at[name], name)
			}
			shown := values(en)
			if !slices.Equal(shown, values(zh)) {
				t.Errorf("%s: %s shows other values in Chinese: %q, %q", s.at[name], name, en, zh)
			}
			for _, given := range s.calls[name] {
				if given != len(shown) {
					t.Errorf("%s: %s shows %d values and is given %d", s.at[name], name, len(shown), given)
				}
			}
			if !s.used[name] {
				t.Errorf("%s: nobody says %s of %s", s.at[name], name, dir)
			}
		}
	}
	if packages < 4 {
		t.Errorf("only %d packages say something", packages)
	}
}

// sources are the files of all packages beside and above this one, by folder.
func sources(t *testing.T) map[string][]sourceFile {
	t.Helper()
	all := make(map[string][]sourceFile)
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		name := entry.Name()
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		dir := filepath.Dir(path)
		if file.Name.Name != "bilingual" {
			all[dir] = append(all[dir], sourceFile{set, file})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

type sourceFile struct {
	set  *token.FileSet
	file *ast.File
}

func readSentences(files []sourceFile) *sentences {
	s := &sentences{
		texts: make(map[string]map[string]string), at: make(map[string]token.Position),
		used: make(map[string]bool), calls: make(map[string][]int),
	}
	declared := make(map[ast.Node]bool)
	for _, f := range files {
		for _, declaration := range f.file.Decls {
			s.declare(f, declaration, declared)
		}
	}
	for _, f := range files {
		ast.Inspect(f.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				if isText(n) && !declared[n] {
					s.loose = append(s.loose, f.set.Position(n.Pos()))
				}
			case *ast.Ident:
				if s.texts[n.Name] != nil && !declared[n] {
					s.used[n.Name] = true
				}
			case *ast.CallExpr:
				if name, is := filledIn(n); is && s.texts[name] != nil {
					s.calls[name] = append(s.calls[name], len(n.Args))
				}
			}
			return true
		})
	}
	return s
}

// declare notes the sentences among the variables of a package.
func (s *sentences) declare(f sourceFile, declaration ast.Decl, declared map[ast.Node]bool) {
	variables, is := declaration.(*ast.GenDecl)
	if !is || variables.Tok != token.VAR {
		return
	}
	for _, spec := range variables.Specs {
		spec := spec.(*ast.ValueSpec)
		for i, value := range spec.Values {
			literal, is := value.(*ast.CompositeLit)
			if !is || !isText(literal) {
				continue
			}
			declared[literal], declared[spec.Names[i]] = true, true
			text := make(map[string]string)
			for _, element := range literal.Elts {
				if pair, is := element.(*ast.KeyValueExpr); is {
					text[pair.Key.(*ast.Ident).Name] = literalText(pair.Value)
				}
			}
			s.texts[spec.Names[i].Name], s.at[spec.Names[i].Name] = text, f.set.Position(literal.Pos())
		}
	}
}

func isText(literal *ast.CompositeLit) bool {
	name, is := literal.Type.(*ast.SelectorExpr)
	if !is || name.Sel.Name != "Text" {
		return false
	}
	from, is := name.X.(*ast.Ident)
	return is && from.Name == "bilingual"
}

// filledIn is the variable whose method With is called.
func filledIn(call *ast.CallExpr) (name string, is bool) {
	method, is := call.Fun.(*ast.SelectorExpr)
	if !is || method.Sel.Name != "With" {
		return "", false
	}
	variable, is := method.X.(*ast.Ident)
	if !is {
		return "", false
	}
	return variable.Name, true
}

// literalText is a string literal, or several that are added; what is neither is
// no text.
func literalText(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, _ := strconv.Unquote(e.Value)
		return text
	case *ast.BinaryExpr:
		return literalText(e.X) + literalText(e.Y)
	}
	return ""
}

var verb = regexp.MustCompile(`%(\[\d+\])?[-+#]*[0-9.]*([a-zA-Z%])`)

// barePercent reports whether a text has a percent sign that stands for itself and would be
// read as the beginning of a verb.
func barePercent(text string) bool { return strings.Contains(verb.ReplaceAllString(text, ""), "%") }

// values are what a sentence shows: each value's number and verb, in the order of
// their numbers.
func values(text string) []string {
	var list []string
	for _, found := range verb.FindAllStringSubmatch(text, -1) {
		index := found[1]
		switch {
		case found[2] == "%":
			continue
		case index == "":
			index = "[" + strconv.Itoa(len(list)+1) + "]"
		}
		list = append(list, index+found[2])
	}
	slices.Sort(list)
	return list
}

func hasHan(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

func TestSaid(t *testing.T) {
	t.Parallel()
	inner := Text{En: "not %s", Zh: "不是%s"}.With(Term("paid"))
	said := Text{En: "order %s: %s, %v", Zh: "订单 %[1]s：%[3]v，%[2]s"}.With("7", inner, fs.ErrExist)
	for lang, want := range map[Lang]string{En: "order 7: not paid, file already exists", Zh: "订单 7：已经存在，不是已支付"} {
		if got := said.In(lang); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
	if said.IsZero() || !(Said{}).IsZero() || (Said{}).In(Zh) != "" {
		t.Errorf("%t, %t, %q", said.IsZero(), (Said{}).IsZero(), (Said{}).In(Zh))
	}
	list := Text{En: "it is %s", Zh: "状态是%s"}.With(OneOf([]translate.State{translate.Paid, translate.Failed, "unheard-of"}))
	if en, zh := list.In(En), list.In(Zh); en != "it is paid, failed or unheard-of" || zh != "状态是已支付、失败或unheard-of" {
		t.Errorf("%q, %q", en, zh)
	}
}
