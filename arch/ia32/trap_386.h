/*
 * What entry_386.s and small_386.s share.
 *
 * TSS.esp0 always points at the Fast part of the running thread's TCB: hardware frames grow down from there into the
 * Frame part, fast-path fields lie above. Its value is the only record of who runs.
 */
#define ESP0       0xF0800084
#define STACK_END  0xF0C0A000

/* The TCB begins this far below the esp0 value (kernel.TCB asserts it). */
#define TCB_CTX    0x3C0

/*
 * CHECK_GS: GS is looked at before it is loaded: that means a change of its descriptor (RESTORE_GS), because users must not be
 * able to load it (docs/kernel-entry.md). Clobbers AX; RESTORE_GS AX and CX. DS must be the kernel's.
 */
#define CHECK_GS(restore, loaded) \
	MOVW GS, AX; \
	CMPW AX, $0x2B; \
	JNE  restore; \
loaded:
#define RESTORE_GS(restore, loaded) \
restore: \
	MOVL ·gdtView(SB), AX; \
	ORB  $1, 0x2D(AX); \
	MOVL $0x2B, CX; \
	MOVW CX, GS; \
	ANDB $0xFE, 0x2D(AX); \
	MOVL $1, ·repaired(SB); \
	JMP  loaded

/*
 * PROTECTION_BODY: #GP. A data segment that a user has changed may be the cause: the right ones are loaded on the way, here it
 * is noted. AX goes to where PUSHAL will put it. 0x36 is SS:.
 */
#define PROTECTION_BODY(TRAP) \
	PUSHL $13; \
	PUSHL AX; \
	MOVW DS, AX; \
	CMPW AX, $0x23; \
	JNE  changed; \
	MOVW ES, AX; \
	CMPW AX, $0x23; \
	JNE  changed; \
	MOVW FS, AX; \
	CMPW AX, $0x23; \
	JNE  changed; \
	POPL AX; \
	JMP TRAP; \
changed: \
	BYTE $0x36; \
	MOVL $1, ·repaired(SB); \
	POPL AX; \
	JMP TRAP

/*
 * TRAP_BODY: everything that enters through the IDT, after the stub pushed error code and vector.
 *   from user    the frame lies in the running thread's TCB; Go runs on the kernel stack
 *   from idle    recognised by the empty kernel stack below the frame
 *   from kernel  nested fault or interrupt; Go runs below, or on the kernel stack if the fast path was on a TCB
 * SEGMENTS and KEEP load the segment registers at entry and before the return to interrupted kernel code.
 * A user's AC and ID are cleared, they would reach whoever leaves by SYSEXIT.
 * Hardware never lets a user set VM, but QEMU's IRET does. The frame then has four segment registers more: it is moved
 * to its place, and the thread goes on in protected mode, where it belongs.
 */
#define TRAP_BODY(SEGMENTS, KEEP, NESTED, ENTER, IDLE, EXIT) \
	PUSHAL; \
	CLD; \
	SEGMENTS(restore, loaded); \
	MOVL SP, BX; \
	TESTL $0x20000, 48(SP); \
	JNE  virtual; \
	TESTL $3, 44(SP); \
	JEQ  kernel; \
user: \
	MOVL $STACK_END, SP; \
	PUSHL $2; \
	POPFL; \
	SUBL $(TCB_CTX-60), BX; \
	PUSHL BX; \
	CALL ENTER; \
	JMP EXIT; \
virtual: \
	LEAL 16(SP), BX; \
	MOVL 52(SP), DX; \
	MOVL 40(SP), CX; \
	MOVL $0x23, 56(BX); \
	MOVL DX, 52(BX); \
	MOVL $0x202, 48(BX); \
	MOVL $0x1B, 44(BX); \
	MOVL CX, 40(BX); \
	MOVL 36(SP), AX; \
	MOVL AX, 36(BX); \
	MOVL 32(SP), AX; \
	MOVL AX, 32(BX); \
	MOVL $7, CX; \
move: \
	MOVL (SP)(CX*4), AX; \
	MOVL AX, (BX)(CX*4); \
	DECL CX; \
	JPL  move; \
	MOVL BX, SP; \
	JMP  user; \
kernel: \
	CMPL SP, $(STACK_END-52); \
	JEQ  idle; \
	CMPL SP, $const_Window; \
	JCC  nested; \
	MOVL $STACK_END, SP; \
nested: \
	PUSHL BX; \
	SUBL $4, BX; \
	PUSHL BX; \
	CALL NESTED; \
	MOVL 4(SP), SP; \
	KEEP; \
	POPAL; \
	LEAL 8(SP), SP; \
	IRETL; \
idle: \
	MOVL 32(BX), AX; \
	MOVL $STACK_END, SP; \
	PUSHL AX; \
	CALL IDLE; \
	JMP EXIT; \
	RESTORE_GS(restore, loaded)
