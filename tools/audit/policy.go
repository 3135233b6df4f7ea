package main

// kernelPolicy is the policy for build/pecan.elf. Its parts are in policy_*.go; docs/auditing.md says how to keep it.
var kernelPolicy = Policy{
	Layout:     kernelLayout,
	Stacks:     kernelStacks,
	Nests:      kernelNests,
	Entries:    kernelEntries(),
	Switches:   kernelSwitches,
	Joins:      kernelJoins,
	Indirects:  kernelIndirects,
	MidEntries: kernelMidEntries,
	Privileged: kernelPrivileged,
	Data:       kernelData,
	Unreached:  kernelUnreached,
	FastPaths:  kernelFastPaths,
	Addresses:  kernelAddresses,
}

// Package prefixes of symbols.
const (
	ia32   = "pecan/arch/ia32."
	kernel = "pecan/kernel."
)

var kernelLayout = Layout{
	Window:    0xD000_0000,
	Low:       0x0010_0000,
	High:      0x0040_0000,
	Magic:     0x4BE6_344C,
	MagicAt:   "kip_page",
	ConstFrom: "text_start",
	ConstTo:   "rodata_end",
	WritableCode: []WritableCode{
		{".boot", "runs once, before paging, where it is loaded; that address is a user's afterwards"},
		{".kip", "begins the one segment that stock loaders want contiguous; ia32.ProtectImage write-protects text_start..rodata_end"},
	},
}

// Data in executable sections.
var kernelData = []Data{
	{"multiboot_header", "read by the loader"},
	{"boot_gdt", "descriptors for the way from physical to linear addresses"},
	{"kip_page", "the KIP and its stubs, which run at user level on the user's stack"},
}

// Where indirect calls go. An interface or func value on a kernel path would add to this list; there is none.
var kernelIndirects = []Indirect{
	{Func: "record", Sites: 1, Targets: []string{"runtime.report"},
		Reason: "indirect so that the linker's stack check, which knows no change of stacks, does not follow it"},
}

var kernelMidEntries = []MidEntry{
	{"runtime.duffzero", "the compiler jumps in where as many stores are left as it needs"},
	{"runtime.duffcopy", "the compiler jumps in where as many copies are left as it needs"},
}

// descriptorEqual is why comparison functions are in the image.
const descriptorEqual = "type descriptors point to it; comparing interface values would call it, and the kernel compares none"

var kernelUnreached = []Unreached{
	{"runtime.memequal", true, descriptorEqual},
	{"runtime.memequal8", true, descriptorEqual},
	{"runtime.memequal16", true, descriptorEqual},
	{"runtime.memequal32", true, descriptorEqual},
	{"runtime.memequal64", true, descriptorEqual},
	{"runtime.strequal", true, descriptorEqual},
	{"runtime.unreachableMethod", false, "the linker demands it; it fills method tables of types whose methods nothing calls"},
}
