/*
 * Multiboot header and the code that runs at physical addresses.
 *
 * Entered by a multiboot loader (EAX = 0x2BADB002, EBX = information) or by a stock L4 loader that has patched the KIP
 * in the image and leaves nothing in registers. In both cases: protected mode, flat segments of unknown selectors,
 * paging off, interrupts off, ESP unusable, .bss zeroed by the ELF loader.
 *
 * Saves what the loader gave before anything can be overwritten, maps the first 4 MiB twice (at 0 and at the
 * window) by a 4 KiB page table, for which every processor is good enough, and enters Go (main, arch/ia32) with EAX = address of
 * the table of static areas. All decisions are made in Go (kernel/boot.go).
 */
#define WINDOW 0xD0000000
#define PHYS(x) ((x) - WINDOW)

	.section .boot, "awx"
	.code32
	.balign 4
multiboot_header:
	.long	0x1BADB002
	.long	0x00000003		/* page-aligned modules, memory information */
	.long	-(0x1BADB002 + 0x00000003)

	.globl	_start
_start:
	cli
	cld
	movl	%eax, PHYS(boot_block)
	movl	%ebx, PHYS(boot_block) + 4

	/* A patched KIP (sigma0.high not 0) decides: then registers mean nothing. */
	cmpl	$0, PHYS(kip_page) + 0x2C
	jne	2f
	cmpl	$0x2BADB002, %eax
	jne	2f
	movl	%ebx, %esi
	movl	$PHYS(boot_block) + 16, %edi
	movl	$32, %ecx
	rep movsl
	testl	$4, PHYS(boot_block) + 16	/* flags: command line valid */
	jz	2f
	movl	PHYS(boot_block) + 16 + 16, %esi
	testl	%esi, %esi
	jz	2f
	movl	$PHYS(boot_block) + 16 + 128, %edi
	movl	$1023, %ecx			/* the block's last byte stays 0 */
1:	lodsb
	testb	%al, %al
	jz	2f
	stosb
	loop	1b
2:
	/* Page table: physical 0..4 MiB, writable; kernel code protects itself later. */
	movl	$PHYS(boot_pt), %edi
	movl	$0x003, %eax
	movl	$1024, %ecx
3:	stosl
	addl	$0x1000, %eax
	loop	3b
	movl	$PHYS(boot_pt) + 3, %eax
	movl	%eax, PHYS(boot_pd)
	movl	%eax, PHYS(boot_pd) + (WINDOW >> 20)

	lgdt	boot_gdt_operand
	movl	$PHYS(boot_pd), %eax
	movl	%eax, %cr3
	movl	%cr0, %eax
	orl	$0x80010000, %eax		/* PG, WP */
	movl	%eax, %cr0
	ljmp	$0x08, $high_start

	.balign 8
boot_gdt:
	.quad	0
	.quad	0x00CF9A000000FFFF
	.quad	0x00CF92000000FFFF
boot_gdt_operand:
	.word	23
	.long	boot_gdt

	.text
high_start:
	movl	$0x10, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	lldt	%ax
	movl	$fault_stack_top, %esp		/* the kernel stack is for entries; nothing else needs this one yet */
	pushl	$2
	popfl
	movl	$static_areas, %eax
	jmp	main

	/* In the order of arch/ia32/static.go. */
	.section .rodata
	.balign 4
static_areas:
	.long	master_pd
	.long	window_pt
	.long	io_pt
	.long	word_pt
	.long	word_page
	.long	tss_page
	.long	deny_page
	.long	zero_page
	.long	kernel_stack
	.long	kernel_stack_top
	.long	kip_page
	.long	text_start
	.long	rodata_end
	.long	kernel_end
	.long	boot_block
	.long	fault_stack_top
	.long	info_page
	.long	gdt_pages

	.section .bss
	.balign 4096
boot_pd:	.skip	4096
boot_pt:	.skip	4096
	.globl	master_pd, window_pt, io_pt, word_pt, word_page, tss_page, deny_page, zero_page
master_pd:	.skip	4096
window_pt:	.skip	4096
io_pt:		.skip	4096
word_pt:	.skip	4096
word_page:	.skip	4096
tss_page:	.skip	4096
deny_page:	.skip	4096
zero_page:	.skip	4096
info_page:	.skip	4096
gdt_pages:	.skip	8192
	.globl	kernel_stack, kernel_stack_top, fault_stack, fault_stack_top
kernel_stack:	.skip	8192
kernel_stack_top:
fault_stack:	.skip	4096
fault_stack_top:
boot_block:	.skip	16 + 128 + 1024

	.section .note.GNU-stack, "", @progbits
