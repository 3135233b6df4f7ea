/* A guest for the tests of the runner: prints its command line, then length and string of every module, then the
 * word "ready". Then it echoes its serial input. The byte '!' in the input or in the command line ends it through
 * the exit device with the value that follows ('0' for 0x10, '1' for 0x11). */

.set COM1, 0x3f8
.set STATUS, COM1 + 5

	.code32
	.text
	.align 4
	.long 0x1BADB002, 3, -(0x1BADB002 + 3)

	.globl _start
_start:
	mov $stack, %esp
	mov %ebx, %ebp
	mov 16(%ebp), %esi
	call line
	mov 20(%ebp), %ecx
	mov 24(%ebp), %edi
next:	test %ecx, %ecx
	jz done
	mov 4(%edi), %eax
	sub (%edi), %eax
	call hex
	mov 8(%edi), %esi
	call line
	add $16, %edi
	dec %ecx
	jmp next
done:	mov $ready, %esi
	call line
	mov 16(%ebp), %esi
scan:	lodsb
	cmp $'!', %al
	je leave
	test %al, %al
	jnz scan
echo:	call get
	cmp $'!', %al
	je typed
	call put
	jmp echo
typed:	call get
	jmp end
leave:	lodsb
end:	sub $'0' - 0x10, %al
	out %al, $0xf4
	hlt

/* get: waits for a byte in AL. */
get:	mov $STATUS, %dx
1:	in %dx, %al
	test $1, %al
	jz 1b
	mov $COM1, %dx
	in %dx, %al
	ret

/* put: sends AL. Changes DX. */
put:	mov $COM1, %dx
	out %al, %dx
	ret

/* line: sends the string at ESI and a line end. */
line:	lodsb
	test %al, %al
	jz 1f
	call put
	jmp line
1:	mov $'\r', %al
	call put
	mov $'\n', %al
	jmp put

/* hex: sends EAX as eight digits and a space. Changes EAX, EBX, EDX. */
hex:	push %ecx
	mov %eax, %ebx
	mov $8, %ecx
1:	rol $4, %ebx
	mov %bl, %al
	and $15, %al
	cmp $10, %al
	jb 2f
	add $'a' - '0' - 10, %al
2:	add $'0', %al
	call put
	loop 1b
	mov $' ', %al
	pop %ecx
	jmp put

	.data
ready:	.asciz "ready"

	.bss
	.skip 4096
stack:
