package console

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"mime"
	"path"
	"regexp"
	"sync"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

//go:embed web
var webFiles embed.FS

// file is one file of the console, ready to be sent.
type file struct {
	kind string // its Content-Type
	body []byte
}

// files are all files of the console by language and path. They are made once, when
// somebody asks for the first, since commands start faster without them: nothing in them
// depends on the bridge or on who asks.
var files = sync.OnceValue(func() map[bilingual.Lang]map[string]file {
	return map[bilingual.Lang]map[string]file{
		bilingual.Zh: makeFiles(bilingual.Zh),
		bilingual.En: makeFiles(bilingual.En),
	}
})

// kinds are the types of files, by their suffix. HTML is the page, which is not
// served as it lies there.
var kinds = map[string]string{
	".js":  mime.FormatMediaType("text/javascript", map[string]string{"charset": "utf-8"}),
	".css": mime.FormatMediaType("text/css", map[string]string{"charset": "utf-8"}),
}

// needless is what no browser needs of a script or style, and what stands there instead.
// It is no more than blanks and comments. A minifier would save some 12 KB more, but
// tdewolff/minify 2.24.19 moved a declaration behind the await that it stood before.
var needless = map[string][]replacement{
	// How lines are indented, lines with nothing but a comment, and blanks around what
	// separates, but not in texts. The empty lines keep the numbers of the others.
	".js": {
		{regexp.MustCompile(`(?m)^[ \t]*(//.*$)?`), ""},
		{regexp.MustCompile(`('(?:[^'\\\n]|\\.)*')| ?(=>|[=!]==|&&|\|\||[,{}=:?]) ?`), "$1$2"},
	},
	// Comments, lines, and blanks around what separates.
	".css": {
		{regexp.MustCompile(`(?s)/\*.*?\*/|\s+`), " "},
		{regexp.MustCompile(` *([{};,]) *`), "$1"},
		{regexp.MustCompile(`: `), ":"},
		{regexp.MustCompile(`;}`), "}"},
	},
}

type replacement struct {
	of   *regexp.Regexp
	with string
}

// makeFiles makes the files in one language. It panics when one of them is broken.
func makeFiles(lang bilingual.Lang) map[string]file {
	texts := readCatalog(lang)
	made := map[string]file{
		pagePath:                {"text/html; charset=utf-8", makePage(lang, texts)},
		filesPath + "texts.js":  {kinds[".js"], makeModule(texts.short())},
		filesPath + "states.js": {kinds[".js"], makeModule(stateTable())},

		filesPath + "actionnames.js": {kinds[".js"], makeModule(v1.Actions())},
	}
	entries, err := webFiles.ReadDir("web")
	must(err)
	for _, entry := range entries {
		kind, served := kinds[path.Ext(entry.Name())]
		if !served {
			continue
		}
		body, err := webFiles.ReadFile("web/" + entry.Name())
		must(err)
		for _, r := range needless[path.Ext(entry.Name())] {
			body = r.of.ReplaceAll(body, []byte(r.with))
		}
		made[filesPath+entry.Name()] = file{kind, body}
	}
	return made
}

// makePage fills the texts into the page.
func makePage(lang bilingual.Lang, texts catalog) []byte {
	page := template.New("index.html").Funcs(template.FuncMap{"t": texts.text})
	template.Must(page.ParseFS(webFiles, "web/index.html"))
	var made bytes.Buffer
	must(page.Execute(&made, struct{ Lang bilingual.Lang }{lang}))
	return made.Bytes()
}

// stateFacts are what the scripts have to know of a state.
type stateFacts struct {
	Payer   translate.PayerView `json:"payer"`
	Tone    translate.Tone      `json:"tone"`
	Watched bool                `json:"watched"` // final, and a step may still be due
	Retry   bool                `json:"retry"`   // a person may try its step again
}

// stateTable is what the scripts have to know of the states of orders.
func stateTable() map[translate.State]stateFacts {
	table := make(map[translate.State]stateFacts)
	for _, state := range translate.States() {
		row := state.Row()
		table[state] = stateFacts{
			Payer: row.Payer, Tone: row.Tone, Retry: row.Retry != "",
			Watched: row.Final && row.Due != translate.DueNothing,
		}
	}
	return table
}

// makeModule is a module from which the scripts take a table.
func makeModule(table any) []byte {
	text, err := json.Marshal(table)
	must(err)
	return append(append([]byte("export default "), text...), ";\n"...)
}

// must stops a program whose own files are broken.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
