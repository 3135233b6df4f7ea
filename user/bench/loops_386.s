#include "go_asm.h"
#include "textflag.h"

// What is measured, and the partners of it, without a compiler in between: what a program pays for a system call beyond the
// stub and the kernel is loading registers and a loop.

#define CALL_AT_SP BYTE $0xFF; BYTE $0x14; BYTE $0x24 // call [esp]: all seven registers carry arguments
#define UD2        BYTE $0x0F; BYTE $0x0B
#define LOCK_NOP   BYTE $0xF0; BYTE $0x90
#define LOAD(r) \
	MOVL registers_eax(r), AX; \
	MOVL registers_ecx(r), CX; \
	MOVL registers_edx(r), DX; \
	MOVL registers_ebx(r), BX; \
	MOVL registers_esi(r), SI; \
	MOVL registers_edi(r), DI; \
	MOVL registers_ebp(r), BP

// func repeat(r *registers, n uint32) (ticks uint64)
//
// 11 instructions a round besides the call.
TEXT ·repeat(SB), NOSPLIT, $12-16
	RDTSC
	MOVL AX, 4(SP)
	MOVL DX, 8(SP)
	MOVL r+0(FP), BP
	MOVL registers_address(BP), AX
	MOVL AX, 0(SP)
next:
	MOVL r+0(FP), BP
	LOAD(BP)
	CALL_AT_SP
	DECL n+4(FP)
	JNE  next
	RDTSC
	SUBL 4(SP), AX
	SBBL 8(SP), DX
	MOVL AX, ticks_lo+8(FP)
	MOVL DX, ticks_hi+12(FP)
	RET

// func repeatMessage(r *registers, n uint32) (ticks uint64)
//
// As repeat, but MR1 and MR2 are set before each call: a partner's answer may have changed them. 15 instructions.
TEXT ·repeatMessage(SB), NOSPLIT, $12-16
	RDTSC
	MOVL AX, 4(SP)
	MOVL DX, 8(SP)
	MOVL r+0(FP), BP
	MOVL registers_address(BP), AX
	MOVL AX, 0(SP)
next:
	MOVL r+0(FP), BP
	MOVL registers_edi(BP), DI
	MOVL registers_mr1(BP), AX
	MOVL AX, 4(DI)
	MOVL registers_mr2(BP), AX
	MOVL AX, 8(DI)
	LOAD(BP)
	CALL_AT_SP
	DECL n+4(FP)
	JNE  next
	RDTSC
	SUBL 4(SP), AX
	SBBL 8(SP), DX
	MOVL AX, ticks_lo+8(FP)
	MOVL DX, ticks_hi+12(FP)
	RET

// func interfaces(n uint32) (ticks uint64)
//
// The KernelInterface instruction.
TEXT ·interfaces(SB), NOSPLIT, $8-12
	RDTSC
	MOVL AX, 0(SP)
	MOVL DX, 4(SP)
	MOVL n+0(FP), BX
next:
	LOCK_NOP
	DECL BX
	JNE  next
	RDTSC
	SUBL 0(SP), AX
	SBBL 4(SP), DX
	MOVL AX, ticks_lo+4(FP)
	MOVL DX, ticks_hi+8(FP)
	RET

// func nothing(), by its address: what repeat calls to measure itself.
TEXT ·nothing(SB), NOSPLIT|NOFRAME, $0-0
	RET
TEXT ·nothingAddress(SB), NOSPLIT, $0-4
	MOVL $·nothing(SB), AX
	MOVL AX, ret+0(FP)
	RET

// func ticks() uint64
TEXT ·ticks(SB), NOSPLIT, $0-8
	RDTSC
	MOVL AX, ret_lo+0(FP)
	MOVL DX, ret_hi+4(FP)
	RET

// func spin(n, quiet uint32) (gaps uint32, lost uint64)
//
// Reads the time n times. Readings further apart than quiet ticks are gaps; lost is what they are longer than the shortest
// distance. in the loop: SI:BX last reading, CX shortest distance, DI rounds, BP gaps
TEXT ·spin(SB), NOSPLIT, $12-20
	MOVL $0, 0(SP)
	MOVL $0, 4(SP)
	MOVL $0x7FFFFFFF, CX
	MOVL n+0(FP), DI
	XORL BP, BP
	RDTSC
	MOVL AX, BX
next:
	RDTSC
	MOVL AX, SI
	SUBL BX, SI
	MOVL AX, BX
	CMPL SI, quiet+4(FP)
	JCC  gap
	MOVL SI, CX
back:
	DECL DI
	JNE  next
	MOVL BP, gaps+8(FP)
	MOVL 0(SP), AX
	MOVL AX, lost_lo+12(FP)
	MOVL 4(SP), AX
	MOVL AX, lost_hi+16(FP)
	RET
gap:
	INCL BP
	SUBL CX, SI
	ADDL SI, 0(SP)
	ADCL $0, 4(SP)
	JMP  back

// func touch(at, n uint32) (ticks uint64)
//
// Writes a word in each of n pages from at on: a page fault each, and 4 instructions.
TEXT ·touch(SB), NOSPLIT, $8-16
	RDTSC
	MOVL AX, 0(SP)
	MOVL DX, 4(SP)
	MOVL at+0(FP), BX
	MOVL n+4(FP), CX
next:
	MOVL CX, (BX)
	ADDL $4096, BX
	DECL CX
	JNE  next
	RDTSC
	SUBL 0(SP), AX
	SBBL 4(SP), DX
	MOVL AX, ticks_lo+8(FP)
	MOVL DX, ticks_hi+12(FP)
	RET

// func raise(n uint32) (ticks uint64)
//
// Raises n exceptions, whose handler goes on behind the instruction.
TEXT ·raise(SB), NOSPLIT, $8-12
	RDTSC
	MOVL AX, 0(SP)
	MOVL DX, 4(SP)
	MOVL n+0(FP), BX
next:
	UD2
	DECL BX
	JNE  next
	RDTSC
	SUBL 0(SP), AX
	SBBL 4(SP), DX
	MOVL AX, ticks_lo+4(FP)
	MOVL DX, ticks_hi+8(FP)
	RET

// func raiseKey() (before uint32)
TEXT ·raiseKey(SB), NOSPLIT, $0-4
	RDTSC
	MOVL AX, before+0(FP)
	MOVL $0x60, DX
	MOVL $0x1E, AX
	OUTB
	NOP
	RET
