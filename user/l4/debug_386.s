#include "textflag.h"

// Pseudo calls of the kernel debugger: INT3 and a comparison of AL with the number of the call, which the kernel reads
// and the processor then executes to no effect.

#define PSEUDO_CALL(n) BYTE $0xCC; BYTE $0x3C; BYTE $n

// func KernelPutc(c byte)
TEXT ·KernelPutc(SB), NOSPLIT, $0-1
	MOVBLZX c+0(FP), AX
	PSEUDO_CALL(0)
	RET

// func KernelGetc() byte
TEXT ·KernelGetc(SB), NOSPLIT, $0-1
	PSEUDO_CALL(0x0D)
	MOVB AX, ret+0(FP)
	RET

// func KernelTryGetc() int32
TEXT ·KernelTryGetc(SB), NOSPLIT, $0-4
	PSEUDO_CALL(8)
	MOVL AX, ret+0(FP)
	RET
