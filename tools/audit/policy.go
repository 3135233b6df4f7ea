package main

// kernelPolicy is the policy for build/pecan.elf.
var kernelPolicy = Policy{
	Layout: Layout{
		Window:  0xD000_0000,
		Low:     0x0010_0000,
		High:    0x0040_0000,
		Magic:   0x4BE6_344C,
		MagicAt: "kip",
	},
}
