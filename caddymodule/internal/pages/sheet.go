package pages

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/translate"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed scripts/*.js
var scriptFiles embed.FS

//go:embed style.css
var style string

// sheet is what a template is given.
type sheet struct {
	Page   Page
	Lang   bilingual.Lang
	Nonce  string
	Style  template.CSS
	Script template.JS
}

// design is a page's template and script, ready to be filled in.
type design struct {
	template *template.Template
	script   template.JS
}

// designs are those of all pages, by name. Scripts run in the order given.
var designs = map[string]design{
	"wechatpay": newDesign("wechatpay", "scenes", "status", "wechatpay"),
	"hosted":    newDesign("hosted", "hosted"),
	"outside":   newDesign("outside", "outside"),
	"result":    newDesign("result", "scenes", "status", "result"),
	"refusal":   newDesign("refusal"),
}

func newDesign(name string, scripts ...string) design {
	layout := template.New("layout.html").Option("missingkey=error").
		Funcs(template.FuncMap{"link": link, "yuan": translate.FormatYuan, "decided": decided})
	var script strings.Builder
	for _, file := range scripts {
		text, err := scriptFiles.ReadFile("scripts/" + file + ".js")
		if err != nil {
			panic(err) // the file is part of the program
		}
		script.Write(text)
	}
	return design{
		template: template.Must(layout.ParseFS(templateFiles, "templates/layout.html", "templates/"+name+".html")),
		script:   template.JS(script.String()), //nolint:gosec // our own file
	}
}

// render writes the HTML of p.
func render(w io.Writer, p Page, lang bilingual.Lang, nonce string) error {
	d, ok := designs[p.name()]
	if !ok {
		return fmt.Errorf("page %s has no template", p.name())
	}
	err := d.template.Execute(w, sheet{
		Page: p, Lang: lang, Nonce: nonce,
		Style:  template.CSS(style), //nolint:gosec // our own file
		Script: d.script,
	})
	if err != nil {
		return fmt.Errorf("rendering page %s: %w", p.name(), err)
	}
	return nil
}
