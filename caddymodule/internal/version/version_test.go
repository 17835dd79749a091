package version

import (
	"runtime/debug"
	"strings"
	"testing"
)

const commit = "2d969c9528da1d2185a53cd3e5d5aa1e22386b8b"

func TestRead(t *testing.T) {
	t.Parallel()
	own := func(version string, settings ...debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Path: module, Version: version}, Settings: settings}
	}
	with := func(dependencies ...*debug.Module) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Path: "caddy", Version: "(devel)"}, Deps: dependencies,
			// Of the operator's own repository, in which xcaddy happened to run.
			Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: strings.Repeat("f", 40)}}}
	}
	revision := debug.BuildSetting{Key: "vcs.revision", Value: commit}
	for _, test := range []struct {
		name                          string
		build                         *debug.BuildInfo
		stampedVersion, stampedCommit string
		wantVersion, wantCommit       string
	}{
		{"release", own("(devel)"), "v0.1.0", commit, "v0.1.0", commit},
		{"stamped, with changes", own("(devel)"), "v0.0.0-20261126112003-2d969c9528da+dirty", commit, "v0.0.0-20261126112003-2d969c9528da+dirty", commit},
		{"go build in a clone", own("v0.0.0-20261126112003-2d969c9528da", revision), "", "", "v0.0.0-20261126112003-2d969c9528da", commit},
		{"go build in a clone with a tag", own("v0.1.0", revision), "", "", "v0.1.0", commit},
		{"go build in a worktree", own("(devel)"), "", "", Devel, Unknown},
		{"go install of a commit", own("v0.1.1-0.20261126112003-2d969c9528da"), "", "", "v0.1.1-0.20261126112003-2d969c9528da", "2d969c9528da"},
		{"go install of a dirty clone", own("v0.1.1-0.20261126112003-2d969c9528da+dirty"), "", "", "v0.1.1-0.20261126112003-2d969c9528da+dirty", "2d969c9528da"},
		{"xcaddy --with a release", with(&debug.Module{Path: "example.com/other", Version: "v9.0.0"}, &debug.Module{Path: module, Version: "v0.1.0"}), "", "", "v0.1.0", Unknown},
		{"xcaddy --with a commit", with(&debug.Module{Path: module, Version: "v0.0.0-20261126112003-2d969c9528da"}), "", "", "v0.0.0-20261126112003-2d969c9528da", "2d969c9528da"},
		{"xcaddy --replace with a folder", with(&debug.Module{Path: module, Version: "v0.1.0", Replace: &debug.Module{Path: "/src/paybridge"}}), "", "", Devel, Unknown},
		{"xcaddy --replace with a fork", with(&debug.Module{Path: module, Version: "v0.1.0", Replace: &debug.Module{Path: "example.com/fork", Version: "v0.1.7"}}), "", "", "v0.1.7", Unknown},
		{"without modules", nil, "", "", Devel, Unknown},
		{"without Paybridge", with(), "", "", Devel, Unknown},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := read(test.build, test.stampedVersion, test.stampedCommit)
			if got.Version != test.wantVersion || got.Commit != test.wantCommit {
				t.Errorf("%s of %s, want %s of %s", got.Version, got.Commit, test.wantVersion, test.wantCommit)
			}
		})
	}
}

// Nothing is empty, whatever the program is built with: labels, log lines and pages
// show all of it.
func TestOfIsComplete(t *testing.T) {
	t.Parallel()
	info := Of()
	for name, value := range map[string]string{"version": info.Version, "commit": info.Commit, "go": info.Go, "caddy": info.Caddy} {
		if value == "" {
			t.Errorf("no %s", name)
		}
	}
	if !strings.HasPrefix(info.Go, "go") || !strings.Contains(info.Go, "/") {
		t.Errorf("go: %q", info.Go)
	}
	if len(info.Fields()) != 4 {
		t.Errorf("fields: %v", info.Fields())
	}
}
