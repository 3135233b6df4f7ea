/*
 * A QEMU plugin that measures how long the kernel keeps interrupts off: instructions from its entry, or from the last
 * point where it lets interrupts in, to the next such point or to user level. It knows a kernel by its addresses.
 *
 *   -plugin plugin.so,window=ADDRESS
 *
 * After the machine's end it prints "stretch N FROM TO": the longest stretch in instructions, and the addresses of its first and
 * last instruction. A repeated string instruction counts once; its longest is printed as "repeat N ADDRESS". What runs before the
 * kernel leaves for the first time does not count. "sample ADDRESS" says where the longest stretch was after every 256 instructions.
 *
 * The prototypes are those of version 1 of the plugin interface.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef struct qemu_info_t qemu_info_t;
enum flags { NO_REGISTERS = 0 };
typedef void (*exec_cb)(unsigned int cpu, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, void (*cb)(qemu_plugin_id_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, exec_cb cb, enum flags flags, void *data);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, void (*cb)(qemu_plugin_id_t, void *), void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_outs(const char *s);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

static uint64_t window = 0xC0000000;
static uint64_t count, longest, from, to, first;
static uint64_t repeats, repeat_at, longest_repeat, longest_repeat_at;
static bool booted;

/* Samples of where a stretch has been: every 256th instruction, the latest ones. */
enum { samples = 64, distance = 256 };
static uint64_t sample[samples], longest_sample[samples];

/* close ends the stretch at the instruction last. */
static void close_stretch(uint64_t last)
{
	if (booted && count > longest) {
		longest = count;
		from = first;
		to = last;
		memcpy(longest_sample, sample, sizeof sample);
	}
	count = 0;
}

static void kernel_insn(unsigned int cpu, void *data)
{
	uint64_t at = (uintptr_t)data;

	(void)cpu;
	if (at == repeat_at) {
		/* The same instruction again: QEMU executes a repeated one round by round. */
		if (++repeats > longest_repeat && booted) {
			longest_repeat = repeats;
			longest_repeat_at = at;
		}
		return;
	}
	repeat_at = 0;
	if (count++ == 0)
		first = at;
	if (count % distance == 0)
		sample[count / distance % samples] = at;
}

static void repeat_insn(unsigned int cpu, void *data)
{
	kernel_insn(cpu, data);
	if (repeat_at != (uintptr_t)data) {
		repeat_at = (uintptr_t)data;
		repeats = 1;
	}
}

/* STI, IRET, SYSEXIT, HLT. */
static void releasing_insn(unsigned int cpu, void *data)
{
	kernel_insn(cpu, data);
	close_stretch((uintptr_t)data);
	booted = true;
}

static void user_insn(unsigned int cpu, void *data)
{
	(void)cpu;
	close_stretch((uintptr_t)data);
	repeat_at = 0;
}

static exec_cb kind(const uint8_t *code, size_t n)
{
	bool repeated = false;

	while (n > 1 && (*code == 0x36 || *code == 0x66 || *code == 0xF2 || *code == 0xF3)) {
		repeated |= *code >= 0xF2;
		code++;
		n--;
	}
	if (*code == 0xFB || *code == 0xCF || *code == 0xF4 || (n > 1 && code[0] == 0x0F && code[1] == 0x35))
		return releasing_insn;
	if (repeated && ((*code >= 0xA4 && *code <= 0xA7) || (*code >= 0xAA && *code <= 0xAF)))
		return repeat_insn;
	return kernel_insn;
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (size_t i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t at = qemu_plugin_insn_vaddr(insn);

		if (at >= window)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, kind(qemu_plugin_insn_data(insn), qemu_plugin_insn_size(insn)),
							       NO_REGISTERS, (void *)(uintptr_t)at);
		else if (i == 0)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, user_insn, NO_REGISTERS, (void *)(uintptr_t)at);
	}
}

static void report(qemu_plugin_id_t id, void *data)
{
	char line[160];

	(void)id;
	(void)data;
	snprintf(line, sizeof line, "stretch %" PRIu64 " %#" PRIx64 " %#" PRIx64 "\nrepeat %" PRIu64 " %#" PRIx64 "\n",
		 longest, from, to, longest_repeat, longest_repeat_at);
	qemu_plugin_outs(line);
	for (uint64_t i = distance; i <= longest && i < samples * distance; i += distance) {
		snprintf(line, sizeof line, "sample %#" PRIx64 "\n", longest_sample[i / distance]);
		qemu_plugin_outs(line);
	}
}

__attribute__((visibility("default")))
int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++)
		if (strncmp(argv[i], "window=", 7) == 0)
			window = strtoull(argv[i] + 7, NULL, 0);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	qemu_plugin_register_atexit_cb(id, report, NULL);
	return 0;
}
