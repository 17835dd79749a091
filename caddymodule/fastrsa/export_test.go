package fastrsa

import "testing"

// NeedKernels skips what needs the kernels where they do not run.
var NeedKernels = needKernels

// Space is a work space.
type Space space

// Run does one operation of each key, up to four, in one go, as it does for callers who
// meet. Where one goes wrong, its result is nil.
func (w *Space) Run(t testing.TB, keys []*Key, in [][]byte) (out [][]byte) {
	t.Helper()
	operations := make([]*operation, len(keys))
	for i, k := range keys {
		operations[i] = &operation{key: prepared(t, k), in: in[i]}
	}
	(*space)(w).run(operations)
	for _, o := range operations {
		out = append(out, o.out)
	}
	return out
}

// InOneBatch has a caller for each key, up to four, do something that takes one operation
// of that key, and all of them meet in one batch.
func InOneBatch(t *testing.T, keys []*Key, do func(i int)) {
	t.Helper()
	inOneBatch(t, ownCrew(t, keys), len(keys), do)
}
