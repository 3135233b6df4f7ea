#include "textflag.h"

// func probe(kind, addr, value uint32) (got, ok uint32)
//
// One access: 0 reads a word, 1 writes it, 2 reads the port. Everything else is in registers, and the frame is empty, so
// that a thread that faults in here can be sent to probeFailed.
TEXT ·probe(SB), NOSPLIT|NOFRAME, $0-20
	MOVL kind+0(FP), CX
	MOVL addr+4(FP), DX
	MOVL value+8(FP), AX
	CMPL CX, $1
	JEQ  store
	CMPL CX, $2
	JEQ  port
	MOVL (DX), AX
	JMP  good
store:
	MOVL AX, (DX)
	JMP  good
port:
	MOVL $0, AX
	INB
good:
	MOVL AX, got+12(FP)
	MOVL $1, ok+16(FP)
	RET

// func probeFailed(kind, addr, value uint32) (got, ok uint32)
TEXT ·probeFailed(SB), NOSPLIT|NOFRAME, $0-20
	MOVL $0, got+12(FP)
	MOVL $0, ok+16(FP)
	RET

// func probeFailedAddress() uint32
TEXT ·probeFailedAddress(SB), NOSPLIT|NOFRAME, $0-4
	MOVL $·probeFailed(SB), AX
	MOVL AX, ret+0(FP)
	RET

// Call through the word on the stack: all seven registers carry arguments.
#define CALL_AT_SP BYTE $0xFF; BYTE $0x14; BYTE $0x24

// func enter(link uint32, r *registers)
//
// A system call with all registers in and out: AX, CX, DX, BX, SI, DI, BP.
TEXT ·enter(SB), NOSPLIT, $8-8
	MOVL link+0(FP), AX
	MOVL AX, 0(SP)
	MOVL r+4(FP), BP
	MOVL 0(BP), AX
	MOVL 4(BP), CX
	MOVL 8(BP), DX
	MOVL 12(BP), BX
	MOVL 16(BP), SI
	MOVL 20(BP), DI
	MOVL 24(BP), BP
	CALL_AT_SP
	MOVL BP, 4(SP)
	MOVL r+4(FP), BP
	MOVL AX, 0(BP)
	MOVL CX, 4(BP)
	MOVL DX, 8(BP)
	MOVL BX, 12(BP)
	MOVL SI, 16(BP)
	MOVL DI, 20(BP)
	MOVL 4(SP), AX
	MOVL AX, 24(BP)
	RET
