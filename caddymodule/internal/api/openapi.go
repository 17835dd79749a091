package api

import (
	"net/http"
	"reflect"
	"sync"

	"github.com/paybridge/paybridge/caddymodule/internal/version"
)

// Prefix is the path below which the API lives on the admin endpoint.
const Prefix = "/paybridge/"

// openAPI is the document that describes the API, made from the table of routes.
var openAPI = sync.OnceValue(func() object {
	known := schemas{}
	paths := object{}
	for _, r := range routes {
		operations, ok := paths[r.path].(object)
		if !ok {
			operations = object{}
			paths[r.path] = operations
		}
		operations[methodNames[r.method]] = known.operation(r)
	}
	known["Error"] = object{
		"type": "object", "required": []string{"error"},
		"properties": object{"error": object{"type": "string", "description": "What happened and what to do."}},
	}
	return object{
		"openapi": "3.0.3",
		"info": object{
			"title": "Paybridge admin API", "version": version.Of().Version,
			"description": "What an operator sees of the bridge and does with it. It is part of Caddy's admin endpoint: " +
				"whoever reaches that may use it. Times are RFC 3339, amounts fen. Every change is recorded with who, when, why, before and after. " +
				"Refusals, reasons of what is not sent again and the checks of health are in English, or in Chinese where Accept-Language prefers it.",
		},
		"paths": paths,
		"components": object{
			"schemas": object(known),
			"parameters": object{"Operator": object{
				"name": OperatorHeader, "in": "header", "schema": object{"type": "string", "maxLength": maxOperator},
				"description": "Who makes the change, as the caller says. The address it comes from is added to it.",
			}},
			"responses": object{"Refused": object{
				"description": "Not done; the answer says why and what to do.",
				"content":     content(object{"$ref": "#/components/schemas/Error"}),
			}},
		},
	}
})

var methodNames = map[string]string{http.MethodGet: "get", http.MethodPost: "post"}

// operation describes one route.
func (s schemas) operation(r route) object {
	answer := object{"description": r.summary, "content": content(s.answer(r.answers))}
	responses := object{"200": answer, "default": object{"$ref": "#/components/responses/Refused"}}
	if r.answers.Implements(reflect.TypeFor[withStatus]()) {
		responses["503"] = object{"description": r.summary + ": no.", "content": content(s.of(r.answers))}
	}
	operation := object{
		"operationId": r.id, "summary": r.summary, "description": r.about, "responses": responses,
	}
	if r.changes() {
		operation["parameters"] = []any{object{"$ref": "#/components/parameters/Operator"}}
		operation["requestBody"] = object{"required": true, "content": content(s.request(r.takes))}
		return operation
	}
	if parameters := s.parameters(r.takes); len(parameters) > 0 {
		operation["parameters"] = parameters
	}
	return operation
}

func content(schema object) object {
	return object{"application/json": object{"schema": schema}}
}

// answer is the schema of what a route answers; the document itself has none.
func (s schemas) answer(t reflect.Type) object {
	if t == reflect.TypeFor[object]() {
		return object{"type": "object"}
	}
	return s.of(t)
}

// request is the schema of a body: like that of an answer, except that a member
// may be left out unless it is needed.
func (s schemas) request(t reflect.Type) object {
	schema := s.structure(t)
	var needed []string
	for _, m := range membersOf(t) {
		if m.needed {
			needed = append(needed, m.name)
		}
	}
	delete(schema, "required")
	if len(needed) > 0 {
		schema["required"] = needed
	}
	s[t.Name()] = schema
	return object{"$ref": "#/components/schemas/" + t.Name()}
}

// parameters describes what a route takes in its query.
func (s schemas) parameters(t reflect.Type) []any {
	var list []any
	for _, m := range membersOf(t) {
		list = append(list, object{
			"name": m.name, "in": "query", "required": m.needed, "description": m.doc, "schema": s.of(m.kind),
			"style": "form", "explode": false, // lists have commas
		})
	}
	return list
}

func serveOpenAPI(*visit, nothing) (object, error) { return openAPI(), nil }
