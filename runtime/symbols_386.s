#include "textflag.h"

// Addresses that the linker script defines.

// func linesStart() uintptr
TEXT ·linesStart(SB), NOSPLIT, $0-4
	MOVL	$lines_start(SB), AX
	MOVL	AX, ret+0(FP)
	RET

// func linesEnd() uintptr
TEXT ·linesEnd(SB), NOSPLIT, $0-4
	MOVL	$lines_end(SB), AX
	MOVL	AX, ret+0(FP)
	RET

// func textStart() uintptr
TEXT ·textStart(SB), NOSPLIT, $0-4
	MOVL	$text_start(SB), AX
	MOVL	AX, ret+0(FP)
	RET
