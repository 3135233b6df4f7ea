#include "textflag.h"

// main is where start.S enters.
TEXT main(SB), NOSPLIT|NOFRAME, $0-0
	CALL	·main(SB)
	MOVL	$page(SB), AX
	HLT
