// Package caddymodule plugs Paybridge into Caddy. Importing it registers
//
//   - the app "paybridge": merchants, ledger, gateway (App),
//   - the handler "http.handlers.paybridge": the old gateway's paths (Handler),
//   - the listener wrapper "caddy.listeners.paybridge" (ListenerWrapper),
//   - the ledgers "paybridge.ledgers.sqlite" and "paybridge.ledgers.postgres",
//   - the admin API "admin.api.paybridge" and the commands "caddy paybridge …",
//   - the Caddyfile's global option and directive of the same name.
//
// The package reads configuration and HTTP; what happens to an order is decided
// in internal/bridge and, as pure rules, in package translate.
package caddymodule
