#include "textflag.h"

/*
 * CopyUser: the string copy. Words first, then the remaining bytes.
 *   in      dst, src, n on the stack
 *   out     left = bytes not copied, fault = address of the page fault if left is not 0
 *   faults  EnterNested sends a fault in this function to copyFixup, with the address in EAX; ESI says how far it came
 */
TEXT ·CopyUser(SB),NOSPLIT,$0-20
	MOVL dst+0(FP), DI
	MOVL src+4(FP), SI
	MOVL n+8(FP), CX
	MOVL CX, DX
	SHRL $2, CX
	REP
	MOVSL
	MOVL DX, CX
	ANDL $3, CX
	REP
	MOVSB
	MOVL $0, left+12(FP)
	RET

// copyFixup ends CopyUser after a fault. It shares CopyUser's frame.
TEXT ·copyFault(SB),NOSPLIT,$0-20
	MOVL src+4(FP), CX
	ADDL n+8(FP), CX
	SUBL SI, CX
	MOVL CX, left+12(FP)
	MOVL AX, fault+16(FP)
	RET

DATA ·copyStart+0(SB)/4, $·CopyUser(SB)
GLOBL ·copyStart(SB), RODATA, $4
DATA ·copyEnd+0(SB)/4, $·copyFault(SB)
GLOBL ·copyEnd(SB), RODATA, $4
DATA ·copyFixup+0(SB)/4, $·copyFault(SB)
GLOBL ·copyFixup(SB), RODATA, $4
