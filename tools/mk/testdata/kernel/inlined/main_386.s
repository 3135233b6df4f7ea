#include "textflag.h"

TEXT main(SB), NOSPLIT|NOFRAME, $0-0
	CALL	·main(SB)
	HLT
