#include "textflag.h"

// CHECK counts a register that does not hold the pattern.
#define CHECK(pattern, reg) \
	CMPL reg, $pattern; \
	JEQ  2(PC); \
	INCL differ-4(SP)

// func forkWithPatterns(server l4.ThreadID) (tag l4.MsgTag, differ uint32)
TEXT ·forkWithPatterns(SB), NOSPLIT, $12-12
	MOVL $0, differ-4(SP)
	MOVL server+0(FP), AX
	MOVL AX, 0(SP)
	MOVL $0x11111111, BX
	MOVL $0x22222222, CX
	MOVL $0x33333333, DX
	MOVL $0x44444444, SI
	MOVL $0x55555555, DI
	MOVL $0x66666666, BP
	STC
	CALL pecan∕user∕l4·fork(SB)
	JCS  2(PC)
	INCL differ-4(SP)
	CHECK(0x11111111, BX)
	CHECK(0x22222222, CX)
	CHECK(0x33333333, DX)
	CHECK(0x44444444, SI)
	CHECK(0x55555555, DI)
	CHECK(0x66666666, BP)
	MOVL 4(SP), AX
	MOVL AX, tag+4(FP)
	MOVL differ-4(SP), AX
	MOVL AX, differ+8(FP)
	RET
