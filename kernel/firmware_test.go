//go:build !386

package kernel

import (
	"encoding/binary"
	"testing"

	"pecan/arch/ia32"
)

// Firmware tables in simulated memory, good ones and others.

const (
	rsdpAt   = 0xF5AC0
	rsdtAt   = 0xE1000
	madtAt   = 0xE2004 // tables need no alignment
	mpAt     = 0xF0010
	mpConfig = 0xE3000
)

// sum sets byte at so that the bytes add up to 0.
func sum(b []byte, at int) []byte {
	b[at] = 0
	s := byte(0)
	for _, c := range b {
		s += c
	}
	b[at] = -s
	return b
}

// acpi is ACPI's tables. Entries of the MADT follow its header.
type acpi struct {
	revision byte
	madt     []byte
	other    uint32 // address of a table that comes before the MADT
}

func le(words ...uint32) (b []byte) {
	for _, w := range words {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	return
}

func (a *acpi) entry(kind byte, fields ...byte) *acpi {
	a.madt = append(append(a.madt, kind, byte(len(fields)+2)), fields...)
	return a
}

func (a *acpi) chip(id byte, phys, base uint32) *acpi {
	return a.entry(madtIOAPIC, append([]byte{id, 0}, le(phys, base)...)...)
}

func (a *acpi) override(source byte, pin uint32, flags byte) *acpi {
	return a.entry(madtOverride, append(append([]byte{0, source}, le(pin)...), flags, 0)...)
}

// usualMADT describes what QEMU's PC has.
func usualMADT() *acpi {
	a := &acpi{}
	a.entry(0, 0, 0, 1, 0, 0, 0)
	a.chip(0, ia32.SimIOAPIC, 0)
	a.override(0, 2, 0).override(5, 5, 0xD).override(9, 9, 0xD).override(10, 10, 0xD).override(11, 11, 0xD)
	return a.entry(madtNMI, 0xFF, 0, 0, 1)
}

func header(signature uint32, body []byte) []byte {
	b := append(le(signature, uint32(acpiHeader+len(body))), make([]byte, acpiHeader-8)...)
	return sum(append(b, body...), 9)
}

// install puts the tables where firmware leaves them.
func (a *acpi) install() {
	m := ia32.Machine.Memory()
	copy(m[madtAt:], header(sigMADT, append(le(0xFEE00000, 1), a.madt...)))
	rsdp := sum(append(le(sigRSD, sigPTR, 0, 0), le(rsdtAt)...), 8)
	if a.revision < 2 {
		copy(m[rsdtAt:], header(sigRSDT, le(a.other, madtAt)))
	} else {
		rsdp[15] = a.revision
		sum(rsdp, 8)
		copy(m[rsdtAt:], header(sigXSDT, le(0x12345678, 9, madtAt, 0)))
		rsdp = sum(append(rsdp, le(36, rsdtAt, 0, 0)...), 32)
	}
	copy(m[rsdpAt:], rsdp)
}

// found reads the tables of a machine that install has been called for.
func found() (w ia32.Wiring, ok bool) {
	ia32.Machine.Void = true
	windowEnd = ia32.WindowMax
	ok = findWiring(&w)
	return
}

func TestACPI(t *testing.T) {
	for _, revision := range []byte{0, 2} {
		powerOn(testMemory)
		a := usualMADT()
		a.revision, a.other = revision, 0x7FFF0000                                            // where nothing is
		a.override(16, 3, 0).override(7, 20, 0xF).entry(madtOverride, 1, 3, 9, 0, 0, 0, 0, 0) // source out of range; another bus
		a.chip(1, 0x00500000, 24).chip(2, 0xFEC01008, 24).chip(3, 0xFEC01FF0, 24)             // RAM, odd, over the end of its page
		a.chip(4, 0xFEC02000, 24)
		a.install()
		w, ok := found()
		if !ok || w.Count != 2 || w.Chips[0].Phys != ia32.SimIOAPIC || w.Chips[1].Base != 24 || w.NMI != 1 || w.IMCR || w.Successive {
			t.Fatalf("revision %d: %v %+v", revision, ok, w)
		}
		for line, r := range w.ISA {
			want := ia32.Route{Pin: uint32(line)}
			switch line {
			case 0:
				want.Pin = 2
			case 5, 9, 10, 11:
				want.Level = true
			case 7:
				want = ia32.Route{Pin: 20, Level: true, Low: true}
			}
			if r != want {
				t.Errorf("revision %d line %d: %+v, want %+v", revision, line, r, want)
			}
		}
	}
}

// Whatever is wrong with a table, it is not used.
func TestACPIDamaged(t *testing.T) {
	for name, spoil := range map[string]func(m []byte){
		"nothing": func(m []byte) { clear(m[rsdpAt:][:20]) },
		"RSDP":    func(m []byte) { m[rsdpAt+9]++ },
		"RSDT":    func(m []byte) { m[rsdtAt+20]++ },
		"MADT":    func(m []byte) { m[madtAt+50]++ },
		"length":  func(m []byte) { binary.LittleEndian.PutUint32(m[madtAt+4:], 0xFFFFFFFF) },
		"short":   func(m []byte) { binary.LittleEndian.PutUint32(m[madtAt+4:], 35) },
		"pointer": func(m []byte) {
			binary.LittleEndian.PutUint32(m[rsdpAt+16:], 0xFFFFFFF0)
			sum(m[rsdpAt:][:20], 8)
		},
	} {
		powerOn(testMemory)
		usualMADT().install()
		spoil(ia32.Machine.Memory())
		if w, ok := found(); ok {
			t.Errorf("%s: used: %+v", name, w)
		}
	}
	// An entry of length 0, and one that ends behind the table, end it.
	for _, length := range []byte{0, 1, 200} {
		powerOn(testMemory)
		a := usualMADT()
		a.madt = append(a.madt, 1, length)
		a.install()
		if w, ok := found(); !ok || w.Count != 1 {
			t.Errorf("entry of length %d: %v %+v", length, ok, w)
		}
	}
}

// mpTable is an MP table with the entries given.
func mpTable(features byte, entries ...[]byte) {
	m := ia32.Machine.Memory()
	b := append(le(sigPCMP), make([]byte, mpEntries-4)...)
	for _, e := range entries {
		b = append(b, e...)
	}
	binary.LittleEndian.PutUint16(b[4:], uint16(len(b)))
	copy(m[mpConfig:], sum(b, 7))
	p := append(le(sigMP, mpConfig), 1, 4, 0, 0, features, 0, 0, 0)
	copy(m[mpAt:], sum(p, 10))
}

func usualMPTable() [][]byte {
	return [][]byte{
		make([]byte, 20),
		{mpBus, 3, 'P', 'C', 'I', ' ', ' ', ' '},
		{mpBus, 4, 'I', 'S', 'A', ' ', ' ', ' '},
		append([]byte{mpIOAPIC, 7, 0x11, 1}, le(ia32.SimIOAPIC)...),
		append([]byte{mpIOAPIC, 8, 0x11, 1}, le(ia32.SimIOAPIC+0x1000)...),
		append([]byte{mpIOAPIC, 9, 0x11, 0}, le(ia32.SimIOAPIC+0x2000)...), // disabled
		{mpInterrupt, 0, 0, 0, 4, 0, 7, 2},
		{mpInterrupt, 0, 0, 0, 3, 0x1C, 7, 11},
		{mpInterrupt, 0, 0, 0, 4, 6, 8, 1},        // on the second chip
		{mpInterrupt, 3, 0, 0, 4, 7, 7, 0},        // not an ordinary interrupt
		{mpInterrupt, 0, 0xD, 0, 4, 9, 0xFF, 9},   // on all chips
		{mpLocal, 1, 0, 0, 4, 0, 0xFF, 0},         // NMI on input 0
		{mpLocal, 3, 0, 0, 4, 0, 0xFF, 1},         // 8259
		append([]byte{99}, make([]byte, 7)...),    // the end
		{mpInterrupt, 0, 0, 0, 4, 12, 7, 5, 0, 0}, // not read any more
	}
}

func TestMPTable(t *testing.T) {
	powerOn(testMemory)
	mpTable(0x80, usualMPTable()...)
	w, ok := found()
	if !ok || w.Count != 2 || !w.Successive || !w.IMCR || w.NMI != 0 {
		t.Fatalf("%v %+v", ok, w)
	}
	for line, r := range w.ISA {
		want := ia32.Route{Pin: uint32(line)}
		switch line {
		case 0:
			want.Pin = 2
		case 9:
			want.Level = true
		case 11:
			want.Level, want.Low = true, true
		}
		if r != want {
			t.Errorf("line %d: %+v, want %+v", line, r, want)
		}
	}
	for _, at := range []uint32{mpAt + 6, mpConfig + 30, mpConfig + 60} {
		powerOn(testMemory)
		mpTable(0, usualMPTable()...)
		ia32.Machine.Memory()[at]++
		if w, ok := found(); ok {
			t.Errorf("damage at %#x: used: %+v", at, w)
		}
	}
}

// usable checks that the kernel can work with whatever was found.
func usable(t *testing.T) {
	w, ok := found()
	if w.Count > ia32.MaxChips {
		t.Fatalf("%d chips", w.Count)
	}
	if !ok {
		return
	}
	ia32.InitInterrupts(&w)
	n := ia32.Lines()
	if n < 16 || n > ia32.MaxLines {
		t.Fatalf("%d lines", n)
	}
	for line := range n {
		if ia32.LineExists(line) {
			ia32.UnmaskLine(line)
			ia32.MaskLine(line)
		}
	}
}

func FuzzACPI(f *testing.F) {
	f.Add(usualMADT().madt, byte(0))
	f.Add(usualMADT().chip(1, ia32.SimIOAPIC+0x1000, 24).override(3, 40, 0xF).madt, byte(2))
	f.Fuzz(func(t *testing.T, madt []byte, revision byte) {
		if len(madt) > 4000 {
			return
		}
		powerOn(testMemory)
		ia32.Machine.AddAPICs(24, 8)
		(&acpi{revision: revision, madt: madt, other: 0xFFFF0000}).install()
		usable(t)
	})
}

func FuzzMPTable(f *testing.F) {
	var all []byte
	for _, e := range usualMPTable() {
		all = append(all, e...)
	}
	f.Add(all, byte(0x80))
	f.Fuzz(func(t *testing.T, entries []byte, features byte) {
		if len(entries) > 4000 {
			return
		}
		powerOn(testMemory)
		ia32.Machine.AddAPICs(24, 8)
		mpTable(features, entries)
		usable(t)
	})
}

// Tables of which anything may be changed, pointers and headers too.
func FuzzFirmware(f *testing.F) {
	f.Add(uint16(0x1000), uint32(0), uint16(0x2008), uint32(0xFFFFFFFF))
	f.Fuzz(func(t *testing.T, at1 uint16, v1 uint32, at2 uint16, v2 uint32) {
		powerOn(testMemory)
		ia32.Machine.AddAPICs(24)
		usualMADT().install()
		mpTable(0, usualMPTable()...)
		m := ia32.Machine.Memory()
		binary.LittleEndian.PutUint32(m[0xE0000+uint32(at1):], v1)
		binary.LittleEndian.PutUint32(m[0xE0000+uint32(at2):], v2)
		sum(m[rsdpAt:][:20], 8)
		if n := binary.LittleEndian.Uint32(m[rsdtAt+4:]); n > 9 && n < 0x1000 {
			sum(m[rsdtAt:][:n], 9)
		}
		if n := binary.LittleEndian.Uint32(m[madtAt+4:]); n > 9 && n < 0x1000 {
			sum(m[madtAt:][:n], 9)
		}
		usable(t)
	})
}
