/* A stand-in for a stock L4 loader, for the tests. It is the multiboot kernel; its modules are the L4 kernel, sigma0, the
 * root task, and any others. It does what such loaders do to a kernel that knows nothing about multiboot: loads the three,
 * finds the kernel interface page in the kernel's image, writes the servers and the memory map into it, and jumps.
 *
 * Options on its command line (numbers are hexadecimal):
 *   magic      enter with the multiboot magic in EAX and garbage in EBX, as another loader does
 *   high=ADDR  first move the modules behind the root task to ADDR
 *   nopatch    leave the KIP as it is
 *   noheap     reserve no memory for the kernel
 */
#include "loader.h"

struct mbi *mbi;
struct module modules[MODULES];
word module_count;

static void move_high(word to)
{
	for (word i = module_count; i-- > 3;) {
		word n = modules[i].end - modules[i].start;
		word at = to;
		for (word k = 3; k < i; k++)
			at += (modules[k].end - modules[k].start + 0xfff) & ~0xfffu;
		memmove((void *)at, (void *)modules[i].start, n);
		modules[i].start = at;
		modules[i].end = at + n;
	}
}

void load(struct mbi *info)
{
	mbi = info;
	module_count = mbi->mods_count;
	if (module_count < 3 || module_count > MODULES)
		fail("give the kernel, sigma0 and the root task as modules");
	memcpy(modules, (void *)mbi->mods_addr, module_count * sizeof modules[0]);
	const char *line = (const char *)mbi->cmdline, *value;
	if ((value = option(line, "high")))
		move_high(number(value));

	find_kip(modules[0].start, modules[0].end); /* the stock loader wants to see it in the file already */
	struct range kernel = load_elf(0), sigma0 = load_elf(1), root = load_elf(2);
	word kip = find_kip(kernel.low, kernel.high);
	if (!option(line, "nopatch"))
		describe(kip, sigma0, root);
	print("loader: kernel at ");
	print_hex(kernel.low);
	print(", KIP at ");
	print_hex(kip);
	print(", entry ");
	print_hex(kernel.entry);
	print("\n");
	if (option(line, "magic"))
		enter(kernel.entry, 0x2badb002, 0xfffffff0);
	enter(kernel.entry, 0xcafe1234, 0xfffffff0);
}
