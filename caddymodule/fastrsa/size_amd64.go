package fastrsa

//go:generate go run -C gen . -out ../kernels_amd64.s -stubs ../kernels_amd64.go -pkg fastrsa

// sizes are the lengths that there are kernels for.
var sizes = []*size{
	{
		bytes: 256, limbs: 20, stride: 24,
		wideMul: wideMul20, wideSquare: wideSquare20, widePick: widePick20, pairMul: pairMul20, pairPick: pairPick20, singleMul: singleMul40,
		crew: onDemand(),
	},
	{
		bytes: 128, limbs: 10, stride: 16,
		wideMul: wideMul10, wideSquare: wideSquare10, widePick: widePick10, pairMul: pairMul10, pairPick: pairPick10, singleMul: singleMul20,
		crew: onDemand(),
	},
}
