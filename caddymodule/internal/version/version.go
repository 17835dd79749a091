// Package version says which Paybridge a program is. The command, the metric, the
// log, the console and the API's document all take it from here.
package version

import (
	"cmp"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"
)

// module is Paybridge's path, as programs are built with it.
const module = "github.com/paybridge/paybridge"

const (
	// Devel is the version of a program that does not know its version.
	Devel = "devel"
	// Unknown is the commit of a program that does not know its commit.
	Unknown = "unknown"
)

// What the makefile and the Containerfile write into the program with the linker's
// -X. Go itself knows the version where Paybridge is downloaded as a module or built
// in a clone, and does not where a folder replaces the module, as with xcaddy
// --replace, or where the folder has no history, as in a container.
var (
	stampedVersion string
	stampedCommit  string
)

// Info is what a program is made of.
type Info struct {
	Version string // as Go writes it: v0.1.0, or v0.1.1-0.20270131120000-0123456789ab between releases
	Commit  string // 40 hexadecimal digits; 12 where only the version names it
	Go      string // with the platform: go1.26.1 linux/amd64
	Caddy   string
}

// Of is the program that runs.
var Of = sync.OnceValue(func() Info {
	build, _ := debug.ReadBuildInfo() // nil without modules
	info := read(build, stampedVersion, stampedCommit)
	info.Go = runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH
	info.Caddy, _ = caddy.Version()
	return info
})

// read finds version and commit: as stamped, or as Go knows them.
func read(build *debug.BuildInfo, version, commit string) Info {
	if version == "" && build != nil {
		version, commit = known(build)
	}
	if version == "" || version == "(devel)" {
		version = Devel
	}
	return Info{Version: version, Commit: cmp.Or(commit, commitIn(version), Unknown)}
}

// known is what Go knows: of the program where it is Paybridge's own, and else of
// the module among its dependencies. What replaces a module counts in its place.
func known(build *debug.BuildInfo) (version, commit string) {
	if build.Main.Path == module {
		for _, setting := range build.Settings {
			if setting.Key == "vcs.revision" {
				commit = setting.Value
			}
		}
		return build.Main.Version, commit
	}
	for _, dependency := range build.Deps {
		if dependency.Path != module {
			continue
		}
		if dependency.Replace != nil {
			dependency = dependency.Replace
		}
		return dependency.Version, ""
	}
	return "", ""
}

// pseudo matches the versions that Go makes of commits without a tag.
var pseudo = regexp.MustCompile(`[-.]\d{14}-([0-9a-f]{12})$`)

// commitIn is the commit that a version between releases names.
func commitIn(version string) string {
	bare, _, _ := strings.Cut(version, "+") // +dirty: built with changes that no commit has
	if match := pseudo.FindStringSubmatch(bare); match != nil {
		return match[1]
	}
	return ""
}

// Fields are the members of a log line.
func (i Info) Fields() []zap.Field {
	return []zap.Field{
		zap.String("version", i.Version), zap.String("commit", i.Commit),
		zap.String("go", i.Go), zap.String("caddy", i.Caddy),
	}
}
