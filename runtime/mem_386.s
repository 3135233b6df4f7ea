#include "textflag.h"

// Copying, clearing and comparing memory. All of these are called by compiled code with the arguments
// on the stack; they may use every register, expect the direction flag clear and leave it so. There is
// no STD in this file: an interrupt in the middle of a copy must not find the flag set.

// func memmove(to, from unsafe.Pointer, n uintptr)
//
// Copies n bytes; the areas may overlap. Up to 16 bytes are read completely before the first is
// written; beyond that, words go up by REP MOVS, or down in a loop if the target lies inside the source.
TEXT ·memmove(SB), NOSPLIT, $0-12
	MOVL	to+0(FP), DI
	MOVL	from+4(FP), SI
	MOVL	n+8(FP), CX
	CMPL	CX, $16
	JA	long
	CMPL	CX, $8
	JAE	upto16
	CMPL	CX, $4
	JAE	upto7
	CMPL	CX, $1
	JB	done
	JEQ	one
	MOVW	(SI), AX
	MOVB	-1(SI)(CX*1), BX
	MOVW	AX, (DI)
	MOVB	BX, -1(DI)(CX*1)
	RET
one:
	MOVB	(SI), AX
	MOVB	AX, (DI)
	RET
upto7:
	MOVL	(SI), AX
	MOVL	-4(SI)(CX*1), BX
	MOVL	AX, (DI)
	MOVL	BX, -4(DI)(CX*1)
	RET
upto16:
	MOVL	(SI), AX
	MOVL	4(SI), BX
	MOVL	-8(SI)(CX*1), DX
	MOVL	-4(SI)(CX*1), BP
	MOVL	AX, (DI)
	MOVL	BX, 4(DI)
	MOVL	DX, -8(DI)(CX*1)
	MOVL	BP, -4(DI)(CX*1)
	RET
long:
	MOVL	DI, AX
	SUBL	SI, AX
	CMPL	AX, CX
	JB	down			// the target starts inside the source
	MOVL	CX, BX
	SHRL	$2, CX
	REP; MOVSL
	MOVL	BX, CX
	ANDL	$3, CX
	REP; MOVSB
done:
	RET
down:
	SUBL	$4, CX
	MOVL	(SI)(CX*1), AX
	MOVL	AX, (DI)(CX*1)
	CMPL	CX, $4
	JAE	down
tail:
	TESTL	CX, CX
	JEQ	done
	SUBL	$1, CX
	MOVB	(SI)(CX*1), AX
	MOVB	AX, (DI)(CX*1)
	JMP	tail

// func memclrNoHeapPointers(ptr unsafe.Pointer, n uintptr)
TEXT ·memclrNoHeapPointers(SB), NOSPLIT, $0-8
	MOVL	ptr+0(FP), DI
	MOVL	n+4(FP), BX
	XORL	AX, AX
	MOVL	BX, CX
	SHRL	$2, CX
	REP; STOSL
	MOVL	BX, CX
	ANDL	$3, CX
	REP; STOSB
	RET

// func memequal(a, b unsafe.Pointer, size uintptr) bool
TEXT ·memequal(SB), NOSPLIT, $0-13
	MOVL	a+0(FP), SI
	MOVL	b+4(FP), DI
	MOVL	size+8(FP), BX
	CALL	equal<>(SB)
	MOVB	AX, ret+12(FP)
	RET

// func memequal_varlen(a, b unsafe.Pointer) bool
//
// The compiler passes the size in the closure: DX -> { code, size }.
TEXT ·memequal_varlen(SB), NOSPLIT, $0-9
	MOVL	a+0(FP), SI
	MOVL	b+4(FP), DI
	MOVL	4(DX), BX
	CALL	equal<>(SB)
	MOVB	AX, ret+8(FP)
	RET

// equal compares BX bytes at SI and DI and leaves 1 or 0 in AX.
// Scratch: BX, CX, SI, DI.
TEXT equal<>(SB), NOSPLIT, $0-0
	CMPL	SI, DI
	JEQ	same
	MOVL	BX, CX
	SHRL	$2, CX
	CMPL	CX, CX			// sets ZF, so that no words compare as equal
	REP; CMPSL
	JNE	differ
	MOVL	BX, CX
	ANDL	$3, CX
	CMPL	CX, CX
	REP; CMPSB
	JNE	differ
same:
	MOVL	$1, AX
	RET
differ:
	XORL	AX, AX
	RET

// func cmpstring(a, b string) int
TEXT ·cmpstring(SB), NOSPLIT, $0-20
	MOVL	a_base+0(FP), SI
	MOVL	b_base+8(FP), DI
	MOVL	a_len+4(FP), BX
	MOVL	b_len+12(FP), DX
	MOVL	BX, CX
	CMPL	CX, DX
	JBE	shorter
	MOVL	DX, CX
shorter:
	XORL	AX, AX
	CMPL	CX, CX			// sets ZF, so that no bytes compare as equal
	REP; CMPSB
	JA	greater
	JB	less
	CMPL	BX, DX
	JA	greater
	JB	less
	MOVL	AX, ret+16(FP)
	RET
greater:
	MOVL	$1, AX
	MOVL	AX, ret+16(FP)
	RET
less:
	MOVL	$-1, AX
	MOVL	AX, ret+16(FP)
	RET

// func mapinitnoop()
TEXT ·mapinitnoop(SB), NOSPLIT, $0-0
	RET
