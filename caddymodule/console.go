package caddymodule

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	"github.com/paybridge/paybridge/caddymodule/internal/console"
	"github.com/paybridge/paybridge/caddymodule/internal/origin"
)

func init() {
	caddy.RegisterModule(new(Console))
	httpcaddyfile.RegisterHandlerDirective("paybridge_console", parseConsole)
	httpcaddyfile.RegisterDirectiveOrder("paybridge_console", httpcaddyfile.Before, "respond")
}

// Console serves the operators' console on a site of its own, with what the
// console's page asks of the admin API and nothing else. Caddy's admin endpoint,
// which can load configurations and stop the server, stays shut to browsers.
//
// It answers browsers on this machine at localhost or a loopback address. The
// name in the request is checked, so that another site's name that leads here (DNS
// rebinding) opens nothing.
type Console struct {
	// Further names at which the console may be asked for, from anywhere:
	// console.example.com. Whoever reaches the site then reads everything, so it
	// needs authentication before it. Default: none.
	Hosts []string `json:"hosts,omitempty"`

	mux *http.ServeMux
}

// CaddyModule returns the Caddy module information.
func (*Console) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.handlers.paybridge_console", New: func() caddy.Module { return new(Console) }}
}

// Provision checks the names and lays out what is served.
func (c *Console) Provision(ctx caddy.Context) error {
	if err := c.checkHosts(); err != nil {
		return err
	}
	c.mux = http.NewServeMux()
	for _, route := range append(console.Routes(), caddy.AdminRoute{Pattern: api.Prefix, Handler: newAPI(ctx.Logger())}) {
		c.mux.Handle(route.Pattern, adminHandler{route.Handler})
	}
	c.mux.Handle("/{$}", http.RedirectHandler(api.Prefix, http.StatusSeeOther))
	c.mux.Handle("/", adminHandler{caddy.AdminHandlerFunc(func(http.ResponseWriter, *http.Request) error {
		return api.Refuse(http.StatusNotFound, nothingHere.With(api.Prefix))
	})})
	return nil
}

// consoleChanges are the changes that the console's page makes. Others, such as
// writing a backup to a path, are the commands' alone.
var consoleChanges = map[string]bool{
	api.Prefix + "notifications/resend": true,
	api.Prefix + "merchants/pause":      true,
	api.Prefix + "merchants/resume":     true,
	api.Prefix + "merchants/route":      true,
	api.Prefix + "orders/refund":        true,
	api.Prefix + "orders/deal":          true,
	api.Prefix + "quarantine/deal":      true,
}

// ServeHTTP implements caddyhttp.MiddlewareHandler.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request, _ caddyhttp.Handler) error {
	if err := c.check(r); err != nil {
		writeRefusal(w, r, err)
		return nil
	}
	c.mux.ServeHTTP(w, r)
	return nil
}

// check refuses what the console's own page, opened by its address, does not ask.
// What other sites' pages ask is refused by the API.
func (c *Console) check(r *http.Request) error {
	if !c.mayAsk(r) {
		return api.Refuse(http.StatusForbidden, notAtThisHost.With())
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead || r.URL.Path == api.Prefix {
		return nil
	}
	if strings.HasPrefix(r.URL.Path, api.Prefix+"console/") {
		return nil // it says itself that files are only read
	}
	switch {
	case !consoleChanges[r.URL.Path]:
		return api.Refuse(http.StatusForbidden, notByConsole.With())
	case r.Header.Get("Origin") == "":
		return api.Refuse(http.StatusForbidden, notFromPage.With())
	}
	return nil
}

// mayAsk reports whether a request names a host that the console answers at, and
// comes from where it may.
func (c *Console) mayAsk(r *http.Request) bool {
	host := strings.ToLower(r.Host)
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(host, ".")
	if slices.ContainsFunc(c.Hosts, func(allowed string) bool { return strings.EqualFold(allowed, host) }) {
		return true
	}
	return origin.Loopback(strings.Trim(host, "[]")) && fromHere(r.RemoteAddr)
}

// fromHere reports whether a request came from this machine, by TCP or a socket.
func fromHere(remote string) bool {
	address, _, err := net.SplitHostPort(remote)
	return err != nil || origin.Loopback(address) // only a socket's address has no port
}

// adminHandler answers an admin handler's errors as Caddy's admin endpoint does.
type adminHandler struct{ caddy.AdminHandler }

func (h adminHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h.AdminHandler.ServeHTTP(w, r); err != nil {
		writeRefusal(w, r, err)
	}
}

// What the console's site refuses before it asks the API or the page.
var (
	nothingHere   = bilingual.Text{En: "there is nothing here; the console is at %s", Zh: "这里没有内容；控制台在 %s"}
	notAtThisHost = bilingual.Text{
		En: "the console answers at localhost or a loopback address of its own machine; " +
			"forward the port with ssh, or name the host: paybridge_console HOST",
		Zh: "控制台只在本机的 localhost 或回环地址上应答；请用 ssh 转发端口，或写明主机名：paybridge_console HOST",
	}
	notByConsole = bilingual.Text{
		En: "the console does not do that, with console_actions or without; use the command line",
		Zh: "无论是否设置 console_actions，控制台都不做这项操作；请使用命令行",
	}
	notFromPage = bilingual.Text{
		En: "changes are taken from the console's own page only; programs use the admin endpoint",
		Zh: "只接受控制台页面自身发起的操作；程序请使用 Caddy 的管理端点",
	}
)

// writeRefusal answers with the status and the message of an error.
func writeRefusal(w http.ResponseWriter, r *http.Request, err error) {
	refusal := caddy.APIError{HTTPStatus: http.StatusInternalServerError, Message: err.Error()}
	_ = errors.As(api.In(api.LangOf(r), err), &refusal)
	w.Header().Set("Vary", "Accept-Language")
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(refusal.HTTPStatus)
	_ = json.NewEncoder(w).Encode(refusal) // the caller has hung up
}

func (c *Console) checkHosts() error {
	for _, host := range c.Hosts {
		if host == "" || strings.ContainsAny(host, "/:*{} ") {
			return fmt.Errorf("paybridge_console: %q is not the name of a host; write for example console.example.com", host)
		}
	}
	return nil
}

// parseConsole sets up the handler from the directive:
//
//	paybridge_console [<matcher>] [<host...>]
//
// The hosts are further names at which the console may be asked for.
func parseConsole(h httpcaddyfile.Helper) (caddyhttp.MiddlewareHandler, error) {
	h.Next()
	c := &Console{Hosts: h.RemainingArgs()}
	if err := c.checkHosts(); err != nil {
		return nil, h.WrapErr(err)
	}
	if h.NextBlock(0) {
		return nil, h.Errf("unexpected %q: the paybridge_console directive takes no block", h.Val())
	}
	return c, nil
}

var (
	_ caddy.Provisioner           = (*Console)(nil)
	_ caddyhttp.MiddlewareHandler = (*Console)(nil)
)
