package fastrsa

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// allowed are the instructions of the kernels. The time of none depends on its
// operands on the processors that have IFMA.
var allowed = map[string]bool{
	"ADDQ": true, "DECQ": true, "IMULQ": true, "JNZ": true, "MOVQ": true, "MULXQ": true, "ORQ": true, "RET": true,
	"SHLQ": true, "SHRQ": true, "XORQ": true,
	"KMOVB": true, "KMOVW": true,
	"VALIGNQ": true, "VMOVDQA64": true, "VMOVDQU64": true, "VMOVQ": true, "VPADDQ": true, "VPANDQ": true,
	"VPBROADCASTQ": true, "VPCMPEQQ": true, "VPCMPUQ": true, "VPEXTRQ": true, "VPMADD52HUQ": true,
	"VPMADD52LUQ": true, "VPMOVM2Q": true, "VPSRLQ": true, "VPSUBQ": true, "VPTERNLOGQ": true, "VPXORQ": true,
	"VZEROUPPER": true,
}

// makesMask are those that may name a mask: they set it, spread it over a register, or
// move it to and from a general register.
var makesMask = map[string]bool{"KMOVB": true, "KMOVW": true, "VPCMPEQQ": true, "VPCMPUQ": true, "VPMOVM2Q": true}

var (
	indexed = regexp.MustCompile(`\)\(`)       // base and index: an address made of data
	masked  = regexp.MustCompile(`\bK[1-7]\b`) // a mask register
)

// objection says what is wrong with a line of assembly after another, "" when
// nothing is: only known instructions, jumps on loop counters alone, no index in
// an address, no mask at a memory operand.
func objection(before, code string) string {
	name, operands, _ := strings.Cut(code, " ")
	switch {
	case !allowed[name]:
		return "not among the instructions that are known to take the same time"
	case name == "JNZ" && !strings.HasPrefix(before, "DECQ"):
		return "a jump on something else than a counter"
	case indexed.MatchString(operands):
		return "an address with an index"
	case masked.MatchString(operands) && (strings.Contains(operands, "(") || !makesMask[name]):
		return "a masked operand"
	}
	return ""
}

func TestAssemblyKeepsSecrets(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("kernels_amd64.s")
	if err != nil {
		t.Fatal(err)
	}
	kernels, before := 0, ""
	for number, line := range strings.Split(string(text), "\n") {
		code := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(code, "TEXT"):
			kernels++
		case code == "", strings.HasPrefix(code, "//"), strings.HasPrefix(code, "#"), strings.HasSuffix(code, ":"):
		default:
			if why := objection(before, code); why != "" {
				t.Errorf("line %d: %s: %s", number+1, why, code)
			}
			before = code
		}
	}
	if kernels != 12 {
		t.Errorf("%d kernels, want 12", kernels)
	}
}

func TestObjections(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ before, code string }{
		{"DECQ CX", "JC   wideMul20Loop"},
		{"CMPQ AX, BX", "JNZ  wideMul20Loop"},
		{"ADDQ AX, BX", "JNZ  wideMul20Loop"},
		{"", "DIVQ BX"},
		{"", "MOVQ (SI)(AX*8), BX"},
		{"", "VMOVDQU64 (SI), K1, Z1"},
		{"", "VMOVDQU64.Z (SI), K1, Z1"},
		{"", "VPADDQ Z1, Z2, K3, Z4"},
		{"", "VPCMPEQQ (SI), Z1, K1"},
		{"", "CMOVQEQ AX, BX"},
	} {
		if objection(c.before, c.code) == "" {
			t.Errorf("no objection to %q after %q", c.code, c.before)
		}
	}
}

// TestAssemblyIsGenerated runs the generator and compares.
func TestAssemblyIsGenerated(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := []string{"kernels_amd64.s", "kernels_amd64.go"}
	generate := exec.Command("go", "run", ".",
		"-out", filepath.Join(dir, files[0]), "-stubs", filepath.Join(dir, files[1]), "-pkg", "fastrsa")
	generate.Dir = "gen"
	if out, err := generate.CombinedOutput(); err != nil {
		t.Fatalf("running the generator: %v\n%s", err, out)
	}
	for _, file := range files {
		want, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(behindHead(got), behindHead(want)) {
			t.Errorf("%s is not what the generator writes; run: go generate ./caddymodule/fastrsa", file)
		}
	}
}

// behindHead leaves the first line out, which has the generator's command.
func behindHead(text []byte) []byte {
	_, rest, _ := bytes.Cut(text, []byte("\n"))
	return rest
}
