#include "go_asm.h"
#include "textflag.h"

// Entry points of panics. Compiled code calls them like functions; none returns. Each pushes its reason and
// goes to record, which finds below the reason: the return address, then the arguments.

#define REASON(name, why) \
TEXT name(SB), NOSPLIT|NOFRAME, $0-0	\
	PUSHL	$why			\
	JMP	record<>(SB)

REASON(·panicBounds, const_whyBounds)
REASON(·panicExtend, const_whyExtend)
REASON(·panicdivide, const_whyDivide)
REASON(·panicshift, const_whyShift)
REASON(·panicunsafeslicelen, const_whyUnsafeSliceLen)
REASON(·panicunsafeslicenilptr, const_whyUnsafeSliceNil)
REASON(·panicunsafestringlen, const_whyUnsafeStringLen)
REASON(·panicunsafestringnilptr, const_whyUnsafeStringNil)
REASON(·panicmakeslicelen, const_whyMakeSliceLen)
REASON(·panicmakeslicecap, const_whyMakeSliceCap)
REASON(·panicwrap, const_whyWrap)
REASON(·stackOverflow, const_whyStack)

// func panicrangestate(state int)
TEXT ·panicrangestate(SB), NOSPLIT|NOFRAME, $0-4
	PUSHL	$const_whyRangeState
	JMP	record<>(SB)

// func gopanic(e any)
TEXT ·gopanic(SB), NOSPLIT|NOFRAME, $0-8
	PUSHL	$const_whyValue
	JMP	record<>(SB)

// func panicdottypeE(have, want, inter *abi.Type)
TEXT ·panicdottypeE(SB), NOSPLIT|NOFRAME, $0-12
	PUSHL	$const_whyAssert
	JMP	record<>(SB)

// func panicdottypeI(have *abi.ITab, want, inter *abi.Type)
TEXT ·panicdottypeI(SB), NOSPLIT|NOFRAME, $0-12
	PUSHL	$const_whyAssertI
	JMP	record<>(SB)

// func panicnildottype(want *abi.Type)
TEXT ·panicnildottype(SB), NOSPLIT|NOFRAME, $0-4
	PUSHL	$const_whyAssertNo
	JMP	record<>(SB)

// func throw(what string)
TEXT ·throw(SB), NOSPLIT|NOFRAME, $0-8
	PUSHL	$const_whyText
	JMP	record<>(SB)

// func throwAt(pc uintptr, what string)
//
// The argument takes the place of the return address.
TEXT ·throwAt(SB), NOSPLIT|NOFRAME, $0-12
	POPL	AX
	PUSHL	$const_whyText
	JMP	record<>(SB)

// record fills last, changes to the panic stack and calls report.
//
//	in	0(SP) reason, 4(SP) return address, 8(SP) arguments
//	out	does not return
//
// The call is indirect so that the linker's stack check, which knows no change of stacks, does not add the
// depth of the report to that of every function with a check in it.
TEXT record<>(SB), NOSPLIT|NOFRAME, $0-0
	LOCK
	BTSL	$0, ·dying(SB)
	JCS	again
	POPL	AX
	MOVL	AX, ·last+failure_why(SB)
	POPL	AX
	MOVL	AX, ·last+failure_pc(SB)
	POPL	AX
	MOVL	AX, ·last+failure_args+0(SB)
	POPL	AX
	MOVL	AX, ·last+failure_args+4(SB)
	POPL	AX
	MOVL	AX, ·last+failure_args+8(SB)
	MOVL	$·panicStack+const_panicStackSize(SB), SP
	CLD
	CALL	·onPanicStack(SB)
	MOVL	$·report(SB), AX
	CALL	AX
again:
	CALL	·halt(SB)
	MOVL	$·described(SB), AX		// never reached, but a reference
