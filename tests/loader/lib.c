/* Serial output and the few library functions that are needed. */
#include "loader.h"

static void out(word port, byte v) { __asm__ volatile("outb %0, %w1" : : "a"(v), "d"(port)); }

static byte in(word port)
{
	byte v;
	__asm__ volatile("inb %w1, %0" : "=a"(v) : "d"(port));
	return v;
}

static void put(char c)
{
	while (!(in(0x3fd) & 0x20))
		;
	out(0x3f8, c);
}

void print(const char *s)
{
	for (; *s; s++) {
		if (*s == '\n')
			put('\r');
		put(*s);
	}
}

void print_hex(word v)
{
	for (int shift = 28; shift >= 0; shift -= 4)
		put("0123456789abcdef"[v >> shift & 15]);
}

/* Ends QEMU with status 255, which no kernel uses. */
void fail(const char *why)
{
	print("loader: ");
	print(why);
	print("\n");
	out(0xf4, 0x7f);
	for (;;)
		__asm__ volatile("cli; hlt");
}

void *memcpy(void *to, const void *from, word n)
{
	void *d = to;
	__asm__ volatile("rep movsb" : "+D"(d), "+S"(from), "+c"(n) : : "memory");
	return to;
}

void *memmove(void *to, const void *from, word n)
{
	if ((word)to <= (word)from)
		return memcpy(to, from, n);
	void *d = (byte *)to + n - 1;
	const void *s = (const byte *)from + n - 1;
	__asm__ volatile("std; rep movsb; cld" : "+D"(d), "+S"(s), "+c"(n) : : "memory");
	return to;
}

void *memset(void *to, int c, word n)
{
	void *d = to;
	__asm__ volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(c) : "memory");
	return to;
}

word length(const char *s)
{
	word n = 0;
	while (s[n])
		n++;
	return n;
}

/* option finds the word NAME or NAME=value in a command line, and gives what follows the name; 0 when it is not there. */
const char *option(const char *line, const char *name)
{
	for (word n = length(name);; line++) {
		word i = 0;
		while (i < n && line[i] == name[i])
			i++;
		if (i == n && (line[n] == 0 || line[n] == ' '))
			return line + n;
		if (i == n && line[n] == '=')
			return line + n + 1;
		while (*line && *line != ' ')
			line++;
		if (!*line)
			return 0;
	}
}

/* number reads hexadecimal digits. */
word number(const char *s)
{
	word v = 0;
	for (;; s++) {
		if (*s >= '0' && *s <= '9')
			v = v << 4 | (word)(*s - '0');
		else if (*s >= 'a' && *s <= 'f')
			v = v << 4 | (word)(*s - 'a' + 10);
		else
			return v;
	}
}
