// Package assembly checks assembly that a generator wrote: that it gives no secret away, and
// that it is what the generator writes.
package assembly

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// KeepsSecrets reads the kernels in a file, which are so many, and objects to what may
// depend on a secret: see objection.
func KeepsSecrets(t *testing.T, file string, count int) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	kernels, k := 0, newKernel()
	for number, line := range strings.Split(string(text), "\n") {
		code := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(code, "TEXT"):
			kernels, k = kernels+1, newKernel()
		case code == "", strings.HasPrefix(code, "//"), strings.HasPrefix(code, "#"), strings.HasSuffix(code, ":"):
		default:
			if why := k.objection(code); why != "" {
				t.Errorf("%s:%d: %s: %s", file, number+1, why, code)
			}
		}
	}
	if kernels != count {
		t.Errorf("%s has %d kernels, want %d", file, kernels, count)
	}
}

// IsGenerated runs the generator of a package, which is in its folder gen, and compares.
func IsGenerated(t *testing.T, name string) {
	t.Helper()
	dir := t.TempDir()
	files := []string{"kernels_amd64.s", "kernels_amd64.go"}
	generate := exec.Command("go", "run", ".",
		"-out", filepath.Join(dir, files[0]), "-stubs", filepath.Join(dir, files[1]), "-pkg", name)
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
			t.Errorf("%s is not what the generator writes; run go generate in the folder of package %s", file, name)
		}
	}
}

// behindHead leaves the first line out, which has the generator's command.
func behindHead(text []byte) []byte {
	_, rest, _ := bytes.Cut(text, []byte("\n"))
	return rest
}

// allowed are the instructions of the kernels. The time of none depends on its
// operands on the processors that have IFMA.
var allowed = map[string]bool{
	"ADDQ": true, "DECQ": true, "IMULQ": true, "JNZ": true, "MOVQ": true, "MULXQ": true, "ORQ": true, "RET": true,
	"SHLQ": true, "SHRQ": true, "XORQ": true, "KMOVB": true,
	"VALIGNQ": true, "VMOVDQA64": true, "VMOVDQU64": true, "VMOVQ": true, "VPADDQ": true, "VPANDQ": true,
	"VPBROADCASTQ": true, "VPCMPEQQ": true, "VPCMPUQ": true, "VPEXTRQ": true, "VPMADD52HUQ": true,
	"VPMADD52LUQ": true, "VPERMQ": true, "VPMOVM2Q": true, "VPSLLQ": true, "VPSLLVQ": true, "VPSRAQ": true, "VPSRLQ": true, "VPSRLVQ": true,
	"VPSUBQ": true, "VPTERNLOGQ": true, "VPXORQ": true, "VZEROUPPER": true,
}

// makesMask are those that may name a mask: they set it, spread it over a register, or
// move it to and from a general register.
var makesMask = map[string]bool{"KMOVB": true, "VPCMPEQQ": true, "VPCMPUQ": true, "VPMOVM2Q": true}

var (
	indexed = regexp.MustCompile(`\)\(`)       // base and index: an address made of data
	masked  = regexp.MustCompile(`\bK[1-7]\b`) // a mask register
)

// kernel is what is known of a kernel's registers while its lines are read.
type kernel struct {
	pointers map[string]bool // arguments of the function, which no secret reaches
	counters map[string]bool // numbers that it has set itself
	before   string          // the line before
}

var (
	argument = regexp.MustCompile(`^MOVQ\s+\w+\+\d+\(FP\), (\w+)$`)
	constant = regexp.MustCompile(`^MOVQ\s+\$\w+, (\w+)$`)
	base     = regexp.MustCompile(`\((\w+)\)`)
)

// objection says what is wrong with a line of a kernel, "" when nothing is: only known
// instructions, jumps on loop counters alone, no address but an argument's, no mask at a
// memory operand.
func (k *kernel) objection(code string) string {
	defer k.learn(code)
	name, operands, _ := strings.Cut(code, " ")
	counter, _ := strings.CutPrefix(strings.Join(strings.Fields(k.before), " "), "DECQ ")
	switch {
	case !allowed[name]:
		return "not among the instructions that are known to take the same time"
	case name == "JNZ" && !k.counters[counter]:
		return "a jump on something else than a counter"
	case indexed.MatchString(operands):
		return "an address with an index"
	case masked.MatchString(operands) && (strings.Contains(operands, "(") || !makesMask[name]):
		return "a masked operand"
	}
	for _, register := range base.FindAllStringSubmatch(operands, -1) {
		if register[1] != "FP" && !k.pointers[register[1]] {
			return "an address that is not an argument's"
		}
	}
	return ""
}

// learn takes down what a line sets.
func (k *kernel) learn(code string) {
	k.before = code
	target := code[strings.LastIndexAny(code, " ,")+1:]
	if name, operands, _ := strings.Cut(code, " "); name == "DECQ" || name == "ADDQ" && strings.HasPrefix(strings.TrimSpace(operands), "$") {
		return // it stays what it was
	}
	delete(k.pointers, target)
	delete(k.counters, target)
	if set := argument.FindStringSubmatch(code); set != nil {
		k.pointers[set[1]] = true
	}
	if set := constant.FindStringSubmatch(code); set != nil {
		k.counters[set[1]] = true
	}
}

func newKernel() *kernel { return &kernel{pointers: map[string]bool{}, counters: map[string]bool{}} }
