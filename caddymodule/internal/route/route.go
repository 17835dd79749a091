package route

import (
	"slices"
	"strconv"
	"strings"

	v1 "github.com/paybridge/paybridge/translate/v1"
)

// Side is where an order is, for ever.
type Side string

// The sides.
const (
	Old Side = "old" // the v1 gateway that is being replaced
	V2  Side = "v2"
)

// Mode is where the new orders of a merchant go.
type Mode string

// The modes.
const (
	ModeOld    Mode = "old"    // to the old gateway
	ModeShadow Mode = "shadow" // to the old gateway, and the bridge compares what it would have done
	ModeV2     Mode = "v2"     // to v2, all or a share of them
)

// Modes lists the modes in the order in which a merchant goes through them.
func Modes() []Mode { return []Mode{ModeOld, ModeShadow, ModeV2} }

// Route says where the new orders of one merchant go. The zero Route is none; whoever
// has none uses the default route of the configuration.
type Route struct {
	Mode Mode

	// Percent is the share of new orders that goes to v2: 1 to 100 with ModeV2, 0
	// with the others.
	Percent int

	// Actions are those whose orders go to v2, in the order of [v1.Actions]; nil
	// stands for all. Only with ModeV2.
	Actions []v1.Action
}

// The routes without a share.
var (
	ToOld    = Route{Mode: ModeOld}
	ToShadow = Route{Mode: ModeShadow}
	ToV2     = Route{Mode: ModeV2, Percent: whole}
)

const whole = 100 // percent

// New makes a route of what an operator has said: a nil percent stands for 100 with
// v2, and no actions for all of them. The error is an [*Error].
func New(mode string, percent *int, actions []string) (Route, error) {
	r := Route{Mode: Mode(mode)}
	if !slices.Contains(Modes(), r.Mode) {
		return Route{}, &Error{"route", notRoute.With(mode)}
	}
	if r.Mode != ModeV2 {
		return r, r.checkPlain(percent, actions)
	}
	r.Percent = whole
	if percent != nil {
		r.Percent = *percent
	}
	if r.Percent < 1 || r.Percent > whole {
		return Route{}, &Error{"percent", notShare.With(r.Percent)}
	}
	var err error
	if r.Actions, err = actionsOf(actions); err != nil {
		return Route{}, err
	}
	return r, nil
}

// checkPlain refuses what only a route to v2 can have.
func (r Route) checkPlain(percent *int, actions []string) error {
	switch {
	case percent != nil:
		return &Error{"percent", noShare.With(string(r.Mode))}
	case len(actions) > 0:
		return &Error{"actions", noActions.With(string(r.Mode))}
	}
	return nil
}

// actionsOf returns the actions of names in the order of [v1.Actions], each once; nil
// when there are none, or all.
func actionsOf(names []string) ([]v1.Action, error) {
	known := v1.Actions()
	for _, name := range names {
		if !slices.Contains(known, v1.Action(name)) {
			return nil, &Error{"actions", notAction.With(name, join(known, ", "))}
		}
	}
	named := slices.DeleteFunc(slices.Clone(known), func(a v1.Action) bool { return !slices.Contains(names, string(a)) })
	if len(named) == 0 || len(named) == len(known) {
		return nil, nil
	}
	return named, nil
}

// Parse reads what [Route.String] writes. Blanks around words and the order of actions
// do not matter.
func Parse(text string) (Route, error) {
	mode, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	var percent *int
	var actions []string
	for _, word := range strings.Fields(rest) {
		number, isShare := strings.CutSuffix(word, "%")
		switch n, err := strconv.Atoi(number); {
		case !isShare && actions == nil:
			actions = strings.Split(word, ",")
		case isShare && err == nil && percent == nil && actions == nil:
			percent = &n
		default:
			return Route{}, &Error{"route", notRoute.With(text)}
		}
	}
	return New(mode, percent, actions)
}

// String writes a route in one line: "old", "shadow", "v2 100%" or
// "v2 20% WxSao,AliSao".
func (r Route) String() string {
	text := string(r.Mode)
	if r.Mode == ModeV2 {
		text += " " + strconv.Itoa(r.Percent) + "%"
	}
	if len(r.Actions) > 0 {
		text += " " + join(r.Actions, ",")
	}
	return text
}

// Equal reports whether two routes send every order to the same side and shadow alike.
func (r Route) Equal(other Route) bool { return r.String() == other.String() }

// LeavesOrders reports whether new orders may go to the old gateway.
func (r Route) LeavesOrders() bool { return !r.Equal(ToV2) }

// Shadows reports whether the bridge compares what it would have answered with what
// the old gateway has.
func (r Route) Shadows() bool { return r.Mode == ModeShadow }

func join(actions []v1.Action, separator string) string {
	names := make([]string, len(actions))
	for i, a := range actions {
		names[i] = string(a)
	}
	return strings.Join(names, separator)
}
