#include "textflag.h"

// func floatSwitch(n, threadSwitch, dest uint32) (ticks uint64)
//
// Uses the FPU and lets dest run, n times.
TEXT ·floatSwitch(SB), NOSPLIT, $16-20
	RDTSC
	MOVL AX, 4(SP)
	MOVL DX, 8(SP)
	MOVL n+0(FP), BX
next:
	FLD1
	FMOVDP F0, F0
	MOVL dest+8(FP), AX
	MOVL threadSwitch+4(FP), CX
	CALL CX
	DECL BX
	JNE  next
	RDTSC
	SUBL 4(SP), AX
	SBBL 8(SP), DX
	MOVL AX, ticks_lo+12(FP)
	MOVL DX, ticks_hi+16(FP)
	RET

// func floatAlways(threadSwitch, dest uint32)
//
// Uses the FPU and lets dest run, for ever.
TEXT ·floatAlways(SB), NOSPLIT, $4-8
next:
	FLD1
	FMOVDP F0, F0
	MOVL dest+4(FP), AX
	MOVL threadSwitch+0(FP), CX
	CALL CX
	JMP  next
