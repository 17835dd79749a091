package bridge

// expect has the ledger expect so many more writes, or fewer, until undo is called: a payment
// that is worked on ends in one, but not before the gateway has answered.
func (b *Bridge) expect(more int) (undo func()) {
	b.ledger.Expect(more)
	return func() { b.ledger.Expect(-more) }
}
