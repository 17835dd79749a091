package tests

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// attack is what a stranger writes into a field to take over whoever reads it: the page
// of a browser, a template, a spreadsheet, or a terminal, whose title it sets and whose
// line it writes over. Behind it is a word too long for any line.
var attack = `"'><img src=//evil.example/x onerror=owned()><script>owned()</script><svg/onload=owned()>` +
	`<a href=javascript:owned()>{{owned()}}${owned()}</a></title></textarea><!--` + unseen + longWord

// unseen are characters that reorder, hide or break what is seen.
const unseen = "\x1b]0;owned\a\x1b[2K\u009b31m\u202eevil\u202c\u2066\u200b\u2028\ufeff"

var longWord = strings.Repeat("W", 300)

// spelt is how the console shows a text: with what cannot be seen spelt out.
func spelt(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune(unseen, r) && (r < ' ' || r >= 0x7f) {
			fmt.Fprintf(&b, `\u%04x`, r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// hostileIn is the attack by way of a field, which is told in front of it.
func hostileIn(field string) string { return "⟦" + field + "⟧" + attack }

// answerSchemas are the schemas of the API's document, in the form in which it has them.
type answerSchemas struct {
	Paths map[string]map[string]struct {
		Responses map[string]struct {
			Content map[string]struct{ Schema schema }
		}
	}
	Components struct {
		Schemas map[string]schema
	}
}

// schema is as much of a schema of OpenAPI as the document of the API uses.
type schema struct {
	Ref                  string `json:"$ref"`
	Type, Format         string
	Enum                 []string
	Items                *schema
	AdditionalProperties any
	AllOf                []schema
	Properties           map[string]schema
}

// resolve follows references; name is that of the schema where it has one.
func (s answerSchemas) resolve(of schema) (name string, found schema) {
	for {
		switch {
		case of.Ref != "":
			name = strings.TrimPrefix(of.Ref, "#/components/schemas/")
			of = s.Components.Schemas[name]
		case len(of.AllOf) > 0:
			of = of.AllOf[0]
		default:
			return name, of
		}
	}
}

// poisoner fills answers of the API with the attack.
type poisoner struct {
	answerSchemas
	variant map[string]any  // fields that are to be otherwise: absent, asIs, or a value
	filled  map[string]bool // fields that were given the attack
}

// What a variant says of a field besides values of its own.
type (
	absent struct{} // left out
	asIs   struct{} // as the bridge answers
)

// variants lead the console into those of its branches that the others leave out. A
// name that it does not know goes with the first.
var variants = []map[string]any{
	{},
	{"Event.kind": asIs{}, "Quarantined.orderid": absent{}, "MerchantRoute.origin": "merchant"},
	{"Event.kind": asIs{}, "Call.class": absent{}, "Quarantined.orderid": absent{}, "Quarantined.order_no": absent{}},
}

// poison replaces every text of a value that anybody could have chosen by the attack,
// and adds what is missing: members, and one item to lists that are empty.
func (p *poisoner) poison(field string, of schema, value any) any {
	name, of := p.resolve(of)
	switch otherwise := p.variant[field].(type) {
	case nil:
	case asIs:
		return value
	default:
		return otherwise
	}
	switch {
	case of.Type == "string" && of.Enum != nil:
		return orElse(value, of.Enum[0])
	case of.Type == "string" && of.Format == "date-time":
		return orElse(value, time.Now().Format(time.RFC3339))
	case of.Type == "string" && compared[field]:
		return value
	case of.Type == "string":
		p.filled[field] = true
		return hostileIn(field)
	case of.Type == "array":
		list, _ := value.([]any)
		if len(list) == 0 {
			list = []any{nil}
		}
		for i, item := range list {
			list[i] = p.poison(field, *of.Items, item)
		}
		return list
	case of.Type == "object" && of.Properties != nil:
		object, _ := value.(map[string]any)
		if object == nil {
			object = make(map[string]any)
		}
		for member, kind := range of.Properties {
			value := p.poison(name+"."+member, kind, object[member])
			if object[member] = value; value == (absent{}) {
				delete(object, member)
			}
		}
		return object
	case of.Type == "object":
		return orElse(value, map[string]any{})
	case of.Type == "boolean":
		if chosen, is := switched[field]; is {
			return chosen
		}
		return orElse(value, false)
	}
	return orElse(value, json.Number("1"))
}

// compared are texts that the console compares with what it has asked for, and leaves
// aside where they differ.
var compared = map[string]bool{"MerchantView.merid": true}

// switched are the booleans that decide whether the console shows something.
var switched = map[string]bool{"Overview.beside": true, "Check.ok": false}

func orElse(value, otherwise any) any {
	if value == nil {
		return otherwise
	}
	return value
}
