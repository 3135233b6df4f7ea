//go:build !pecan_kernel

#include "go_asm.h"
#include "textflag.h"

// main is the ELF entry of a user program (_start in the linker script), and the root that cmd/link wants.
//
//	in	gs:0 = address of the UTCB
//
// It makes the first stack and the first g, and calls start, which does not return.
TEXT main(SB), NOSPLIT|NOFRAME, $0-0
	MOVL	$·mainStack+const_mainStackSize(SB), SP
	CLD
	MOVL	$·mainG(SB), AX
	MOVL	$·mainStack(SB), CX
	MOVL	CX, g_stackLo(AX)
	ADDL	$const_stackGuard, CX
	MOVL	CX, g_stackguard0(AX)
	MOVL	$·mainStack+const_mainStackSize(SB), CX
	MOVL	CX, g_stackHi(AX)
	MOVL	TLS, CX
	MOVL	AX, 0(CX)(TLS*1)
	CALL	·start(SB)
	JMP	·halt(SB)

// func callTask(pc uintptr)
//
// Calls the function without arguments at pc: package initialisers are known by address only.
TEXT ·callTask(SB), NOSPLIT, $0-4
	MOVL	pc+0(FP), AX
	CALL	AX
	RET

// func halt()
//
// An undefined instruction: whoever handles the thread's exceptions hears of it, and the thread stops.
TEXT ·halt(SB), NOSPLIT|NOFRAME, $0-0
stop:
	BYTE	$0x0F; BYTE $0x0B
	JMP	stop

// onPanicStack gives the thread a g without stack checks: it has left the stack that its own g describes.
TEXT ·onPanicStack(SB), NOSPLIT|NOFRAME, $0-0
	MOVL	TLS, CX
	MOVL	$·panicG(SB), AX
	MOVL	AX, 0(CX)(TLS*1)
	RET

// morestack is called by the prologue of a function that finds the stack exhausted, before it made its frame.
// The return address is in that function.
TEXT runtime·morestack(SB), NOSPLIT|NOFRAME, $0-0
	JMP	·stackOverflow(SB)

// morestack_noctxt is the same for functions that are no closures.
TEXT runtime·morestack_noctxt(SB), NOSPLIT|NOFRAME, $0-0
	JMP	·stackOverflow(SB)

// func heapBounds() (start, end uintptr)
TEXT ·heapBounds(SB), NOSPLIT, $0-8
	MOVL	$heap_start(SB), AX
	MOVL	AX, start+0(FP)
	MOVL	$heap_end(SB), AX
	MOVL	AX, end+4(FP)
	RET

// func timestamp() uint64
TEXT ·timestamp(SB), NOSPLIT, $0-8
	RDTSC
	MOVL	AX, ret_lo+0(FP)
	MOVL	DX, ret_hi+4(FP)
	RET


// func deferreturn()
//
// The compiler calls it at the end of a function that defers; the argument is that function's stack pointer, by
// which its records are known.
TEXT ·deferreturn(SB), NOSPLIT, $4-0
	MOVL	SP, AX
	ADDL	$8, AX			// above our frame and the return address
	MOVL	AX, 0(SP)
	CALL	·runDeferred(SB)
	RET

// func memhash_varlen(p unsafe.Pointer, h uintptr) uintptr
//
// The compiler passes the size in the closure: DX -> { code, size }.
TEXT ·memhash_varlen(SB), NOSPLIT, $16-12
	MOVL	p+0(FP), AX
	MOVL	AX, 0(SP)
	MOVL	h+4(FP), AX
	MOVL	AX, 4(SP)
	MOVL	4(DX), AX
	MOVL	AX, 8(SP)
	CALL	·memhash(SB)
	MOVL	12(SP), AX
	MOVL	AX, ret+8(FP)
	RET
