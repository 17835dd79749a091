package assembly

import "testing"

func TestObjections(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ before, code string }{
		{"DECQ CX", "JC   wideMul20Loop"},
		{"DECQ CX", "JNZ  wideMul20Loop"},
		{"CMPQ AX, BX", "JNZ  wideMul20Loop"},
		{"ADDQ AX, BX", "JNZ  wideMul20Loop"},
		{"MOVQ (SI), BX", "MOVQ (BX), CX"},
		{"ADDQ BX, SI", "MOVQ (SI), CX"},
		{"", "KMOVB (SI), K1"},
		{"", "VPCMPUQ $0x06, (SI), Z1, K1"},
		{"", "DIVQ BX"},
		{"", "MOVQ (SI)(AX*8), BX"},
		{"", "VMOVDQU64 (SI), K1, Z1"},
		{"", "VMOVDQU64.Z (SI), K1, Z1"},
		{"", "VPADDQ Z1, Z2, K3, Z4"},
		{"", "VPCMPEQQ (SI), Z1, K1"},
		{"", "CMOVQEQ AX, BX"},
	} {
		k := newKernel()
		k.objection("MOVQ res+0(FP), SI")
		k.objection(c.before)
		if k.objection(c.code) == "" {
			t.Errorf("no objection to %q after %q", c.code, c.before)
		}
	}
}
