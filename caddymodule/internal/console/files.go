package console

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"mime"
	"path"

	"github.com/paybridge/paybridge/caddymodule/internal/pages"
)

//go:embed web
var webFiles embed.FS

// file is one file of the console, ready to be sent.
type file struct {
	kind string // its Content-Type
	body []byte
}

// files are all files of the console by language and path. They are made once:
// nothing in them depends on the bridge or on who asks.
var files = map[pages.Lang]map[string]file{
	pages.Zh: makeFiles(pages.Zh),
	pages.En: makeFiles(pages.En),
}

// kinds are the types of files, by their suffix. HTML is the page, which is not
// served as it lies there.
var kinds = map[string]string{
	".js":  mime.FormatMediaType("text/javascript", map[string]string{"charset": "utf-8"}),
	".css": mime.FormatMediaType("text/css", map[string]string{"charset": "utf-8"}),
}

func makeFiles(lang pages.Lang) map[string]file {
	table := readWords(lang)
	made := map[string]file{
		pagePath:               {"text/html; charset=utf-8", makePage(lang, table)},
		filesPath + "words.js": {kinds[".js"], makeWords(table)},
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
		made[filesPath+entry.Name()] = file{kind, body}
	}
	return made
}

// makePage fills the words into the page.
func makePage(lang pages.Lang, table words) []byte {
	page := template.New("index.html").Funcs(template.FuncMap{"say": table.say})
	template.Must(page.ParseFS(webFiles, "web/index.html"))
	var made bytes.Buffer
	must(page.Execute(&made, struct{ Lang pages.Lang }{lang}))
	return made.Bytes()
}

// makeWords is the module from which the scripts take their words.
func makeWords(table words) []byte {
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
