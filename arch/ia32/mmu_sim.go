//go:build !386

package ia32

import "fmt"

// User accesses go through a TLB that keeps every translation as long as a processor may keep it: until INVLPG of the page or a
// load of CR3 (but for global entries).

// Access translates a user access to addr. Where it faults, CR2 is set and the page-fault error code returned.
func (m *Computer) Access(addr uint32, write bool) (phys, code uint32, ok bool) {
	page := addr >> 12
	if e, hit := m.tlb[page]; hit && e&PteUser != 0 && (!write || e&(PteWrite|PteDirty) == PteWrite|PteDirty) {
		return e&PteFrame | addr&PageMask, 0, true
	}
	delete(m.tlb, page)
	code = FaultUser
	if write {
		code |= FaultWrite
	}
	e, pde, pte := walk(m.CR3, addr)
	if e&PtePresent == 0 {
		m.CR2 = addr
		return 0, code, false
	}
	if e&PteUser == 0 || write && e&PteWrite == 0 {
		m.CR2 = addr
		return 0, code | FaultPresent, false
	}
	m.fill(page, pde, pte, write)
	return m.tlb[page]&PteFrame | addr&PageMask, 0, true
}

// fill sets accessed and dirty bits, as the processor does, and keeps the translation.
func (m *Computer) fill(page, pde, pte uint32, write bool) {
	setPhysWord(pde, physWord(pde)|PteAccessed)
	bits := uint32(PteAccessed)
	if write {
		bits |= PteDirty
	}
	setPhysWord(pte, physWord(pte)|bits)
	m.tlb[page], _, _ = walk(m.CR3, page<<12)
}

// fromLarge, in a cached translation, says that it is a part of a 4 MiB page: dropping one drops all.
const fromLarge = 1 << 11

// walk looks addr up in directory pd: an entry for its 4 KiB with the rights of both levels (0: not there), and where
// directory and table entry are. For a 4 MiB page both are the directory entry.
func walk(pd, addr uint32) (entry, pde, pte uint32) {
	pde = pd + addr>>22*4
	d := physWord(pde)
	if d&PtePresent == 0 {
		return 0, pde, pde
	}
	if d&PteLarge != 0 {
		if d&(LargeMask&PteFrame&^PdePAT) != 0 {
			panic(Fault{"reserved bits in a directory entry", addr})
		}
		pat := d & PdePAT >> 12 * PtePAT
		return d&^(PteFrame|PteLarge|software) | d&^LargeMask | addr&LargeMask&PteFrame | pat | fromLarge, pde, pde
	}
	pte = d&PteFrame + addr>>12&1023*4
	e := physWord(pte)
	if e&PtePresent == 0 {
		return 0, pde, pte
	}
	return e &^ (^d&(PteUser|PteWrite) | software), pde, pte
}

// software are the bits of an entry that the processor ignores.
const software = 7 << 9

// PortOpen reports whether user code may access a port now: the processor reads the I/O bitmap with supervisor rights.
func (m *Computer) PortOpen(port uint32) bool {
	addr := uint32(BitmapAt) + port/8
	page := addr >> 12
	if _, hit := m.tlb[page]; !hit {
		e, pde, pte := walk(m.CR3, addr)
		if e == 0 {
			panic(Fault{"no I/O bitmap", addr})
		}
		m.fill(page, pde, pte, false)
	}
	return memory[m.tlb[page]&PteFrame|addr&PageMask]>>(port&7)&1 == 0
}

// Stale returns a cached translation that allows more than the page tables of the loaded directory do, or "": the
// kernel has forgotten to flush.
func (m *Computer) Stale() string {
	for page, have := range m.tlb {
		pd := m.CR3
		if addr := page << 12; addr-SmallArea < SmallEnd-SmallArea {
			pd = Phys(MasterPD()) // global: kept although this directory may not have the entry yet
		}
		now, _, _ := walk(pd, page<<12)
		const may = PteUser | PteWrite | PteAccessed | PteDirty
		const kind = PteFrame | PteThrough | PteUncached | PtePAT
		if now == 0 || (now^have)&kind != 0 || have&may&^now != 0 {
			return fmt.Sprintf("stale translation of page %#x: cached %#x, table %#x", page<<12, have, now)
		}
	}
	for _, i := range m.touched {
		addr := TCBArea + i<<12
		if pde := physWord(Phys(MasterPD()) + addr>>22*4); m.seen[i] != 0 && m.seen[i] != physWord(pde&PteFrame+addr>>12&1023*4) {
			return fmt.Sprintf("stale translation of TCB page %#x", addr)
		}
	}
	return ""
}

// LoadCR3 switches to the page directory at physical address pd and flushes all translations that are not global.
func LoadCR3(pd uint32) {
	m := &Machine
	m.CR3 = pd
	for page, e := range m.tlb {
		if e&PteGlobal == 0 {
			delete(m.tlb, page)
		}
	}
	kept := m.touched[:0]
	for _, i := range m.touched {
		if m.seen[i]&PteGlobal != 0 {
			kept = append(kept, i)
		} else {
			m.seen[i] = 0
		}
	}
	m.touched = kept
}

// FlushPage drops the translation of one page, global or not: all of a 4 MiB page.
func FlushPage(addr uint32) {
	delete(Machine.tlb, addr>>12)
	for page, e := range Machine.tlb {
		if e&fromLarge != 0 && page>>10 == addr>>22 {
			delete(Machine.tlb, page)
		}
	}
	if addr-TCBArea < TCBEnd-TCBArea {
		m := &Machine
		i := (addr - TCBArea) >> 12
		if m.seen[i] == 0 {
			return
		}
		m.seen[i] = 0
		for k, t := range m.touched {
			if t == i {
				m.touched = append(m.touched[:k], m.touched[k+1:]...)
				break
			}
		}
	}
}
