#include "textflag.h"

// func segmentRegisters() (flags, ds, es, fs, gs, ss uint32)
TEXT ·segmentRegisters(SB), NOSPLIT, $0-24
	PUSHFL
	POPL AX
	MOVL AX, flags+0(FP)
	XORL AX, AX
	MOVW DS, AX
	MOVL AX, ds+4(FP)
	XORL AX, AX
	MOVW ES, AX
	MOVL AX, es+8(FP)
	XORL AX, AX
	MOVW FS, AX
	MOVL AX, fs+12(FP)
	XORL AX, AX
	MOVW GS, AX
	MOVL AX, gs+16(FP)
	XORL AX, AX
	MOVW SS, AX
	MOVL AX, ss+20(FP)
	RET

// func park()
//
// Undefined instructions without end: the thread waits in the exceptions that they raise.
TEXT ·park(SB), NOSPLIT|NOFRAME, $0-0
again:
	BYTE $0x0F; BYTE $0x0B
	JMP again

// func parkAddress() uint32
TEXT ·parkAddress(SB), NOSPLIT, $0-4
	MOVL $·park(SB), AX
	MOVL AX, ret+0(FP)
	RET

// func useFPU()
//
// Changes x87 control word, stack and registers of the thread.
TEXT ·useFPU(SB), NOSPLIT, $0-0
	FINIT
	FLD1
	FLDZ
	FLDPI
	FLDL2E
	FLDLN2
	FLDLG2
	FLD1
	RET
