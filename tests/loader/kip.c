/* Finding the kernel interface page and writing into it what the stock loader writes. */
#include "loader.h"

enum {
	SIGMA0 = 0x20, ROOT = 0x40, MEMORY_INFO = 0x54, BOOT_INFO = 0xb8, PAGE_INFO = 0xc8,
	CONVENTIONAL = 1, RESERVED = 2, SHARED = 4, BOOT_TABLE = 0x1e, SERVER = 0x2e, MODULE = 0x3e, ARCH = 0xf,
	KERNEL_HEAP = 16 << 20,
	HEAP_TOP = 240 << 20,
};

/* find_kip scans for the magic word; the first hit wins. */
word find_kip(word start, word end)
{
	for (word a = start & ~0xfff; a + 4 <= end; a += 4)
		if (*(word *)a == 0x4be6344c) {
			if (!*(word *)(a + 4))
				fail("the KIP has no API version");
			if (!(*(word *)(a + MEMORY_INFO) >> 16))
				fail("the KIP has no place for memory descriptors");
			if (!*(word *)(a + PAGE_INFO))
				fail("the KIP has no page sizes");
			return a;
		}
	fail("there is no KIP");
}

static word *slot;
static word count;

/* add appends the descriptor of [low, last]. */
static void add(word type, word low, word last)
{
	*slot++ = (low & ~0x3ff) | type;
	*slot++ = last & ~0x3ff;
	count++;
}

/* heap finds the kernel's heap: at the top of the first usable region that is big enough, below 240 MiB. */
static word heap(void)
{
	for (word a = mbi->mmap_addr; a < mbi->mmap_addr + mbi->mmap_length;) {
		struct mmap *e = (struct mmap *)a;
		a += e->size + 4;
		dword end = e->base + e->length;
		if (end > HEAP_TOP)
			end = HEAP_TOP;
		if (e->type == 1 && e->base + KERNEL_HEAP <= end)
			return ((word)end - KERNEL_HEAP) & ~0xfff;
	}
	fail("no room for the kernel heap");
}

static void server(word kip, word fields, struct range r)
{
	*(word *)(kip + fields + 4) = r.entry;
	*(word *)(kip + fields + 8) = r.low;
	*(word *)(kip + fields + 12) = r.high;
}

/* describe fills in the servers, the memory descriptors and the boot information. */
void describe(word kip, struct range sigma0, struct range root)
{
	word info = *(word *)(kip + MEMORY_INFO);
	slot = (word *)(kip + (info >> 16));
	if ((info & 0xffff) < 16 + module_count)
		fail("the KIP has too few memory descriptors");

	add(SHARED, 0, 0xffffffff);
	for (word a = mbi->mmap_addr; a < mbi->mmap_addr + mbi->mmap_length;) {
		struct mmap *e = (struct mmap *)a;
		a += e->size + 4;
		if (e->base >> 32 || !e->length)
			continue;
		add((e->type == 1 ? CONVENTIONAL : ARCH) | (e->type & 15) << 4, e->base, e->base + e->length - 1);
	}
	word h = heap();
	if (!option((const char *)mbi->cmdline, "noheap"))
		add(RESERVED, h, h + KERNEL_HEAP - 1);
	add(SHARED, 0xa0000, 0xbffff);
	add(SHARED, 0xc0000, 0xeffff);
	/* As the stock loader does, the exclusive end is passed for an inclusive one. */
	add(SERVER, sigma0.low, sigma0.high);
	add(SERVER, root.low, root.high);
	for (word i = 3; i < module_count; i++)
		add(MODULE, modules[i].start, modules[i].end - 1);
	word copy, size;
	word info_page = place_bootinfo(h, sigma0, root, &copy, &size);
	add(BOOT_TABLE, info_page, info_page + 0xfff);
	add(BOOT_TABLE, copy, copy + size - 1);

	server(kip, SIGMA0, sigma0);
	server(kip, ROOT, root);
	*(word *)(kip + BOOT_INFO) = info_page;
	*(word *)(kip + MEMORY_INFO) = (info & 0xffff0000) | count;
}
