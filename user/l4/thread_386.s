#include "go_asm.h"
#include "textflag.h"

// func threadStart()
//
// The first instructions of a thread made by PrepareThread.
//
// in:    SP address of a launch; all else undefined
// stack: 0(SP) the thread's descriptor, 4(SP) the function to run, as a closure
// out:   does not return
//
// The word at UTCB-4 is where compiled code finds its g: compiled functions run from there on.
TEXT ·threadStart(SB), NOSPLIT|NOFRAME, $0-0
	CLD
	MOVL launch_descriptor(SP), AX
	MOVL launch_entry(SP), DX
	MOVL 0(GS), CX
	MOVL AX, -4(CX)
	MOVL (DX), AX
	CALL AX
	CALL ·Suspend(SB)
	BYTE $0x0F; BYTE $0x0B // ud2: Suspend does not return

// func threadStartAddress() uint32
TEXT ·threadStartAddress(SB), NOSPLIT, $0-4
	MOVL $·threadStart(SB), AX
	MOVL AX, ret+0(FP)
	RET
