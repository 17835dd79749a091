package api

import (
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/paybridge/paybridge/caddymodule/internal/ledger"
	"github.com/paybridge/paybridge/caddymodule/internal/readiness"
	routing "github.com/paybridge/paybridge/caddymodule/internal/route"
	"github.com/paybridge/paybridge/caddymodule/internal/shadow"
	"github.com/paybridge/paybridge/translate"
	v1 "github.com/paybridge/paybridge/translate/v1"
)

// member is one member of a request or an answer, read off a struct's field:
//
//	json:"name,omitempty"  its name, and whether an answer may lack it
//	doc:"text"             what it means
//	need:"true"            a request must have it
//	positive:"true"        a query that has it names a number above 0, which stands for none
type member struct {
	name     string
	doc      string
	index    []int
	kind     reflect.Type
	optional bool // may be absent from an answer
	needed   bool // must be in a request
	positive bool // is above 0 where a query has it
}

var memberCache sync.Map // reflect.Type → []member

// membersOf lists the members of a struct, those of embedded structs too, in
// the order in which they are written.
func membersOf(t reflect.Type) []member {
	if cached, ok := memberCache.Load(t); ok {
		return cached.([]member)
	}
	var list []member
	for _, field := range reflect.VisibleFields(t) {
		tag, ok := field.Tag.Lookup("json")
		if !ok || field.Anonymous {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		list = append(list, member{
			name: name, doc: field.Tag.Get("doc"), index: field.Index, kind: field.Type,
			optional: options != "", needed: field.Tag.Get("need") == "true", positive: field.Tag.Get("positive") == "true",
		})
	}
	memberCache.Store(t, list)
	return list
}

func memberNames(list []member) string {
	names := make([]string, len(list))
	for i, m := range list {
		names[i] = m.name
	}
	return strings.Join(names, ", ")
}

var timeType = reflect.TypeFor[time.Time]()

// enumerations are the values of the types that have a closed set of them.
var enumerations = map[reflect.Type][]string{
	reflect.TypeFor[translate.State]():          texts(translate.States()...),
	reflect.TypeFor[ledger.NotificationState](): texts(ledger.NotificationStates()...),
	reflect.TypeFor[ledger.RowKind]():           texts(ledger.RowKinds()...),
	reflect.TypeFor[ledger.Movement]():          texts(ledger.Movements()...),
	reflect.TypeFor[readiness.Verdict]():        texts(readiness.Verdicts()...),
	reflect.TypeFor[readiness.Level]():          texts(readiness.Levels()...),
	reflect.TypeFor[shadow.Kind]():              texts(shadow.Kinds()...),
	reflect.TypeFor[routing.Mode]():             texts(routing.Modes()...),
	reflect.TypeFor[StepMode]():                 texts(StepModes()...),
	reflect.TypeFor[RouteMover]():               texts(RouteMovers()...),
	reflect.TypeFor[RouteOrigin]():              texts(RouteOrigins()...),
	reflect.TypeFor[Span]():                     texts(Spans()...),
	reflect.TypeFor[v1.Action]():                texts(v1.Actions()...),
	reflect.TypeFor[ledger.Matter]():            texts(ledger.RefundMatter, ledger.NotificationMatter),
}

func texts[T ~string](values ...T) []string {
	list := make([]string, len(values))
	for i, value := range values {
		list[i] = string(value)
	}
	return list
}
