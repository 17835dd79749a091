package sm2fixed

import "golang.org/x/sys/cpu"

//go:generate go run -C gen . -out ../kernels_amd64.s -stubs ../kernels_amd64.go -pkg sm2fixed

// kernel is nil where the processor has not the instructions.
var kernel = kernelOf(cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512IFMA)

func kernelOf(available bool) *kernels {
	if !available {
		return nil
	}
	return &kernels{
		chooseAffine: func(q *wideAffine, table *[wideDigits]wideAffine, words *lane, bit uint64) {
			chooseAffine(&q.x[0][0], &table[0].x[0][0], &words[0], bit)
		},
		choosePoint: func(q *widePoint, table *[wideDigits]widePoint, words *lane, bit uint64) {
			choosePoint(&q.x[0][0], &table[0].x[0][0], &words[0], bit)
		},
		addAffine: func(p *widePoint, q *wideAffine, room *[8]wideElement) {
			addAffine(&p.x[0][0], &q.x[0][0], &room[0][0][0])
		},
		addPoint: func(p, q *widePoint, room *[8]wideElement) {
			addPoint(&p.x[0][0], &q.x[0][0], &room[0][0][0])
		},
		double: func(p *widePoint, room *[8]wideElement) { double(&p.x[0][0], &room[0][0][0]) },
		doubleAlong: func(p *along, room *[8]wideElement) {
			doubleAlong(&p[0][0], &alongLanes[0][0], &room[0][0][0])
		},
	}
}
