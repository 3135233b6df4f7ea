#include "go_asm.h"
#include "textflag.h"

// func crashStart()
//
// in:  AX instruction pointer of an exception, CX its vector; SP anything
// out: does not return
TEXT ·crashStart(SB), NOSPLIT|NOFRAME, $0-0
	MOVL $·crashStack+const_crashStackSize(SB), SP
	CLD
	MOVL 0(GS), BX
	MOVL $·crashDescriptor(SB), DX
	MOVL DX, -4(BX)
	PUSHL CX
	PUSHL AX
	CALL ·crashed(SB)
	BYTE $0x0F; BYTE $0x0B // ud2: crashed does not return

// func crashStartAddress() uint32
TEXT ·crashStartAddress(SB), NOSPLIT, $0-4
	MOVL $·crashStart(SB), AX
	MOVL AX, ret+0(FP)
	RET
