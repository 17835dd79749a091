package bridge

// expect has the ledger expect so many more writes, or fewer, until undo is called. A payment
// that is worked on writes before long, and one that waits for the gateway does not.
func (b *Bridge) expect(more int) (undo func()) {
	b.ledger.Expect(more)
	return func() { b.ledger.Expect(-more) }
}
