// Package httpclient is the HTTP client of the tests. They do not use net/http's: each
// httptest.Server that ends, in whatever test, closes the idle connections of
// http.DefaultTransport, and a connection is idle for it from the moment on at which an
// answer without a body was read, which may be before its request has heard of it.
package httpclient

import "net/http"

// Transport is like http.DefaultTransport, but nobody else closes its connections.
var Transport = http.DefaultTransport.(*http.Transport).Clone()

// Client is like http.DefaultClient, with Transport.
var Client = &http.Client{Transport: Transport}
