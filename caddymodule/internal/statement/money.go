package statement

var errNoAmount = say("no amount")

// money reads what moved by a line, and how far it has come. A refund is told by the
// kind of the line, by a negative amount, by the state, or by an amount of its own.
func (l *lineCells) money(row *Row, refund bool) {
	fen, negative := l.amount(AmountColumn)
	refunded, _ := l.amount(RefundAmountColumn)
	says := l.state(StateColumn)
	row.State = says.state
	switch {
	case refund || negative || row.RefundNo != "" && (says.refunds || refunded > 0):
		row.Refunds, row.RefundFen = true, refunded
		if !refund && !negative && !says.refunds {
			row.Fen = fen
		}
		if refunded == 0 {
			row.RefundFen = fen
		}
	case refunded > 0:
		row.Refunds, row.RefundFen = true, refunded
		row.Pays, row.Either, row.Fen = fen > 0, says.refunds, fen
	case says.refunds:
		row.Refunds, row.Pays, row.Either, row.Fen, row.RefundFen = true, true, true, fen, fen
	default:
		row.Pays, row.PartRefunded, row.Fen = true, says.part, fen
		if l.err == nil && l.text(AmountColumn) == "" {
			l.fail(AmountColumn, errNoAmount)
		}
	}
	if row.Refunds {
		l.refundState(row, says)
	}
	if row.Refunds && !row.Pays && row.RefundFen == 0 {
		l.fail(AmountColumn, errNoAmount)
	}
}

// refundState reads how far a refund has come: its own column tells it, or else the
// column of the state, whose word is the refund's alone where it says so. What is given
// back, or is to be, has been paid.
func (l *lineCells) refundState(row *Row, says meaning) {
	row.RefundState = says.state
	if l.text(RefundStateColumn) != "" {
		row.RefundState = l.state(RefundStateColumn).state
	}
	switch {
	case !row.Pays:
		row.State = row.RefundState
	case says.refunds:
		row.State = Succeeded
	}
}

// amount reads an amount; one that is not there is 0.
func (l *lineCells) amount(role Role) (fen int64, negative bool) {
	text := l.text(role)
	if text == "" || text == "-" || text == "--" || text == "/" {
		return 0, false
	}
	fen, negative, err := amount(text, l.reader.unit(role))
	l.fail(role, err)
	return fen, negative
}

// state reads a state; a line without one has succeeded.
func (l *lineCells) state(role Role) meaning {
	word := l.text(role)
	if word == "" {
		return meaning{state: Succeeded}
	}
	m, err := l.reader.options.meaningOf(word)
	l.fail(role, err)
	return m
}
