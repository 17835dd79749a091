package statement

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// summaries are the words that a line begins with that sums up others. The last of
// them ends the list.
var (
	summaries = []string{"合计", "总计", "小计", "汇总", "交易合计", "退款合计", "总金额", "total", "subtotal", "sum"}
	endings   = []string{"总交易单数", "总笔数", "交易总笔数"}
)

// lineClass is what a line is.
type lineClass int

const (
	entry lineClass = iota // of the list
	blank                  // or the names of the columns once more
	aside                  // a comment, or a sum
)

// classOf tells the lines of the list from others. What a line begins with may be a
// product of that name, so one that has what an order's line has is of the list.
func (r *Reader) classOf(cells []string, line int) lineClass {
	first := ""
	for i, cell := range cells {
		if r.source.stored(i) == asError { // #N/A is no comment
			return entry
		}
		if first = plain(cell); first != "" {
			break
		}
	}
	switch {
	case first == "":
		return blank
	case len(r.names) > 0 && slices.EqualFunc(filled(cells), filled(r.names), sameName): // files that were put together
		r.ended = false
		return blank
	}
	word := strings.TrimLeft(first, "#")
	ends := slices.ContainsFunc(endings, func(end string) bool { return strings.HasPrefix(word, end) })
	sums := ends || isSummary(word)
	if !sums && !r.ended && word == first || r.tellsOrder(cells, line, sums) {
		return entry
	}
	r.ended = r.ended || ends
	return aside
}

var errSecondList = say("a second list begins here, with columns of its own; save it as a file of its own")

// secondList finds a list with other columns than those that are read: a line of their
// names, which no entry is and no sum, and behind it a line that may be an order's.
func (r *Reader) secondList(cells []string, line int, class lineClass) error {
	switch {
	case r.second > 0 && (class == entry || class == aside && looksLikeOrder(cells, false)):
		return &PositionError{Line: r.second, Err: errSecondList}
	case class == aside && r.second == 0 && namesColumns(cells):
		r.second = line
	case class == blank && len(filled(cells)) > 0: // the names of the first list
		r.second = 0
	}
	return nil
}

// namesColumns reports whether a line has the names of columns for a number and an amount,
// and begins like neither a comment nor a sum.
func namesColumns(cells []string) bool {
	cells = filled(cells)
	if len(cells) == 0 || strings.HasPrefix(plain(cells[0]), "#") || isSummary(plain(cells[0])) {
		return false
	}
	found := make(map[Role]bool)
	for _, cell := range cells {
		name, _ := nameOf(cell)
		for role, names := range usualNames() {
			if slices.Contains(names, name) {
				found[role] = true
			}
		}
	}
	is := func(role Role) bool { return found[role] }
	return slices.ContainsFunc(numberColumns, is) && slices.ContainsFunc(amountColumns, is)
}

// filled is a line without the empty cells at its end.
func filled(cells []string) []string {
	for len(cells) > 0 && clean(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}

// isSummary reports whether a word begins a sum; 合计(元): is 合计.
func isSummary(word string) bool {
	if i := strings.IndexAny(word, ":：(（"); i >= 0 {
		word = word[:i]
	}
	return slices.Contains(summaries, word)
}

// tellsOrder reports whether a line has what an order's has. Sums have counts and
// amounts too, and some have a day, so that the number of a line that begins like one must
// be none that counts orders. In a statement with times a line must have one; in one
// without, what comes behind the end of the list stays behind it.
func (r *Reader) tellsOrder(cells []string, line int, sums bool) bool {
	whole, err := r.fit(cells)
	l := &lineCells{reader: r, cells: whole, line: line}
	timed := l.has(TimeColumn) || l.has(DateColumn)
	switch {
	case err != nil: // an order all the same is to be refused, and not left out
		return (timed || !r.ended) && looksLikeOrder(cells, timed)
	case !l.likeOrder() || sums && !l.hasOrderNumber():
		return false
	case timed:
		at := l.time()
		return l.err == nil && !at.IsZero()
	}
	return !r.ended
}

// What stands in cells of orders and of sums.
var (
	countOfOrders = regexp.MustCompile(`^(\d{1,7}|\d{1,3}(,\d{3}){1,2})(\.0*)?$`)
	day           = regexp.MustCompile(`^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}`)
	money         = regexp.MustCompile(`^[-+]?[¥￥]?[\d,]+\.\d{1,2}$`)
)

// isOrderNumber reports whether a clean cell is the number of an order and not how many
// there were, in figures (12, 1,204) or with a word (12笔), nor a day.
func isOrderNumber(cell string) bool {
	return strings.ContainsAny(cell, "0123456789") && !countOfOrders.MatchString(cell) && !day.MatchString(cell) &&
		!strings.ContainsFunc(cell, func(r rune) bool { return r > unicode.MaxASCII || unicode.IsSpace(r) })
}

// looksLikeOrder reports whether a line whose cells are in wrong columns has a number, an
// amount and, where that is needed, a time.
func looksLikeOrder(cells []string, timed bool) bool {
	var number, amount, time bool
	for _, cell := range cells {
		cell = clean(cell)
		switch _, err := since1900.read(cell); {
		case err == nil && (strings.Contains(cell, ":") || day.MatchString(cell)):
			time = true
		case money.MatchString(cell):
			amount = true
		default:
			number = number || isOrderNumber(cell)
		}
	}
	return number && amount && (time || !timed)
}

func sameName(a, b string) bool { return clean(a) == clean(b) }

// likeOrder reports whether a line has digits where a number and an amount stand. One
// that has not may be none of an order's: who made the list, who checked it.
func (l *lineCells) likeOrder() bool {
	hasDigit := func(text string) bool { return strings.ContainsAny(text, "0123456789") }
	return l.hasAny(numberColumns, hasDigit) && l.hasAny(amountColumns, hasDigit)
}

// hasOrderNumber reports whether a line has a number that does not count orders.
func (l *lineCells) hasOrderNumber() bool { return l.hasAny(numberColumns, isOrderNumber) }

var (
	numberColumns = []Role{NumberColumn, GatewayNoColumn, OriginalColumn, RefundNoColumn}
	amountColumns = []Role{AmountColumn, RefundAmountColumn}
)

func (l *lineCells) hasAny(roles []Role, is func(string) bool) bool {
	return slices.ContainsFunc(roles, func(role Role) bool { return is(l.text(role)) })
}
