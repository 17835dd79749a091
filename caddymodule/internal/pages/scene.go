package pages

import "fmt"

// scene is what a page says at one moment.
type scene struct {
	icon   icon
	title  phrase
	text   phrase
	button phrase // empty without a button
}

// scenes are those of one page, by name.
type scenes map[string]scene

// icon is the drawing beside a scene; the layout has one for each.
type icon string

const (
	busy icon = "busy"
	good icon = "good"
	bad  icon = "bad"
	note icon = "note"
	onto icon = "onto" // an arrow
	bare icon = ""     // no drawing
)

// shown is a scene as the layout draws it.
type shown struct {
	Name   string
	Icon   icon
	Title  string
	Text   string
	Button string // its label
	Href   string // where it leads; "" for a button that a script answers
	Later  bool   // hidden until a script shows it
}

// Scene returns a scene that is seen at once, without its button.
func (s sheet) Scene(name string) (shown, error) {
	found, err := s.scene(name)
	found.Button = ""
	return found, err
}

// SceneTo is like Scene, with the button as a link; without it if the scene has
// none or the address is none that may be followed.
func (s sheet) SceneTo(name, address string) (shown, error) {
	found, err := s.scene(name)
	if found.Href = link(address); found.Href == "" || found.Button == "" {
		found.Href, found.Button = "", ""
	}
	return found, err
}

// Later returns a scene that a script shows when its time has come.
func (s sheet) Later(name string) (shown, error) {
	found, err := s.scene(name)
	found.Later = true
	return found, err
}

func (s sheet) scene(name string) (shown, error) {
	found, ok := s.Page.scenes()[name]
	if !ok {
		return shown{}, fmt.Errorf("page %s has no scene %q", s.Page.name(), name)
	}
	return shown{
		Name: name, Icon: found.icon,
		Title: found.title.in(s.Lang), Text: found.text.in(s.Lang), Button: found.button.in(s.Lang),
	}, nil
}
