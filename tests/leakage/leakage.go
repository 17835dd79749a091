// Package leakage measures, as dudect does, whether the time of an operation tells one
// class of its inputs from another.
package leakage

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// Compare carries out so many operations of the classes 0 and 1 in random order, and
// returns the size of Welch's t of their times, without the slowest tenth, which the
// machine's other work made. Beyond 4.5, and growing with the number of operations, is a
// leak. Chance may bring a single 3. Prepare returns an operation of a class; how long
// that takes does not count.
func Compare(operations int, prepare func(class int) (operation func())) (t float64) {
	var times [2][]float64
	for range operations {
		class := rand.IntN(2)
		operation := prepare(class)
		start := time.Now()
		operation()
		times[class] = append(times[class], float64(time.Since(start)))
	}
	return math.Abs(welch(quickest(times[0]), quickest(times[1])))
}

func quickest(times []float64) []float64 {
	slices.Sort(times)
	return times[:len(times)*9/10]
}

// welch is the t of Welch's test.
func welch(a, b []float64) float64 {
	meanA, errA := meanAndError(a)
	meanB, errB := meanAndError(b)
	return (meanA - meanB) / math.Sqrt(errA+errB)
}

// meanAndError are the mean and its variance.
func meanAndError(x []float64) (mean, variance float64) {
	for _, v := range x {
		mean += v
	}
	mean /= float64(len(x))
	for _, v := range x {
		variance += (v - mean) * (v - mean)
	}
	n := float64(len(x))
	return mean, variance / (n - 1) / n
}
