#include "textflag.h"

// func udivmod(n, d uint64) (q, r uint64)
//
// Precondition: d != 0.
//
// A divisor below 2^32 takes two DIVL. Otherwise the quotient is below 2^32: shift both numbers right until the
// divisor just fits a register and divide. Without the divisor's lost bits the result is the quotient or one
// more; so take one off, multiply back, and add it again if what is left allows.
//
//	in	0(FP) n, 8(FP) d
//	out	16(FP) q, 24(FP) r
//	scratch	all
TEXT ·udivmod(SB), NOSPLIT, $0-32
	MOVL	d_hi+12(FP), BX
	TESTL	BX, BX
	JNE	wide
	MOVL	d_lo+8(FP), CX
	MOVL	n_hi+4(FP), AX
	XORL	DX, DX
	DIVL	CX			// high word of the quotient; its remainder goes on in DX
	MOVL	AX, q_hi+20(FP)
	MOVL	n_lo+0(FP), AX
	DIVL	CX
	MOVL	AX, q_lo+16(FP)
	MOVL	DX, r_lo+24(FP)
	MOVL	$0, r_hi+28(FP)
	RET
wide:
	MOVL	d_lo+8(FP), DI
	MOVL	n_lo+0(FP), AX
	MOVL	n_hi+4(FP), DX
	// Shift by one more than the position of BX's top bit. The last bit is shifted apart, because a
	// count of 32 shifts nothing; it also keeps the quotient of the DIVL below 2^32.
	BSRL	BX, CX
	SHRL	CX, BX, DI		// DI = low word of BX:DI >> CX
	SHRL	CX, BX
	SHRL	CX, DX, AX
	SHRL	CX, DX
	RCRL	$1, BX			// BX is 1: its bit goes into the carry
	RCRL	$1, DI
	SHRL	$1, DX
	RCRL	$1, AX
	DIVL	DI			// AX = quotient, or one more
	MOVL	AX, SI
	SUBL	$1, SI
	ADCL	$0, SI			// SI = quotient, or one less; a 0 stays
	MOVL	d_hi+12(FP), CX
	IMULL	SI, CX
	MOVL	SI, AX
	MULL	d_lo+8(FP)
	ADDL	CX, DX			// DX:AX = SI * d, at most n
	MOVL	n_lo+0(FP), BX
	MOVL	n_hi+4(FP), CX
	SUBL	AX, BX
	SBBL	DX, CX			// CX:BX = what is left, below 2d
	MOVL	BX, AX
	MOVL	CX, DX
	SUBL	d_lo+8(FP), AX
	SBBL	d_hi+12(FP), DX
	JCS	store
	MOVL	AX, BX
	MOVL	DX, CX
	ADDL	$1, SI
store:
	MOVL	SI, q_lo+16(FP)
	MOVL	$0, q_hi+20(FP)
	MOVL	BX, r_lo+24(FP)
	MOVL	CX, r_hi+28(FP)
	RET
