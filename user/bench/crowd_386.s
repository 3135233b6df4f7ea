#include "textflag.h"

// Threads of the crowd. They share one stack: nothing is written to it but the stub's return address, which is always the
// same.

// func crowdSleep(): receives from itself with the timeout in crowdTimeouts, for ever.
TEXT ·crowdSleep(SB), NOSPLIT|NOFRAME, $0
again:
	MOVL $·crowdStack+64(SB), SP
	MOVL 0(GS), DI
	XORL AX, AX
	MOVL ·crowdTimeouts(SB), CX
	MOVL -60(DI), DX
	XORL SI, SI
	MOVL ·crowdIpc(SB), BX
	CALL BX
	JMP  again

// func crowdRun(): gives back the timeslice that its start message brought, and is always ready from then on.
TEXT ·crowdRun(SB), NOSPLIT|NOFRAME, $0
	MOVL $·crowdStack+64(SB), SP
	XORL AX, AX
	MOVL ·crowdSwitch(SB), CX
	CALL CX
again:
	JMP again

// func crowdAddresses() (sleep, run uint32)
TEXT ·crowdAddresses(SB), NOSPLIT, $0-8
	MOVL $·crowdSleep(SB), AX
	MOVL AX, sleep+0(FP)
	MOVL $·crowdRun(SB), AX
	MOVL AX, run+4(FP)
	RET

// func mark(name string)
//
// Where tools/trace stops: it looks at what runs between two marks.
TEXT ·mark(SB), NOSPLIT|NOFRAME, $0-8
	RET
