#include "go_asm.h"
#include "textflag.h"

// System calls: stubs that load the registers of abi 4.2 and call the kernel interface page.
//
// Entry points are kept in a table. At the start every slot holds the address of a routine that finds the kernel
// interface page, fills in the whole table and goes on to the entry point proper, with all registers as they were. So
// there is nothing to initialise, and a call costs one indirect call. The table holds absolute addresses: programs that
// run one image in several spaces give the kernel interface page the same address in all of them.

#define SPACE_CONTROL      0
#define THREAD_CONTROL     4
#define PROCESSOR_CONTROL  8
#define MEMORY_CONTROL     12
#define IPC                16
#define LIPC               20
#define UNMAP              24
#define EXCHANGE_REGISTERS 28
#define SYSTEM_CLOCK       32
#define THREAD_SWITCH      36
#define SCHEDULE           40
#define LINKS              0xD0 // of the first of them in the page

// Instructions that the assembler does not have.
#define KERNEL_INTERFACE BYTE $0xF0; BYTE $0x90
#define CALL_AT_SP       BYTE $0xFF; BYTE $0x14; BYTE $0x24 // call [esp]: all seven registers carry arguments
#define PLAIN_RET        BYTE $0xC3

DATA entry<>+SPACE_CONTROL(SB)/4, $firstSpaceControl<>(SB)
DATA entry<>+THREAD_CONTROL(SB)/4, $firstThreadControl<>(SB)
DATA entry<>+PROCESSOR_CONTROL(SB)/4, $firstProcessorControl<>(SB)
DATA entry<>+MEMORY_CONTROL(SB)/4, $firstMemoryControl<>(SB)
DATA entry<>+IPC(SB)/4, $firstIpc<>(SB)
DATA entry<>+LIPC(SB)/4, $firstLipc<>(SB)
DATA entry<>+UNMAP(SB)/4, $firstUnmap<>(SB)
DATA entry<>+EXCHANGE_REGISTERS(SB)/4, $firstExchangeRegisters<>(SB)
DATA entry<>+SYSTEM_CLOCK(SB)/4, $firstSystemClock<>(SB)
DATA entry<>+THREAD_SWITCH(SB)/4, $firstThreadSwitch<>(SB)
DATA entry<>+SCHEDULE(SB)/4, $firstSchedule<>(SB)
GLOBL entry<>(SB), NOPTR, $44

// connect fills in the table. In: nothing. All registers kept.
TEXT connect<>(SB), NOSPLIT|NOFRAME, $0-0
	PUSHAL
	KERNEL_INTERFACE // AX = page; CX, DX, SI are results too
	MOVL $0, CX
next:
	MOVL LINKS(AX)(CX*1), DX
	ADDL AX, DX
	MOVL DX, entry<>(SB)(CX*1)
	ADDL $4, CX
	CMPL CX, $44
	JNE  next
	POPAL
	PLAIN_RET

// A slot's first call: fill in the table, then jump through the slot by way of the stack.
#define FIRST(name, slot) \
TEXT name<>(SB), NOSPLIT|NOFRAME, $0-0; \
	CALL  connect<>(SB); \
	PUSHL entry<>+slot(SB); \
	PLAIN_RET

FIRST(firstSpaceControl, SPACE_CONTROL)
FIRST(firstThreadControl, THREAD_CONTROL)
FIRST(firstProcessorControl, PROCESSOR_CONTROL)
FIRST(firstMemoryControl, MEMORY_CONTROL)
FIRST(firstIpc, IPC)
FIRST(firstLipc, LIPC)
FIRST(firstUnmap, UNMAP)
FIRST(firstExchangeRegisters, EXCHANGE_REGISTERS)
FIRST(firstSystemClock, SYSTEM_CLOCK)
FIRST(firstThreadSwitch, THREAD_SWITCH)
FIRST(firstSchedule, SCHEDULE)

// func kernelInterface() (page, version, flags, kernel uint32)
//
// in:  nothing
// out: AX page, CX API version, DX API flags, SI kernel ID
TEXT ·kernelInterface(SB), NOSPLIT, $0-16
	KERNEL_INTERFACE
	MOVL AX, page+0(FP)
	MOVL CX, version+4(FP)
	MOVL DX, flags+8(FP)
	MOVL SI, kernel+12(FP)
	RET

// func utcbReferencePoint() uint32
TEXT ·utcbReferencePoint(SB), NOSPLIT, $0-4
	MOVL 0(GS), AX
	MOVL AX, ret+0(FP)
	RET

// func Ipc(to, from ThreadID, timeouts Timeouts, tag MsgTag) (sender ThreadID, result MsgTag)
//
// in:  AX to, CX timeouts, DX from, SI MR0, DI UTCB
// out: AX sender, SI MR0, BX MR1, BP MR2, DI UTCB; CX, DX lost
// With a receive phase BX and BP are stored back to MR1 and MR2, as the C library does: the kernel returns them in
// registers and need not have written them to memory.
TEXT ·Ipc(SB), NOSPLIT, $0-24
	MOVL entry<>+IPC(SB), BX
	JMP  ipc<>(SB)

// func Lipc(to, from ThreadID, timeouts Timeouts, tag MsgTag) (sender ThreadID, result MsgTag)
TEXT ·Lipc(SB), NOSPLIT, $0-24
	MOVL entry<>+LIPC(SB), BX
	JMP  ipc<>(SB)

TEXT ipc<>(SB), NOSPLIT, $0-24
	MOVL to+0(FP), AX
	MOVL from+4(FP), DX
	MOVL timeouts+8(FP), CX
	MOVL tag+12(FP), SI
	MOVL 0(GS), DI
	CALL BX
	MOVL AX, sender+16(FP)
	MOVL SI, result+20(FP)
	CMPL from+4(FP), $0
	JEQ  done
	MOVL BX, 4(DI)
	MOVL BP, 8(DI)
done:
	RET

// func unmap(control, mr0 uint32) uint32
//
// in:  AX control, SI MR0, DI UTCB
// out: SI MR0; AX, DX, DI, BX, BP lost
TEXT ·unmap(SB), NOSPLIT, $0-12
	MOVL control+0(FP), AX
	MOVL mr0+4(FP), SI
	MOVL 0(GS), DI
	MOVL entry<>+UNMAP(SB), CX
	CALL CX
	MOVL SI, ret+8(FP)
	RET

// func exchangeRegisters(dest ThreadID, r *exchange) ThreadID
//
// in:  AX dest, CX control, DX SP, SI IP, DI flags, BX handle, BP pager
// out: the same registers: AX the other ID, the rest old values
TEXT ·exchangeRegisters(SB), NOSPLIT, $4-12
	MOVL entry<>+EXCHANGE_REGISTERS(SB), AX
	MOVL AX, 0(SP)
	MOVL r+4(FP), BP
	MOVL exchange_control(BP), CX
	MOVL exchange_sp(BP), DX
	MOVL exchange_ip(BP), SI
	MOVL exchange_flags(BP), DI
	MOVL exchange_handle(BP), BX
	MOVL exchange_pager(BP), BP
	MOVL dest+0(FP), AX
	CALL_AT_SP
	MOVL AX, ret+8(FP)
	MOVL r+4(FP), AX
	MOVL CX, exchange_control(AX)
	MOVL DX, exchange_sp(AX)
	MOVL SI, exchange_ip(AX)
	MOVL DI, exchange_flags(AX)
	MOVL BX, exchange_handle(AX)
	MOVL BP, exchange_pager(AX)
	RET

// func threadControl(dest, space, scheduler, pager ThreadID, utcb UTCBLocation) uint32
//
// in:  AX dest, CX pager, DX scheduler, SI space, DI UTCB location
// out: AX 1 or 0; all others lost
TEXT ·threadControl(SB), NOSPLIT, $0-24
	MOVL entry<>+THREAD_CONTROL(SB), BX
	MOVL dest+0(FP), AX
	MOVL space+4(FP), SI
	MOVL scheduler+8(FP), DX
	MOVL pager+12(FP), CX
	MOVL utcb+16(FP), DI
	CALL BX
	MOVL AX, ret+20(FP)
	RET

// func spaceControl(space ThreadID, control uint32, kip, utcbs Fpage, redirector ThreadID) (result, old uint32)
//
// in:  AX space, CX control, DX KIP area, SI UTCB area, DI redirector
// out: AX 1 or 0, CX old control; all others lost
TEXT ·spaceControl(SB), NOSPLIT, $0-28
	MOVL entry<>+SPACE_CONTROL(SB), BX
	MOVL space+0(FP), AX
	MOVL control+4(FP), CX
	MOVL kip+8(FP), DX
	MOVL utcbs+12(FP), SI
	MOVL redirector+16(FP), DI
	CALL BX
	MOVL AX, result+20(FP)
	MOVL CX, old+24(FP)
	RET

// func schedule(dest ThreadID, time, processor, priority, preemption uint32) (state, old uint32, used uint64)
//
// in:  AX dest, CX priority, DX time, SI processor, DI preemption
// out: AX state, DX old time, SI and DI (Pecan only) time used; all others lost
TEXT ·schedule(SB), NOSPLIT, $0-36
	MOVL entry<>+SCHEDULE(SB), BX
	MOVL dest+0(FP), AX
	MOVL time+4(FP), DX
	MOVL processor+8(FP), SI
	MOVL priority+12(FP), CX
	MOVL preemption+16(FP), DI
	CALL BX
	MOVL AX, state+20(FP)
	MOVL DX, old+24(FP)
	MOVL SI, used_lo+28(FP)
	MOVL DI, used_hi+32(FP)
	RET

// func ThreadSwitch(dest ThreadID)
//
// in:  AX dest
// out: nothing
TEXT ·ThreadSwitch(SB), NOSPLIT, $0-4
	MOVL entry<>+THREAD_SWITCH(SB), CX
	MOVL dest+0(FP), AX
	CALL CX
	RET

// func SystemClock() uint64
//
// in:  nothing
// out: DX:AX microseconds; SI, DI lost
TEXT ·SystemClock(SB), NOSPLIT, $0-8
	MOVL entry<>+SYSTEM_CLOCK(SB), CX
	CALL CX
	MOVL AX, ret_lo+0(FP)
	MOVL DX, ret_hi+4(FP)
	RET

// func processorControl(processor, internal, external, voltage uint32) uint32
//
// in:  AX processor, CX internal kHz, DX external kHz, SI millivolts
// out: AX 1 or 0; all others lost
TEXT ·processorControl(SB), NOSPLIT, $0-20
	MOVL entry<>+PROCESSOR_CONTROL(SB), BX
	MOVL processor+0(FP), AX
	MOVL internal+4(FP), CX
	MOVL external+8(FP), DX
	MOVL voltage+12(FP), SI
	CALL BX
	MOVL AX, ret+16(FP)
	RET

// func memoryControl(control uint32, a0, a1, a2, a3 Attribute, mr0 uint32) uint32
//
// in:  AX control, CX, DX, BX, BP attributes 0 to 3, SI MR0, DI UTCB
// out: AX 1 or 0; all others lost
TEXT ·memoryControl(SB), NOSPLIT, $4-28
	MOVL entry<>+MEMORY_CONTROL(SB), AX
	MOVL AX, 0(SP)
	MOVL control+0(FP), AX
	MOVL a0+4(FP), CX
	MOVL a1+8(FP), DX
	MOVL a2+12(FP), BX
	MOVL a3+16(FP), BP
	MOVL mr0+20(FP), SI
	MOVL 0(GS), DI
	CALL_AT_SP
	MOVL AX, ret+24(FP)
	RET
