/* Loading ELF modules to their physical addresses, with the checks of the stock loader. */
#include "loader.h"

struct ehdr {
	byte ident[16];
	unsigned short type, machine;
	word version, entry, phoff, shoff, flags;
	unsigned short ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
struct phdr {
	word type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

/* Enclosing ranges of the modules loaded so far. */
static struct range loaded[MODULES];
static word loaded_count;

extern byte _end[]; /* of the loader, which begins at 8 MiB */

static int meet(word a, word a_end, word b, word b_end) { return a < b_end && b < a_end; }

/* check refuses a segment that would destroy something that is still needed. */
static void check(word low, word high)
{
	if (meet(low, high, 0x00800000, (word)_end))
		fail("a segment overlaps the loader");
	for (word i = 0; i < module_count; i++)
		if (meet(low, high, modules[i].start, modules[i].end))
			fail("a segment overlaps a module");
	for (word i = 0; i < loaded_count; i++)
		if (meet(low, high, loaded[i].low, loaded[i].high))
			fail("a segment overlaps a loaded module");
}

/* load_elf loads module index and gives its enclosing range and entry point. */
struct range load_elf(word index)
{
	struct module *m = &modules[index];
	struct ehdr *e = (struct ehdr *)m->start;
	if (m->end - m->start < sizeof *e || *(word *)e->ident != 0x464c457f || e->ident[4] != 1 || e->type != 2 || !e->phnum)
		fail("a module is not an ELF32 executable");
	struct range r = { 0xffffffff, 0, e->entry };
	for (word i = 0; i < e->phnum; i++) {
		struct phdr *p = (struct phdr *)(m->start + e->phoff + i * e->phentsize);
		if (p->type != 1 || !p->memsz)
			continue;
		check(p->paddr, p->paddr + p->memsz);
		if (p->paddr < r.low)
			r.low = p->paddr;
		if (p->paddr + p->memsz > r.high)
			r.high = p->paddr + p->memsz;
	}
	for (word i = 0; i < e->phnum; i++) {
		struct phdr *p = (struct phdr *)(m->start + e->phoff + i * e->phentsize);
		if (p->type != 1)
			continue;
		memcpy((void *)p->paddr, (void *)(m->start + p->offset), p->filesz);
		memset((void *)(p->paddr + p->filesz), 0, p->memsz - p->filesz);
	}
	loaded[loaded_count++] = r;
	m->entry = e->entry;
	return r;
}
