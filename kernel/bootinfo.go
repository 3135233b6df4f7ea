package kernel

import "pecan/arch/ia32"

// The generic boot information (boot.md 4.1) that a direct boot leaves for the root task: sigma0 and root as simple
// executables, further modules as modules, each with its command line. It fills one page of its own in the kernel image, which
// the memory descriptors hand to users.

// Record types and sizes.
const (
	infoMagic      = 0x14B0021D
	infoHeader     = 32
	recordModule   = 1
	recordSimple   = 2
	moduleSize     = 24
	simpleSize     = 64
	moduleCmdline  = 20
	simpleCmdline  = 60
	longestCmdline = 1024
)

func infoPage() uint32 { return ia32.InfoPage() }

// buildBootInfo lays out the records and copies the strings; addresses come later, when everything is in place.
func buildBootInfo() {
	page := infoPage()
	at := uint32(infoHeader)
	for i, m := range modules.list[:modules.count] {
		kind, size, cmdline := uint32(recordModule), uint32(moduleSize), uint32(moduleCmdline)
		if i < 2 {
			kind, size, cmdline = recordSimple, simpleSize, simpleCmdline
		}
		length := uint32(0)
		if m.name != 0 {
			for length < longestCmdline && physByte(m.name+length) != 0 {
				length++
			}
		}
		next := size + (length+1+3)&^3
		if at+next > ia32.PageSize {
			refuse("the modules' command lines are longer than 4 KiB together")
		}
		rec := page + at
		*word(rec) = kind
		*word(rec + 4) = 1
		*word(rec + 8) = next
		if length != 0 {
			*word(rec + cmdline) = size
		}
		for k := uint32(0); k < length; k++ {
			*(*byte)(ia32.Ptr(rec + size + k)) = physByte(m.name + k)
		}
		at += next
	}
	*word(page) = infoMagic
	*word(page + 4) = 1
	*word(page + 8) = at
	*word(page + 12) = infoHeader
	*word(page + 16) = uint32(modules.count)
}

// fillBootInfo completes the records with addresses and announces the page.
func fillBootInfo(sigma0, root *image) {
	rec := infoPage() + infoHeader
	for i, m := range modules.list[:modules.count] {
		switch i {
		case 0:
			fillSimple(rec, sigma0)
		case 1:
			fillSimple(rec, root)
		default:
			*word(rec + 12) = m.low
			*word(rec + 16) = m.high - m.low
		}
		rec += *word(rec + 8)
	}
	*kip(kipBootInfo) = ia32.Phys(infoPage())
}

// fillSimple describes a loaded server as one piece of text.
func fillSimple(rec uint32, e *image) {
	*word(rec + 12) = e.target.low
	*word(rec + 16) = e.target.low
	*word(rec + 20) = e.target.high - e.target.low
	*word(rec + 48) = e.entry
	*word(rec + 52) = 1 // ELF class
}
