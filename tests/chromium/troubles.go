package chromium

// Troubles returns the troubles of the page so far and forgets them, for tests
// that expect some. The browser tells of some a little later than they happen;
// what has happened is waited for, but not what is still on its way from a server
// (see AwaitTrouble).
func (t *Tab) Troubles() []string {
	t.tb.Helper()
	t.catchUp()
	return t.troubles.take()
}

// AwaitTrouble waits until there is a trouble with some words in it, for tests
// that expect it. It stays one of the troubles.
func (t *Tab) AwaitTrouble(words string) {
	t.tb.Helper()
	if !eventually(func() bool { return t.troubles.has(words) }) {
		t.tb.Fatalf("waited too long for the trouble %q, there are %q\non %s", words, t.troubles.take(), t.describe())
	}
}

// checkTroubles fails the test for every trouble.
func (t *Tab) checkTroubles() {
	t.tb.Helper()
	for _, trouble := range t.Troubles() {
		t.tb.Errorf("in the browser: %s", trouble)
	}
}

// catchUp returns when the browser has told of all that has happened on the page.
// It tells last of promises that were rejected, by a task of its own, and of
// several in their order; so the catch-up rejects one and waits to hear of it.
// Without scripts no promise is rejected, and any answer is enough.
func (t *Tab) catchUp() {
	t.tb.Helper()
	done := func() bool { return t.runs("void 0") }
	if !t.options.ScriptsOff {
		raise := "void Promise.reject(new Error(" + quote(t.troubles.nextSign()) + "))"
		raised := false
		done = func() bool {
			raised = raised || t.runs(raise)
			return raised && t.troubles.signSeen()
		}
	}
	if !eventually(func() bool { return t.ctx.Err() != nil || done() }) {
		t.tb.Errorf("the browser does not tell of its troubles\non %s", t.describe())
	}
}
