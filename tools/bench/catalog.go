package main

// entry is what is known about a figure before it is measured.
type entry struct {
	name      string
	what      string
	reference string // a C++ X.2 kernel on the same machine; "" = not known
	target    string
}

// section is a table of the report.
type section struct {
	title   string
	unit    string
	entries []entry
}

// Units.
const (
	instructions = "instructions"
	bytesUnit    = "bytes"
	count        = "count"
)

// beside begins the names of figures that were taken while a small space existed.
const beside = "beside_small/"

// oneWay are the kernel's parts of a round trip, as "instructions / reads / writes".
var oneWay = []entry{
	{"rpc_inter", "inter-space, 0 words", "67 / 19 / 12", "45 / 14 / 9"},
	{"rpc_intra", "intra-space, 0 words, global IDs", "66 / 19 / 12", "42 / 13 / 8"},
	{"rpc_intra_local", "intra-space, 0 words, local IDs", "", ""},
	{"rpc_inter_timeout", "inter-space, 0 words, receive timeout 10 s", "", ""},
	{"rpc_inter_4", "inter-space, 4 words", "78 / 24 / 16", "56 / 19 / 14"},
	{"rpc_intra_4", "intra-space, 4 words", "", ""},
	{"rpc_inter_63", "inter-space, 63 words", "137 / 83 / 75", "120"},
	{"rpc_intra_63", "intra-space, 63 words", "", ""},
	{"rpc_small", "small to small space, 0 words", "77 / 26 / 12", "60 / 18 / 13"},
}

// sections are the figures that programs measure, from user level to user level, their stubs and loops included.
var sections = []section{
	{"Short IPC, round trips", instructions, []entry{
		{"rpc_intra", "RPC intra, 0 words", "178", "120"},
		{"rpc_inter", "RPC inter, 0 words", "180", "125"},
		{"rpc_intra_4", "RPC intra, 4 words each way", "", ""},
		{"rpc_inter_4", "RPC inter, 4 words each way", "", ""},
		{"rpc_intra_63", "RPC intra, 63 words each way", "", ""},
		{"rpc_inter_63", "RPC inter, 63 words each way", "", ""},
		{"rpc_intra_server", "RPC intra, answered by local ID", "187", "150"},
		{"rpc_intra_local", "RPC intra by local ID both ways", "187", "150"},
		{"rpc_intra_lipc", "RPC intra through Lipc", "187", "150"},
		{"rpc_intra_timeout", "RPC intra, receive timeout 10 s", "", ""},
		{"rpc_inter_timeout", "RPC inter, receive timeout 10 s", "500", "260"},
		{"rpc_busy", "RPC at a busy server, incl. one ThreadSwitch", "847", "500"},
		{"send_zero_timeout", "failing send, zero timeout", "120", "100"},
		{"send_to_nobody", "failing send, to nobody", "80", "70"},
		{"receive_zero_timeout", "failing receive, zero timeout", "86", "80"},
		{"receive_1ms", "receive with 1 ms timeout, alone", "3,870,000", "1,000,000 to 1,050,000"},
	}},
	{"Small spaces, trampolines included", instructions, []entry{
		{"rpc_small", "RPC from a small space to another, 0 words", "", ""},
		{"rpc_large_to_small", "RPC from a large space to a small one, 0 words", "", ""},
	}},
	{"System calls", instructions, []entry{
		{"thread_switch_nil", "ThreadSwitch(nil) alone", "128", "90"},
		{"thread_switch_other", "ThreadSwitch to another thread", "105", "80"},
		{"system_clock", "SystemClock", "30", "30"},
		{"kernel_interface", "KernelInterface", "59", "59"},
		{"exchange_registers_self", "ExchangeRegisters, read self", "200", "160"},
		{"exchange_registers_other", "ExchangeRegisters, read other", "202", "160"},
		{"schedule_unchanged", "Schedule, all unchanged", "275", "160"},
	}},
	{"Faults and exceptions, pager and handler included", instructions, []entry{
		{"page_fault", "page fault round trip", "1,380", "700"},
		{"exception", "exception round trip, 12 words each way", "974", "500"},
	}},
	{"Strings, Call with an empty answer", instructions, []entry{
		{"string_call_4", "4 B", "733", "420"},
		{"string_call_4k", "4 KiB", "1,756", "1,450"},
		{"string_call_64k", "64 KiB", "17,119", "16,900"},
		{"string_call_1m", "1 MiB", "262,891", "262,700"},
	}},
	{"Mapping, RPC with a map item as the answer", instructions, []entry{
		{"map_4k", "map 1 page", "1,052", "600"},
		{"map_64k", "map 16 pages", "6,527", "2,500"},
		{"map_1m", "map 256 pages", "100,049", "31,000"},
		{"map_4m_by_4k", "map 1,024 pages", "", ""},
		{"map_4m", "map 4 MiB that were got at once", "967", "600"},
	}},
	{"Unmapping", instructions, []entry{
		{"unmap_4k", "unmap 1 page, one child", "714", "400"},
		{"unmap_64k", "unmap 16 pages, one child each", "7,644", "2,500"},
		{"unmap_1m", "unmap 256 pages, one child each", "118,601", "33,000"},
		{"unmap_4m_by_4k", "unmap 1,024 pages, one child each", "", ""},
		{"unmap_4m", "unmap 4 MiB that were got at once", "", ""},
		{"unmap_children_1", "unmap 1 page, 1 child", "", ""},
		{"unmap_children_16", "16 children", "", ""},
		{"unmap_children_64", "64 children", "", ""},
		{"unmap_children_1024", "1,024 children", "", ""},
		{"unmap_per_child", "per further child", "224", "100"},
		{"unmap_chain_16", "a chain of depth 16", "", ""},
		{"unmap_chain_1000", "a chain of depth 1,000", "", ""},
		{"unmap_per_level", "per level of a chain", "224", "100"},
		{"unmap_1g_empty", "unmap 1 GiB with nothing mapped", "6,366", "2,000"},
	}},
	{"Threads and spaces", instructions, []entry{
		{"thread_create", "create a thread", "395", "350"},
		{"thread_start", "start it", "528", "400"},
		{"thread_delete", "delete it", "251", "250"},
		{"space_never_run", "a space, created and deleted, never run", "102,693", "12,000"},
		{"space_run_once", "a space, created, run once and deleted", "174,431", "25,000"},
	}},
	{"Time and interrupts", instructions, []entry{
		{"timer_interrupt", "timer interrupt that wakes nobody", "117", "100"},
		{"timer_interrupts_per_s", "how many of them a second", "512", ""},
		{"timer_interrupt_500_sleepers", "timer interrupt, 500 asleep", "6,627", "110"},
		{"timer_interrupts_per_s_500_sleepers", "how many of them a second", "512", ""},
		{"interrupt_to_driver", "from a device's interrupt to its driver", "", ""},
	}},
	{"Limits, in 128 MiB", count, []entry{
		{"threads_created", "threads until the kernel refuses one", "hangs above 3,000", "10,000"},
		{"threads_error", "the error code then (8: no memory)", "", "8"},
	}},
	{"Ready-queue words written", count, []entry{
		{"queue_writes/rpc_intra", "by a round trip intra-space", "", "0"},
		{"queue_writes/rpc_inter", "by a round trip inter-space", "", "0"},
		{"queue_writes/thread_switch_other", "by ThreadSwitch there and back, which shows that they are seen", "", "some"},
	}},
	{"Kernel", "", []entry{
		{"boot", "instructions from the entry point to the first user instruction", "about 2,000,000,000", "50,000,000"},
		{"text", "bytes of code, boot code included", "60,959", "60,000"},
		{"tcb", "bytes of a thread control block, FPU state included", "2,048", "1,024"},
		{"utcb", "bytes of a UTCB", "512", "512"},
	}},
}

// units are the exceptions from a section's unit.
var units = map[string]string{
	"timer_interrupts_per_s":              count,
	"timer_interrupts_per_s_500_sleepers": count,
	"boot":                                instructions,
	"text":                                bytesUnit,
	"tcb":                                 bytesUnit,
	"utcb":                                bytesUnit,
}
