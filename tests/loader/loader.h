/* The stand-in for a stock L4 loader: what its parts share. */

typedef unsigned char byte;
typedef unsigned int word;
typedef unsigned long long dword;

/* Multiboot 1, as far as used. */
struct mbi {
	word flags, mem_lower, mem_upper, boot_device, cmdline, mods_count, mods_addr;
	word syms[4];
	word mmap_length, mmap_addr;
	word rest[18];
};
struct module {
	word start, end, string, entry; /* entry: reserved; the loader keeps the ELF entry here */
};
struct mmap {
	word size; /* of what follows */
	dword base, length;
	word type;
} __attribute__((packed));

enum { MODULES = 32 };

/* What is known after loading. */
struct range { word low, high, entry; }; /* [low, high), entry point */

extern struct mbi *mbi;
extern struct module modules[MODULES];
extern word module_count;

/* lib.c */
void print(const char *s);
void print_hex(word v);
void fail(const char *why) __attribute__((noreturn));
void *memcpy(void *to, const void *from, word n);
void *memmove(void *to, const void *from, word n);
void *memset(void *to, int c, word n);
word length(const char *s);
const char *option(const char *command_line, const char *name);
word number(const char *s);

/* elf.c */
struct range load_elf(word index);

/* kip.c */
word find_kip(word start, word end);
void describe(word kip, struct range sigma0, struct range root);

/* bootinfo.c */
word place_bootinfo(word below, struct range sigma0, struct range root, word *mbi_copy, word *mbi_size);

void enter(word entry, word eax, word ebx) __attribute__((noreturn));
