// Package configcheck finds what is doubtful in a configuration that can be
// loaded: what an operator hardly means, or will look for in vain later. It is one
// table of checks, for the Caddyfile and JSON alike, and what it finds is told
// when a configuration is validated, when it starts and by selfcheck.
package configcheck
