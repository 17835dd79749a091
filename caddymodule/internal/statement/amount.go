package statement

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/paybridge/paybridge/translate"
)

// Unit is what an amount counts.
type Unit string

// The units of amounts.
const (
	Yuan Unit = "yuan"
	Fen  Unit = "fen"
)

// grouped is an amount with separators of thousands at the right places.
var grouped = regexp.MustCompile(`^\d{1,3}(,\d{3})+(\.\d+)?$`)

// amountMarks take the currency off and bring signs into one form.
var amountMarks = strings.NewReplacer("￥", "", "¥", "", "−", "-", "－", "-", "＋", "+", "，", ",")

// amount reads an amount out of a clean cell, exactly. The sign comes apart. A unit that
// the cell itself names counts.
func amount(cell string, unit Unit) (fen int64, negative bool, err error) {
	text, unit := unitOf(strings.TrimSpace(amountMarks.Replace(cell)), unit)
	if inner, ok := strings.CutPrefix(text, "("); ok && strings.HasSuffix(inner, ")") { // as bookkeepers write it
		text = "-" + strings.TrimSuffix(inner, ")")
	}
	if text, negative = strings.CutPrefix(text, "-"); !negative {
		text = strings.TrimPrefix(text, "+")
	}
	text, unit = unitOf(strings.TrimSpace(text), unit)
	if grouped.MatchString(text) {
		text = strings.ReplaceAll(text, ",", "")
	}
	if strings.HasPrefix(text, ".") { // Excel shows .50 with some formats
		text = "0" + text
	}
	if unit == Fen {
		fen, err = wholeFen(text)
	} else {
		fen, err = wholeYuan(text)
	}
	if err != nil && scientific.MatchString(text) {
		err = say("%s is rounded; format the column as a number with two decimals", shown(cell))
	}
	return fen, negative && fen > 0, err
}

// unitOf takes the unit off that stands behind an amount.
func unitOf(text string, unit Unit) (string, Unit) {
	for suffix, named := range map[string]Unit{"元": Yuan, "分": Fen} {
		if plain, found := strings.CutSuffix(text, suffix); found {
			return strings.TrimSpace(plain), named
		}
	}
	return text, unit
}

// wholeYuan reads an amount in yuan.
func wholeYuan(text string) (int64, error) {
	fen, err := translate.ParseYuan(text)
	if err != nil {
		return 0, say("not an amount in yuan: %s", shown(text))
	}
	return fen, nil
}

// wholeFen reads an amount in fen. What has decimals is in yuan, unless they are all
// zero, as Excel writes whole numbers.
func wholeFen(text string) (int64, error) {
	const maxDigits = 15
	digits, zeros, dotted := strings.Cut(text, ".")
	if dotted && strings.Trim(zeros, "0") != "" {
		return 0, say("not an amount in fen: %s; is it in yuan? (--unit yuan)", shown(text))
	}
	fen, err := strconv.ParseUint(digits, 10, 63)
	if err != nil || len(digits) > maxDigits {
		return 0, say("not an amount in fen: %s", shown(text))
	}
	return int64(fen), nil
}

// ParseUnit reads the name of a unit.
func ParseUnit(name string) (Unit, error) {
	switch unit := Unit(strings.ToLower(name)); unit {
	case Yuan, Fen:
		return unit, nil
	}
	return "", say("%s: write yuan or fen", shown(name))
}
