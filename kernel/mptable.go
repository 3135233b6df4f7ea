package kernel

import "pecan/arch/ia32"

// The MP table of machines older than ACPI.

const (
	sigMP   = 0x5F504D5F // "_MP_"
	sigPCMP = 0x504D4350
	busISA  = 0x20415349 // "ISA ", the first word of a bus's name
	busEISA = 0x41534945
	busPCI  = 0x20494350
)

// Entries of the table: kind and size in bytes.
const (
	mpEntries   = 44 // offset of the first
	mpProcessor = 0
	mpBus       = 1
	mpIOAPIC    = 2
	mpInterrupt = 3
	mpLocal     = 4
	mpLarge     = 20 // of a processor's
	mpSmall     = 8  // of all others
)

// mpBuses says what the buses are: a bit per bus number.
type mpBuses struct{ isa, pci [8]uint32 }

var buses mpBuses

// readMPTable reads what the MP table says about the interrupt controllers. It returns false if there is none. The default
// configurations, without a table, are not supported.
func readMPTable(w *ia32.Wiring) bool {
	const size = 16
	p := findPointer(sigMP, 0, size)
	if p == 0 || physByte(p+8) != 1 || physByte(p+11) != 0 {
		return false
	}
	phys := physWord(p + 4)
	if phys == 0 || phys > ^uint32(0)-maxTable || physWord(phys) != sigPCMP {
		return false
	}
	n := physHalf(phys + 4)
	if n < mpEntries || !sumsUp(phys, n) {
		return false
	}
	resetWiring(w)
	buses = mpBuses{}
	w.Successive = true
	w.IMCR = physByte(p+12)&0x80 != 0
	for at := uint32(mpEntries); ; {
		kind, size := uint32(mpLocal+1), uint32(mpSmall)
		if at < n {
			kind = uint32(physByte(phys + at))
		}
		if kind == mpProcessor {
			size = mpLarge
		}
		if kind > mpLocal || at+size > n {
			return true
		}
		readMPEntry(w, kind, phys+at)
		at += size
	}
}

func readMPEntry(w *ia32.Wiring, kind, e uint32) {
	switch kind {
	case mpBus:
		id := physByte(e + 1)
		switch physWord(e + 2) {
		case busISA, busEISA:
			buses.isa[id>>5] |= 1 << (id & 31)
		case busPCI:
			buses.pci[id>>5] |= 1 << (id & 31)
		}
	case mpIOAPIC:
		if physByte(e+3)&1 != 0 {
			addChip(w, uint32(physByte(e+1)), physWord(e+4), 0)
		}
	case mpInterrupt:
		readMPInterrupt(w, e)
	case mpLocal:
		if physByte(e+1) == 1 { // NMI
			w.NMI = uint32(physByte(e+7)) & 1
		}
	}
}

// readMPInterrupt takes down how an interrupt of a bus is wired, as far as it concerns the pins of the first I/O APIC.
func readMPInterrupt(w *ia32.Wiring, e uint32) {
	bus, source, chip, pin := physByte(e+4), uint32(physByte(e+5)), uint32(physByte(e+6)), uint32(physByte(e+7))
	if physByte(e+1) != 0 || w.Count == 0 || chip != w.Chips[0].ID && chip != 0xFF {
		return
	}
	flags := physHalf(e + 2)
	switch {
	case buses.isa[bus>>5]>>(bus&31)&1 != 0 && source < 16:
		w.ISA[source] = route(pin, flags, false)
	case buses.pci[bus>>5]>>(bus&31)&1 != 0 && pin < 16 && w.ISA[pin].Pin == pin:
		w.ISA[pin] = route(pin, flags, true)
	}
}
