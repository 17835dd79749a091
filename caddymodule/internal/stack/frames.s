// What is before the first instruction of a function has the stack grow to what its
// frame takes. Nothing here depends on the processor.

// func grow10()
TEXT ·grow10(SB), 0, $10240-0
	RET

// func grow40()
TEXT ·grow40(SB), 0, $40960-0
	RET
