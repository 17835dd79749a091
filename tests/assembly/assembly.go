// Package assembly checks assembly that a generator wrote: that it gives no secret away, and
// that it is what the generator writes.
package assembly

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
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
	kernels := kernelsOf(string(text))
	for _, k := range kernels {
		for _, objection := range k.objections() {
			t.Errorf("%s:%s", file, objection)
		}
	}
	if len(kernels) != count {
		t.Errorf("%s has %d kernels, want %d", file, len(kernels), count)
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

// kernel is a function, its lines, and the arguments that are pointers, which no secret
// reaches.
type kernel struct {
	first    int // the number of its first line
	lines    []string
	pointers set
}

var (
	signature = regexp.MustCompile(`^// func \w+\((.*)\)`)
	pointer   = regexp.MustCompile(`(\w+) \*`)
)

// kernelsOf takes a file apart. The line above a function has its signature.
func kernelsOf(text string) (kernels []*kernel) {
	declared := ""
	for number, line := range strings.Split(text, "\n") {
		code := strings.TrimSpace(line)
		if found := signature.FindStringSubmatch(code); found != nil {
			declared = found[1]
		}
		if strings.HasPrefix(code, "TEXT") {
			k := &kernel{first: number + 2, pointers: set{}}
			for _, found := range pointer.FindAllStringSubmatch(declared, -1) {
				k.pointers[found[1]] = true
			}
			kernels = append(kernels, k)
		} else if len(kernels) > 0 {
			k := kernels[len(kernels)-1]
			k.lines = append(k.lines, code)
		}
	}
	return kernels
}

// objections reads the lines, and a loop once more for each thing less that is known where
// it jumps back than was known when it was read.
func (k *kernel) objections() (list []string) {
	now, at := known{pointers: set{}, counters: set{}}, map[string]known{} // at a label
	objected := make([]bool, len(k.lines))
	for i := 0; i < len(k.lines); i++ {
		code := k.lines[i]
		label, isLabel := strings.CutSuffix(code, ":")
		switch {
		case code == "", strings.HasPrefix(code, "//"), strings.HasPrefix(code, "#"):
			continue
		case isLabel:
			if before, again := at[label]; again {
				now.keep(before)
			}
			at[label] = now.clone()
			continue
		}
		if why := now.objection(code); why != "" && !objected[i] {
			objected[i] = true
			list = append(list, fmt.Sprintf("%d: %s: %s", k.first+i, why, code))
		}
		now.learn(code, k.pointers)
		if start, jumps := at[target(code)]; jumps && strings.HasPrefix(code, "J") && start.keep(now) {
			at[target(code)] = start
			i = slices.Index(k.lines, target(code)+":") - 1
		}
	}
	return list
}

// target is what an instruction writes, or where it jumps to.
func target(code string) string { return code[strings.LastIndexAny(code, " ,")+1:] }

type set = map[string]bool

// known is what is known of the registers at a line.
type known struct {
	pointers set    // arguments that are pointers
	counters set    // numbers that the kernel has set itself
	before   string // the line before
}

func (k known) clone() known { return known{maps.Clone(k.pointers), maps.Clone(k.counters), k.before} }

// keep forgets what is not known elsewhere, and reports whether that was anything.
func (k known) keep(elsewhere known) bool {
	before := len(k.pointers) + len(k.counters)
	maps.DeleteFunc(k.pointers, func(register string, _ bool) bool { return !elsewhere.pointers[register] })
	maps.DeleteFunc(k.counters, func(register string, _ bool) bool { return !elsewhere.counters[register] })
	return len(k.pointers)+len(k.counters) < before
}

var (
	argument = regexp.MustCompile(`^MOVQ\s+(\w+)\+\d+\(FP\), (\w+)$`)
	constant = regexp.MustCompile(`^MOVQ\s+\$\w+, (\w+)$`)
	base     = regexp.MustCompile(`\((\w+)\)`)
	product  = regexp.MustCompile(`^MULXQ\s+\S+, (\w+), \w+$`)
)

// objection says what is wrong with a line of a kernel, "" when nothing is: only known
// instructions, jumps on loop counters alone, no address but an argument's, no mask at a
// memory operand.
func (k known) objection(code string) string {
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

// learn takes down what a line sets, where those arguments are pointers.
func (k *known) learn(code string, pointers set) {
	k.before = code
	if name, operands, _ := strings.Cut(code, " "); name == "DECQ" || name == "ADDQ" && strings.HasPrefix(strings.TrimSpace(operands), "$") {
		return // it stays what it was
	}
	written := []string{target(code)}
	if both := product.FindStringSubmatch(code); both != nil {
		written = append(written, both[1])
	}
	for _, register := range written {
		delete(k.pointers, register)
		delete(k.counters, register)
	}
	if set := argument.FindStringSubmatch(code); set != nil && pointers[set[1]] {
		k.pointers[set[2]] = true
	}
	if set := constant.FindStringSubmatch(code); set != nil {
		k.counters[set[1]] = true
	}
}
