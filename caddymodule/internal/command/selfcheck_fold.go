package command

import (
	"regexp"
	"strings"

	"github.com/paybridge/paybridge/caddymodule/internal/api"
)

// foldedNames is how many names stand for all that fail for one reason. So many
// have a line each.
const foldedNames = 3

// ownPort is our end of a broken connection; each connection has another port.
var ownPort = regexp.MustCompile(`\S+->`)

// reason is what checks that are folded have in common.
type reason struct {
	sort, detail, advice string
	level                api.Level
}

// folded puts failures of one sort and for one reason into one: a gateway that is
// silent fails for each of a hundred merchants, and would hide what else is wrong.
func (p printer) folded(checks []api.Check) []api.Check {
	names := make(map[reason][]string)
	for _, c := range checks {
		if why, name := reasonOf(c); !c.OK {
			names[why] = append(names[why], name)
		}
	}
	var lines []api.Check
	told := make(map[reason]bool)
	for _, c := range checks {
		why, _ := reasonOf(c)
		all := names[why]
		if c.OK || len(all) <= foldedNames {
			lines = append(lines, c)
			continue
		}
		if !told[why] {
			told[why] = true
			c.Name = p.text(say("%s %s and %d more", why.sort, strings.Join(all[:foldedNames], ", "), len(all)-foldedNames))
			lines = append(lines, c)
		}
	}
	return lines
}

// reasonOf tells why a check fails, and what its name is about.
func reasonOf(c api.Check) (why reason, name string) {
	end := strings.LastIndex(c.Name, " ")
	if end < 0 {
		return reason{c.Name, c.Detail, c.Advice, c.Level}, ""
	}
	return reason{c.Name[:end], ownPort.ReplaceAllString(c.Detail, ""), c.Advice, c.Level}, c.Name[end+1:]
}
