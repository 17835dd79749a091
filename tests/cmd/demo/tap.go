package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// tap is a transport that remembers the last call as it was on the wire.
type tap struct {
	path    string
	request signed
	reply   signed
}

// signed is a v1 message: base64 text that holds JSON, and its signature.
type signed struct {
	text, signature string
}

// RoundTrip makes a call and remembers it.
func (t *tap) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := r.GetBody()
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(text))
	if err != nil {
		return nil, err
	}
	t.path, t.request = r.URL.Path, signed{form.Get("req"), form.Get("sign")}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if text, err = io.ReadAll(response.Body); err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(text))
	var reply struct{ Resp, Sign string }
	_ = json.Unmarshal(text, &reply) // the client judges what it gets
	t.reply = signed{reply.Resp, reply.Sign}
	return response, nil
}

// json decodes the message.
func (s signed) json() (string, error) {
	text, err := base64.StdEncoding.DecodeString(s.text)
	if err != nil {
		return "", fmt.Errorf("decoding v1 message: %w", err)
	}
	return string(text), nil
}

var _ http.RoundTripper = (*tap)(nil)
