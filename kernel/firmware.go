package kernel

import "pecan/arch/ia32"

// What firmware tables say about interrupt controllers (docs/interrupts.md). They may hold anything: every length and
// checksum is looked at, and what makes no sense is not used.

// wiring is only used at boot; it is too large for the stack.
var wiring ia32.Wiring

// maxTable is the size limit of a table in bytes.
const maxTable = 64 << 10

// Where I/O APICs can be: no machine has RAM there.
const chipsFrom = 0xF0000000

// findWiring reads ACPI's tables or, without them, the MP table. It returns false if neither names an I/O APIC.
func findWiring(w *ia32.Wiring) bool {
	return readACPI(w) && w.Count != 0 || readMPTable(w) && w.Count != 0
}

// resetWiring is what holds where tables say nothing.
func resetWiring(w *ia32.Wiring) {
	*w = ia32.Wiring{NMI: 1}
	for i := range w.ISA {
		w.ISA[i].Pin = uint32(i)
	}
}

// addChip takes down an I/O APIC.
func addChip(w *ia32.Wiring, id, phys, base uint32) {
	if w.Count < ia32.MaxChips && phys >= chipsFrom && phys&15 == 0 && phys&ia32.PageMask <= ia32.PageSize-64 {
		w.Chips[w.Count] = ia32.Chip{Phys: phys, ID: id, Base: base}
		w.Count++
	}
}

// route decodes the flags that both kinds of tables have: polarity in bits 0 and 1, trigger mode in bits 2 and 3, 0 for what
// the bus does.
func route(pin, flags uint32, level bool) ia32.Route {
	r := ia32.Route{Pin: pin, Level: level, Low: level}
	switch flags & 3 {
	case 1:
		r.Low = false
	case 3:
		r.Low = true
	}
	switch flags >> 2 & 3 {
	case 1:
		r.Level = false
	case 3:
		r.Level = true
	}
	return r
}

// Places where firmware leaves pointers to its tables, all below 1 MiB and 16-byte aligned.
const (
	ebdaSegment = 0x40E // BIOS data: segment of the extended BIOS data area
	baseMemory  = 0x413 // and KiB of base memory
	romLow      = 0xE0000
	romHigh     = 0x100000
)

// findPointer looks for a structure that begins with the words given (the second only if it is not 0) and whose first n bytes
// add up to 0. It returns its address, or 0.
func findPointer(first, second, n uint32) uint32 {
	bios := physWord(ebdaSegment)
	for _, at := range [3]span{
		{bios & 0xFFFF << 4, bios&0xFFFF<<4 + 1024},
		{physHalf(baseMemory)<<10 - 1024, physHalf(baseMemory) << 10},
		{romLow, romHigh},
	} {
		if at.low < ia32.PageSize || at.high > romHigh {
			continue
		}
		for p := (at.low + 15) &^ 15; p+n <= at.high; p += 16 {
			if *word(ia32.Virt(p)) == first && (second == 0 || *word(ia32.Virt(p + 4)) == second) && sumsUp(p, n) {
				return p
			}
		}
	}
	return 0
}

// sumsUp reports whether n bytes of physical memory add up to 0.
func sumsUp(at, n uint32) bool {
	sum := byte(0)
	for i := range n {
		sum += physByte(at + i)
	}
	return sum == 0
}
