package assembly

import (
	"strings"
	"testing"
)

func TestObjections(t *testing.T) {
	t.Parallel()
	for _, code := range []string{
		"DECQ CX\nJC wideMul20Loop",
		"DECQ CX\nJNZ wideMul20Loop",
		"CMPQ AX, BX\nJNZ wideMul20Loop",
		"ADDQ AX, BX\nJNZ wideMul20Loop",
		"MOVQ (SI), BX\nMOVQ (BX), CX",
		"ADDQ BX, SI\nMOVQ (SI), CX",
		"KMOVB (SI), K1",
		"VPCMPUQ $0x06, (SI), Z1, K1",
		"DIVQ BX",
		"MOVQ (SI)(AX*8), BX",
		"VMOVDQU64 (SI), K1, Z1",
		"VMOVDQU64.Z (SI), K1, Z1",
		"VPADDQ Z1, Z2, K3, Z4",
		"VPCMPEQQ (SI), Z1, K1",
		"CMOVQEQ AX, BX",
		"MOVQ number+8(FP), DI\nMOVQ (DI), AX",
		"MULXQ (SI), SI, BX\nMOVQ (SI), AX",
		"MOVQ $0x10, CX\nloop:\nMULXQ (SI), CX, BX\nDECQ CX\nJNZ loop",
		"MOVQ $0x10, CX\nloop:\nMOVQ (SI), BX\nMOVQ BX, SI\nDECQ CX\nJNZ loop", // the second time around
		"MOVQ $0x10, CX\nouter:\nMOVQ $0x10, DX\ninner:\nMOVQ (SI), BX\nDECQ DX\nJNZ inner\nMOVQ BX, SI\nDECQ CX\nJNZ outer",
	} {
		if objectionsTo(t, code) == nil {
			t.Errorf("no objection to %q", code)
		}
	}
	if objections := objectionsTo(t, "MOVQ $0x10, CX\nloop:\nMOVQ (SI), BX\nADDQ $0x08, SI\nDECQ CX\nJNZ loop\nRET"); objections != nil {
		t.Errorf("a loop over an argument: %q", objections)
	}
}

func objectionsTo(t *testing.T, code string) []string {
	t.Helper()
	kernels := kernelsOf("// func mul(res *uint64, number uint64)\n// Requires: BMI2\nTEXT ·mul(SB), NOSPLIT, $0-16\nMOVQ res+0(FP), SI\n" + code)
	if len(kernels) != 1 || !strings.HasPrefix(kernels[0].lines[0], "MOVQ res") {
		t.Fatalf("%d kernels", len(kernels))
	}
	return kernels[0].objections()
}
