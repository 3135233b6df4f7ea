//go:build pecan_kernel

#include "textflag.h"

// func halt()
TEXT ·halt(SB), NOSPLIT|NOFRAME, $0-0
stop:
	CLI
	HLT
	JMP	stop

// onPanicStack prepares for Go code on the panic stack. The kernel checks no stack: nothing to do.
TEXT ·onPanicStack(SB), NOSPLIT|NOFRAME, $0-0
	CLI
	RET
