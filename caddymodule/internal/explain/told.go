package explain

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/paybridge/paybridge/caddymodule/internal/bilingual"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// parameters tells of the parameters of a form, in the order of their names.
func parameters(params v1.Params) []bilingual.Said {
	var lines []bilingual.Said
	unknown := 0
	for name, value := range params {
		line, ok := describe("", name, value)
		if !ok {
			unknown++
			continue
		}
		lines = append(lines, line)
	}
	slices.SortFunc(lines, func(a, b bilingual.Said) int { return strings.Compare(a.Error(), b.Error()) })
	return withUnknown(lines, unknown, say("parameter"), say("parameters"))
}

// members tells of the members of a JSON object, in its order; path goes before
// each name.
func members(path string, message []byte) []bilingual.Said {
	if !gjson.ValidBytes(message) {
		return nil
	}
	var lines []bilingual.Said
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
	if path == "" {
		return withUnknown(lines, unknown, say("member"), say("members"))
	}
	part := strings.TrimSuffix(path, ".")
	return withUnknown(lines, unknown, say("%s member", part), say("%s members", part))
}

func withUnknown(lines []bilingual.Said, unknown int, one, several bilingual.Said) []bilingual.Said {
	switch unknown {
	case 0:
		return lines
	case 1:
		return append(lines, say("1 other %s", one))
	default:
		return append(lines, say("%d other %s", unknown, several))
	}
}
