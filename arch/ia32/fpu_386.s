#include "textflag.h"

// The only FPU instructions of the kernel, and the control registers (docs/fpu.md).

TEXT ·writeCR0(SB),NOSPLIT,$0-4
	MOVL v+0(FP), AX
	MOVL AX, CR0
	RET

TEXT ·writeCR4(SB),NOSPLIT,$0-4
	MOVL v+0(FP), AX
	MOVL AX, CR4
	RET

TEXT ·readCR0(SB),NOSPLIT,$0-4
	MOVL CR0, AX
	MOVL AX, ret+0(FP)
	RET

TEXT ·clearTS(SB),NOSPLIT,$0-0
	CLTS
	RET

TEXT ·saveFX(SB),NOSPLIT,$0-4
	MOVL area+0(FP), AX
	FXSAVE (AX)
	RET

// FNINIT: the addresses of the last instruction and operand are not in every processor's image and must not be the last
// thread's.
TEXT ·loadFX(SB),NOSPLIT,$0-4
	MOVL area+0(FP), AX
	FINIT
	FXRSTOR (AX)
	RET

TEXT ·saveOld(SB),NOSPLIT,$0-4
	MOVL area+0(FP), AX
	FSAVE (AX)
	RET

// FNINIT: a pending exception of the last thread would be raised here.
TEXT ·loadOld(SB),NOSPLIT,$0-4
	MOVL area+0(FP), AX
	FINIT
	FRSTOR (AX)
	RET
