package netcause

import "net/url"

// RedirectTo is the cause of a call of from that was answered with a redirect. Of
// where it leads, scheme and host are told and nothing else: paths hold tokens.
func RedirectTo(from *url.URL, location string) Cause {
	to, err := from.Parse(location)
	switch {
	case err != nil || location == "" || to.Host == "":
		return New(Redirected, "")
	case to.Scheme == from.Scheme && to.Host == from.Host:
		return New(Redirected, "to another path of "+from.Host)
	}
	return New(Redirected, "to "+to.Scheme+"://"+to.Host)
}
