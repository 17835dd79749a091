package api

import (
	"fmt"
	"reflect"
)

// object is a JSON object of the OpenAPI document.
type object = map[string]any

// schemas collects the schemas of the structs that a document speaks of.
type schemas object

// of returns the schema of a type: itself, or for a struct the reference to it.
// A type that no schema is known for is a mistake of the table of routes.
func (s schemas) of(t reflect.Type) object {
	if t == timeType {
		return object{"type": "string", "format": "date-time"}
	}
	if values := enumerations[t]; values != nil {
		return object{"type": "string", "enum": values}
	}
	switch t.Kind() {
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int:
		return object{"type": "integer"}
	case reflect.Int64:
		return object{"type": "integer", "format": "int64"}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.Slice:
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Struct:
		return s.reference(t)
	}
	panic(fmt.Sprintf("api: no schema for %s", t))
}

func (s schemas) reference(t reflect.Type) object {
	name := t.Name()
	if _, known := s[name]; !known {
		s[name] = object{} // one that holds itself ends here
		s[name] = s.structure(t)
	}
	return object{"$ref": "#/components/schemas/" + name}
}

// structure is the schema of a struct. It has no members but those it lists.
func (s schemas) structure(t reflect.Type) object {
	properties, required := object{}, []string{}
	for _, m := range membersOf(t) {
		properties[m.name] = s.described(m)
		if !m.optional {
			required = append(required, m.name)
		}
	}
	schema := object{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		schema["required"] = required
	}
	return schema
}

// described is the schema of a member with its description. Nothing may stand
// beside a reference, hence the wrapping.
func (s schemas) described(m member) object {
	schema := s.of(m.kind)
	if _, reference := schema["$ref"]; reference {
		schema = object{"allOf": []any{schema}}
	}
	if m.doc != "" {
		schema["description"] = m.doc
	}
	if m.kind.Kind() == reflect.String && m.needed {
		schema["minLength"] = 1
	}
	return schema
}
