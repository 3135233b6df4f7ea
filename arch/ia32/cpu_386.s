#include "textflag.h"

// main: from boot/start.S, on the boot stack, AX = table of static areas. Exported to the linker by the runtime.
TEXT main(SB),NOSPLIT|NOFRAME,$0
	MOVL AX, ·staticTable(SB)
	CALL pecan∕kernel·Start(SB)
	JMP ·exitToUser(SB)

TEXT ·staticAddr(SB),NOSPLIT,$0-8
	MOVL ·staticTable(SB), AX
	MOVL index+0(FP), CX
	MOVL (AX)(CX*4), AX
	MOVL AX, ret+4(FP)
	RET

TEXT ·LoadCR3(SB),NOSPLIT,$0-4
	MOVL pd+0(FP), AX
	MOVL AX, CR3
	RET

TEXT ·FlushPage(SB),NOSPLIT,$0-4
	MOVL addr+0(FP), AX
	INVLPG (AX)
	RET

TEXT ·FlushCaches(SB),NOSPLIT,$0-0
	WBINVD
	RET

TEXT ·ReadCR2(SB),NOSPLIT,$0-4
	MOVL CR2, AX
	MOVL AX, ret+0(FP)
	RET

TEXT ·ReadTSC(SB),NOSPLIT,$0-8
	RDTSC
	MOVL AX, ret_lo+0(FP)
	MOVL DX, ret_hi+4(FP)
	RET

TEXT ·In8(SB),NOSPLIT,$0-8
	MOVL port+0(FP), DX
	XORL AX, AX
	INB
	MOVL AX, ret+4(FP)
	RET

TEXT ·Out8(SB),NOSPLIT,$0-8
	MOVL port+0(FP), DX
	MOVL value+4(FP), AX
	OUTB
	RET

TEXT ·Out16(SB),NOSPLIT,$0-8
	MOVL port+0(FP), DX
	MOVL value+4(FP), AX
	OUTW
	RET

TEXT ·Poll(SB),NOSPLIT,$0-0
	STI
	BYTE $0x90 // the assembler drops NOP, and the shadow of STI would cover CLI
	CLI
	RET

TEXT ·Stop(SB),NOSPLIT,$0-0
	CLI
again:
	HLT
	JMP again

// CPUID leaf 1, EDX. A processor that cannot flip EFLAGS.ID has no CPUID.
TEXT ·CPUID(SB),NOSPLIT,$0-4
	MOVL $0, ret+0(FP)
	PUSHFL
	POPL AX
	MOVL AX, CX
	XORL $0x200000, AX
	PUSHL AX
	POPFL
	PUSHFL
	POPL AX
	PUSHL CX
	POPFL
	XORL CX, AX
	TESTL $0x200000, AX
	JEQ none
	XORL AX, AX
	CPUID
	CMPL AX, $1
	JCS none
	MOVL $1, AX
	CPUID
	MOVL DX, ret+0(FP)
none:
	RET

TEXT ·Zero(SB),NOSPLIT,$0-8
	MOVL addr+0(FP), DI
	MOVL n+4(FP), CX
	SHRL $2, CX
	XORL AX, AX
	REP
	STOSL
	RET

TEXT ·Fill(SB),NOSPLIT,$0-12
	MOVL addr+0(FP), DI
	MOVL n+4(FP), CX
	SHRL $2, CX
	MOVL value+8(FP), AX
	REP
	STOSL
	RET

TEXT ·Copy(SB),NOSPLIT,$0-12
	MOVL dst+0(FP), DI
	MOVL src+4(FP), SI
	MOVL n+8(FP), CX
	SHRL $2, CX
	REP
	MOVSL
	RET

TEXT ·loadTables(SB),NOSPLIT,$0-8
	MOVL gdt+0(FP), AX
	LGDT 2(AX)
	MOVL idt+4(FP), AX
	LIDT 2(AX)
	// CS stays 0x08, flat in the boot table and in this one; SS too.
	MOVL $0x10, AX
	MOVW AX, SS
	MOVL $0x23, AX
	MOVW AX, DS
	MOVW AX, ES
	MOVW AX, FS
	MOVL $0x2B, AX
	MOVW AX, GS
	MOVL $0x30, AX
	LTR  AX
	RET

TEXT ·writeMSR(SB),NOSPLIT,$0-12
	MOVL index+0(FP), CX
	MOVL low+4(FP), AX
	MOVL high+8(FP), DX
	WRMSR
	RET

TEXT ·readMSR(SB),NOSPLIT,$0-12
	MOVL index+0(FP), CX
	RDMSR
	MOVL AX, low+4(FP)
	MOVL DX, high+8(FP)
	RET

GLOBL ·staticTable(SB), NOPTR, $4
