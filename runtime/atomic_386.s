#include "textflag.h"

// func cas(p *uintptr, old, new uintptr) bool
TEXT ·cas(SB), NOSPLIT, $0-13
	MOVL	p+0(FP), BX
	MOVL	old+4(FP), AX
	MOVL	new+8(FP), CX
	LOCK
	CMPXCHGL	CX, 0(BX)
	SETEQ	ret+12(FP)
	RET

// func swap(p *uintptr, new uintptr) uintptr
TEXT ·swap(SB), NOSPLIT, $0-12
	MOVL	p+0(FP), BX
	MOVL	new+4(FP), AX
	XCHGL	AX, 0(BX)
	MOVL	AX, ret+8(FP)
	RET
