/* The boot information page and the copy of the multiboot information. */
#include "loader.h"

/* string appends a string at *at, padded to a word, and moves *at behind it. */
static word string(word *at, const char *s)
{
	word here = *at, n = (length(s) + 4) & ~3u;
	memset((void *)here, 0, n);
	memcpy((void *)here, s, length(s));
	*at += n;
	return here;
}

/* record begins a record of the given type and size at *at. */
static word *record(word *at, word type, word size)
{
	word *r = (word *)*at;
	memset(r, 0, size);
	r[0] = type;
	r[1] = 1;
	*at += size;
	return r;
}

static void executable(word *at, struct range range, const char *line)
{
	word *r = record(at, 2, 64);
	r[3] = r[4] = range.low;
	r[5] = range.high - range.low;
	r[12] = range.entry;
	r[13] = 1; /* 32 bits */
	r[15] = string(at, line) - (word)r;
	r[2] = *at - (word)r;
}

/* copy_mbi writes the multiboot information, its modules, strings and memory map to one place, and gives the length. */
static word copy_mbi(word to, struct range sigma0, struct range root)
{
	struct mbi *m = (struct mbi *)to;
	word at = to + sizeof *m;
	memcpy(m, mbi, sizeof *m);
	struct module *list = (struct module *)at;
	memcpy(list, modules, module_count * sizeof *list);
	at += module_count * sizeof *list;
	list[1].start = sigma0.low, list[1].end = sigma0.high;
	list[2].start = root.low, list[2].end = root.high;
	for (word i = 0; i < module_count; i++)
		list[i].string = string(&at, (const char *)modules[i].string);
	m->mods_addr = (word)list;
	m->cmdline = list[2].string; /* the root task's replaces the loader's own */
	memcpy((void *)at, (void *)mbi->mmap_addr, mbi->mmap_length);
	m->mmap_addr = at;
	return at + mbi->mmap_length - to;
}

/* place_bootinfo builds both below the given address. Gives the boot information; *copy and *size tell about the other. */
word place_bootinfo(word below, struct range sigma0, struct range root, word *copy, word *size)
{
	word page = below - 0x1000, at = page + 32;
	word *head = (word *)page;
	*copy = page - 0x2000;
	*size = (copy_mbi(*copy, sigma0, root) + 0xfff) & ~0xfffu;

	memset(head, 0, 0x1000);
	executable(&at, sigma0, (const char *)modules[1].string);
	executable(&at, root, (const char *)modules[2].string);
	for (word i = 3; i < module_count; i++) {
		word *r = record(&at, 1, 24);
		r[3] = modules[i].start;
		r[4] = modules[i].end - modules[i].start;
		r[5] = string(&at, (const char *)modules[i].string) - (word)r;
		r[2] = at - (word)r;
	}
	word *r = record(&at, 0x102, 16);
	r[2] = 16;
	r[3] = *copy;
	if (at > below || *size > 0x2000)
		fail("the boot information is too long");

	head[0] = 0x14b0021d;
	head[1] = 1;
	head[2] = at - page;
	head[3] = 32;
	head[4] = module_count; /* sigma0, root, modules 3.., multiboot information: module 0 is not recorded */
	return page;
}
