package crash_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// harmless says why a function, named by its package, may start a goroutine that nothing
// guards.
var harmless = map[string]string{
	"api.NewClient":        "a command's connection, and a command has no payments in hand",
	"bridge.Close":         "waits",
	"bridge.finishCalls":   "waits",
	"bridge.work":          "takeBackAll, which guards each order",
	"delivery.bound":       "cancels a context",
	"graceful.Close":       "closes a socket",
	"graceful.Listen":      "accepts, and hands connections over",
	"oldgateway.Pass":      "cancels a context",
	"p11kit.close":         "ends a process",
	"p11kit.endWith":       "ends a process",
	"p11kit.startChild":    "waits for a process",
	"reconciliation.pages": "a command's, which has no payments in hand",
	"refusals.Keep":        "deletes from a map",
	"shadow.Stop":          "waits",
}

// TestGoroutinesAreGuarded: a panic on a goroutine that nobody guards ends the process, with
// all the payments in hand. So whatever is started on one of its own, also by a timer, by
// the end of a context or by an HTTP transport, names this package, or the function that it
// calls does.
func TestGoroutinesAreGuarded(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	for _, dir := range packages(t) {
		for _, start := range startsIn(t, dir) {
			_, known := harmless[start]
			found[start] = true
			if !known {
				t.Errorf("%s starts a goroutine that nothing guards: use crash.Guard or crash.Try in it", start)
			}
		}
	}
	for start := range harmless {
		if !found[start] {
			t.Errorf("%s is listed and starts none, or guards it", start)
		}
	}
}

// packages are the folders of the module's code.
func packages(t *testing.T) (dirs []string) {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if entry.Name() == "testdata" || entry.Name() == "simulation" {
			return fs.SkipDir
		}
		dirs = append(dirs, path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return dirs
}

// startsIn are the functions of a package that start a goroutine which nothing guards.
func startsIn(t *testing.T, dir string) (starts []string) {
	t.Helper()
	files, functions := parse(t, dir)
	for _, file := range files {
		for _, declaration := range file.Decls {
			in, ok := declaration.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(in, func(node ast.Node) bool {
				if f := started(node); f != nil && !guarded(f, functions, depth) {
					starts = append(starts, fmt.Sprintf("%s.%s", file.Name.Name, in.Name.Name))
				}
				return true
			})
		}
	}
	slices.Sort(starts)
	return slices.Compact(starts)
}

// parse reads the files of a package, and what its functions and methods do.
func parse(t *testing.T, dir string) (files []*ast.File, functions map[string][]*ast.BlockStmt) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	functions = map[string][]*ast.BlockStmt{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
		for _, declaration := range file.Decls {
			if f, ok := declaration.(*ast.FuncDecl); ok && f.Body != nil {
				functions[f.Name.Name] = append(functions[f.Name.Name], f.Body)
			}
		}
	}
	return files, functions
}

// started is what a node has run on a goroutine of its own; nil for nothing.
func started(node ast.Node) ast.Node {
	switch n := node.(type) {
	case *ast.GoStmt:
		return n.Call
	case *ast.CallExpr:
		called, ok := n.Fun.(*ast.SelectorExpr)
		if ok && len(n.Args) > 0 && slices.Contains([]string{"Go", "AfterFunc"}, called.Sel.Name) {
			return n.Args[len(n.Args)-1]
		}
	case *ast.KeyValueExpr:
		name, ok := n.Key.(*ast.Ident)
		if ok && slices.Contains([]string{"DialContext", "DialTLSContext"}, name.Name) {
			return n.Value
		}
	}
	return nil
}

// depth is how many functions of its package a guard may be away from the start: a loop
// guards each turn.
const depth = 2

// guarded reports whether something in a node calls this package, or recovers, or calls a
// function of its package in which something does, and so on.
func guarded(node ast.Node, functions map[string][]*ast.BlockStmt, depth int) (is bool) {
	ast.Inspect(node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			from, ok := n.X.(*ast.Ident)
			is = is || ok && from.Name == "crash" || anyGuarded(functions[n.Sel.Name], functions, depth)
		case *ast.Ident:
			is = is || n.Name == "recover" || anyGuarded(functions[n.Name], functions, depth)
		}
		return !is
	})
	return is
}

func anyGuarded(bodies []*ast.BlockStmt, functions map[string][]*ast.BlockStmt, depth int) bool {
	return depth > 0 && slices.ContainsFunc(bodies, func(body *ast.BlockStmt) bool { return guarded(body, functions, depth-1) })
}
