/*
 * The kernel interface page (abi 3) and the user-level system-call stubs (abi 4.1).
 *
 * One page, mapped read-only and executable into every space; stubs are position independent. A stock loader
 * finds the page by its magic word and patches server and memory fields before the kernel runs, so everything it
 * looks at is initialised here. The kernel fills in the rest at boot (kernel/kip.go).
 *
 * Stubs run at user level with [ESP] = return address and must return with ESP + 4. Ipc costs four instructions: it
 * hands return address and stack pointer to the kernel in EBX and EBP, which carry nothing on input.
 */
#define MEMORY_DESCRIPTORS 0x400
#define CAPACITY 128

	.section .kip, "awx"
	.balign 4096
	.globl	kip_page
kip_page:
	.byte	0x4C, 0x34, 0xE6, 0x4B		/* 0x00 magic */
	.long	0x84050000			/* 0x04 API version X.2 */
	.long	0				/* 0x08 API flags: little endian, 32 bit */
	.long	kernel_description - kip_page	/* 0x0C */
	.org	kip_page + 0x54
	.long	(MEMORY_DESCRIPTORS << 16) + CAPACITY
	.org	kip_page + 0xA8
	.long	0x000C2401			/* UtcbInfo: 512 bytes, area at least one page */
	.long	0x0000000C			/* KipAreaInfo: 4 KiB */
	.org	kip_page + 0xBC
	.long	processor_descriptors - kip_page
	.long	0				/* 0xC0 ClockInfo */
	.long	0x03001012			/* 0xC4 ThreadInfo: 18 bits; bases for 8259s: kernel/id.go */
	.long	0x00401006			/* 0xC8 PageInfo: 4 KiB and 4 MiB; r and w */
	.long	0x40000000			/* 0xCC ProcessorInfo: one, 16-byte descriptors */
	.long	stub_space_control - kip_page	/* 0xD0 */
	.long	stub_thread_control - kip_page
	.long	stub_processor_control - kip_page
	.long	stub_memory_control - kip_page
	.long	stub_ipc - kip_page		/* 0xE0 */
	.long	stub_ipc - kip_page		/* Lipc is Ipc */
	.long	stub_unmap - kip_page
	.long	stub_exchange_registers - kip_page
	.long	stub_system_clock - kip_page	/* 0xF0 */
	.long	stub_thread_switch - kip_page
	.long	stub_schedule - kip_page
	.org	kip_page + 0x120
processor_descriptors:
	.skip	16				/* external, internal kHz: kernel/kip.go */
clock_multiplier:	.long 0			/* 0x130: microseconds = TSC * multiplier >> (32 + shift) */
clock_shift:		.long 0

	.org	kip_page + 0x200
kernel_description:
	.long	0x50010000			/* kernel ID */
	.long	(26 << 9) | (11 << 5) | 23	/* generation date */
	.long	0x00010000			/* version 0.1.0 */
	.ascii	"Pecn"
	.asciz	"Pecan 0.1, an L4 X.2 microkernel for ia32"
	.byte	0				/* empty feature list (abi 3.6) */

	.org	kip_page + MEMORY_DESCRIPTORS
	.skip	CAPACITY * 8

	.org	kip_page + 0x800
	.balign 32
stub_ipc:
	movl	%esi, (%edi)
	popl	%ebx
	movl	%esp, %ebp
	sysenter

	.balign 16
stub_exchange_registers:
	int	$0x30
	ret
	.balign 16
stub_thread_control:
	int	$0x31
	ret
	.balign 16
stub_thread_switch:
	int	$0x32
	ret
	.balign 16
stub_schedule:
	int	$0x33
	ret
	.balign 16
stub_unmap:
	movl	%esi, (%edi)
	int	$0x34
	movl	(%edi), %esi
	ret
	.balign 16
stub_space_control:
	int	$0x35
	ret
	.balign 16
stub_processor_control:
	int	$0x36
	ret
	.balign 16
stub_memory_control:
	movl	%esi, (%edi)
	int	$0x37
	ret

	/* EDX:EAX = microseconds; ESI, EDI are scratch, everything else is kept. */
	.balign 16
stub_system_clock:
	pushl	%ecx
	pushl	%ebx
	call	1f
1:	popl	%ebx
	andl	$~0xFFF, %ebx
	rdtsc
	movl	%edx, %esi
	movl	clock_multiplier - kip_page(%ebx), %edi
	mull	%edi
	movl	%esi, %eax
	movl	%edx, %esi
	mull	%edi
	addl	%esi, %eax
	adcl	$0, %edx
	movl	clock_shift - kip_page(%ebx), %ecx
	shrdl	%cl, %edx, %eax
	shrl	%cl, %edx
	popl	%ebx
	popl	%ecx
	ret

	/*
	 * Where SYSEXIT goes while segments are limited (docs/small-spaces.md): from its flat SS and CS to those of the space.
	 * Place, length and the far pointer's address are ia32.TrampolineAt, TrampolineSize and FarAt. EDX is scratch.
	 */
	.org	kip_page + 0xF00
	movl	$0x23, %edx
	movl	%edx, %ss
	ljmp	*%cs:0xF0C00008

	.org	kip_page + 0x1000

	.section .note.GNU-stack, "", @progbits
