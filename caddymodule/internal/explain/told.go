package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// parameters tells of the parameters of a form, in the order of their names.
func parameters(params v1.Params) []string {
	var lines []string
	unknown := 0
	for name, value := range params {
		line, ok := describe("", name, value)
		if !ok {
			unknown++
			continue
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return withUnknown(lines, unknown, "parameter")
}

// members tells of the members of a JSON object, in its order; path goes before
// each name.
func members(path string, message []byte) []string {
	if !gjson.ValidBytes(message) {
		return nil
	}
	var lines []string
	unknown := 0
	gjson.ParseBytes(message).ForEach(func(name, value gjson.Result) bool {
		line, ok := describe(path, name.Str, value.String())
		if !ok {
			unknown++
			return true
		}
		lines = append(lines, line)
		return true
	})
	return withUnknown(lines, unknown, strings.TrimSpace(strings.TrimSuffix(path, ".")+" member"))
}

func withUnknown(lines []string, unknown int, kind string) []string {
	switch unknown {
	case 0:
		return lines
	case 1:
		return append(lines, "1 other "+kind)
	default:
		return append(lines, fmt.Sprintf("%d other %ss", unknown, kind))
	}
}
