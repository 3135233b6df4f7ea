package kernel

import "pecan/arch/ia32"

// ACPI: RSDP, RSDT or XSDT, and of the tables those list the MADT.

// Signatures, as words.
const (
	sigRSD  = 0x20445352 // "RSD "
	sigPTR  = 0x20525450 // "PTR "
	sigRSDT = 0x54445352
	sigXSDT = 0x54445358
	sigMADT = 0x43495041 // "APIC"
)

// acpiHeader is the size of what all tables begin with: signature, length, ...
const acpiHeader = 36

// readACPI reads what ACPI says about the interrupt controllers. It returns false if there is no MADT.
func readACPI(w *ia32.Wiring) bool {
	const rsdp1, rsdp2 = 20, 36 // sizes of the two versions
	p := findPointer(sigRSD, sigPTR, rsdp1)
	if p == 0 {
		return false
	}
	if physByte(p+15) >= 2 && p+rsdp2 <= romHigh && sumsUp(p, rsdp2) && physWord(p+28) == 0 {
		if readTables(w, physWord(p+24), sigXSDT, 8) {
			return true
		}
	}
	return readTables(w, physWord(p+16), sigRSDT, 4)
}

// table returns the length of the table at phys if it has the signature given and is sound, else 0.
func table(phys, signature uint32) uint32 {
	if phys == 0 || phys > ^uint32(0)-maxTable || physWord(phys) != signature {
		return 0
	}
	n := physWord(phys + 4)
	if n < acpiHeader || n > maxTable || !sumsUp(phys, n) {
		return 0
	}
	return n
}

// readTables looks for the MADT in the list of tables at phys, whose pointers have the size given.
func readTables(w *ia32.Wiring, phys, signature, size uint32) bool {
	n := table(phys, signature)
	for at := uint32(acpiHeader); at+size <= n; at += size {
		madt := physWord(phys + at)
		if size == 8 && physWord(phys+at+4) != 0 {
			continue // above 4 GiB
		}
		if length := table(madt, sigMADT); length != 0 {
			readMADT(w, madt, length)
			return true
		}
	}
	return false
}

// Entries of the MADT.
const (
	madtEntries  = 44 // offset of the first
	madtIOAPIC   = 1
	madtOverride = 2
	madtNMI      = 4
)

// readMADT goes over the entries of the table at phys, n bytes long.
func readMADT(w *ia32.Wiring, phys, n uint32) {
	resetWiring(w)
	for at := uint32(madtEntries); at+2 <= n; {
		e := phys + at
		kind, length := physByte(e), uint32(physByte(e+1))
		if length < 2 || at+length > n {
			return
		}
		switch {
		case kind == madtIOAPIC && length >= 12:
			addChip(w, uint32(physByte(e+2)), physWord(e+4), physWord(e+8))
		case kind == madtOverride && length >= 10:
			// Of bus 0, which is ISA.
			if source := physByte(e + 3); physByte(e+2) == 0 && source < 16 {
				w.ISA[source] = route(physWord(e+4), physHalf(e+8), false)
			}
		case kind == madtNMI && length >= 6:
			w.NMI = uint32(physByte(e+5)) & 1
		}
		at += length
	}
}
