package explain

// Message returns the JSON of a merchant's message from whatever was saved of
// it: the JSON itself, a form, a URL. Nothing is verified.
func Message(input []byte) ([]byte, error) {
	a := receive(input)
	if a.shape == asMessage {
		return []byte(a.body), nil
	}
	e := gather(a, World{})
	if !looksLikeJSON(e.message) {
		return nil, say("found no v1 message: neither its JSON, nor a form or URL with req")
	}
	return e.message, nil
}
