package console

import (
	"net/http"
	"strconv"

	"github.com/caddyserver/caddy/v2"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
)

// Where the console lives on its site: the page itself, and its files.
const (
	pagePath  = api.Prefix
	filesPath = api.Prefix + "console/"
)

// policy is the Content-Security-Policy. Everything comes from the endpoint that
// the page came from, except the icon, which stands in the page.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// headers are those of every answer.
var headers = map[string]string{
	"Content-Security-Policy": policy,
	"X-Content-Type-Options":  "nosniff",
	"Referrer-Policy":         "same-origin",
	"Cache-Control":           "no-store",
	"Vary":                    "Accept-Language",
}

// Routes returns the console's routes, beside those of the admin API.
func Routes() []caddy.AdminRoute {
	handler := caddy.AdminHandlerFunc(serve)
	return []caddy.AdminRoute{
		{Pattern: pagePath + "{$}", Handler: handler},
		{Pattern: filesPath, Handler: handler},
	}
}

// serve answers one request with a file in the language of the browser. Its
// errors are caddy.APIErrors.
func serve(w http.ResponseWriter, r *http.Request) error {
	lang := bilingual.LangOf(r, bilingual.Zh)
	found, known := files()[lang][r.URL.Path]
	if !known {
		return refuse(r, http.StatusNotFound, noSuchFile)
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		return refuse(r, http.StatusMethodNotAllowed, onlyRead)
	}
	h := w.Header()
	for name, value := range headers {
		h.Set(name, value)
	}
	h.Set("Content-Type", found.kind)
	h.Set("Content-Length", strconv.Itoa(len(found.body)))
	h.Set("Content-Language", string(lang))
	if r.Method == http.MethodGet {
		_, _ = w.Write(found.body) // the browser has gone away
	}
	return nil
}

// What is refused. Each is told where it is.
var (
	noSuchFile = bilingual.Text{En: "the console has no such file; it is at %s", Zh: "控制台没有这个文件；控制台在 %s"}
	onlyRead   = bilingual.Text{
		En: "the console is only read; changes go to the API, which is below %s",
		Zh: "控制台页面只能读取；操作请使用 %s 之下的 API",
	}
)

func refuse(r *http.Request, status int, why bilingual.Text) error {
	return api.In(api.LangOf(r), api.Refuse(status, why.With(api.Prefix)))
}
