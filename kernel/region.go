package kernel

import "pecan/arch/ia32"

// The shared kernel region: one master page directory is the truth. Spaces copy its entries when they are
// created and, for entries made later, on a kernel page fault. Only the top level is copied; page tables of the region are
// shared by all and never freed (docs/address-space.md).

func pdIndex(addr uint32) uint32 { return addr >> 22 }
func ptIndex(addr uint32) uint32 { return addr >> 12 & 1023 }

func masterEntry(addr uint32) *uint32 { return word(ia32.MasterPD() + 4*pdIndex(addr)) }

const kernelPte = ia32.PtePresent | ia32.PteWrite | ia32.PteAccessed | ia32.PteDirty
const zeroPte = ia32.PtePresent | ia32.PteGlobal | ia32.PteAccessed

// isShared reports whether an address belongs to the part of the kernel region that all spaces share.
func isShared(addr uint32) bool {
	return addr >= ia32.UserTop && pdIndex(addr) != pdIndex(ia32.CopyArea) &&
		pdIndex(addr) != pdIndex(ia32.CopyArea)+1 && pdIndex(addr) != pdIndex(ia32.IOArea)
}

// tcbTable makes sure that the page table of the TCB array that covers addr exists, and returns its kernel address. A new
// table shows the zero page everywhere.
func tcbTable(addr uint32) uint32 {
	entry := masterEntry(addr)
	if *entry == 0 {
		pool.reserve--
		table := takePage(pageTCBTable, 0)
		zero := ia32.Phys(ia32.ZeroPage()) | zeroPte
		ia32.Fill(table, ia32.PageSize, zero)
		debugString(ia32.PageSize)
		*entry = ia32.Phys(table) | kernelPte
	}
	return ia32.Virt(*entry & ia32.PteFrame)
}

// syncKernelFault resolves a fault of the kernel, or of the processor on the kernel's behalf, on a shared address:
// master entry valid: copy it; not valid: create it, then copy it. pd is the running directory. It
// returns false if the fault has another cause.
func syncKernelFault(pd, addr uint32) bool {
	if !isShared(addr) {
		return false
	}
	if addr < ia32.TCBEnd && *masterEntry(addr) == 0 {
		tcbTable(addr)
		if pd == ia32.Phys(ia32.MasterPD()) {
			return true
		}
	}
	master := *masterEntry(addr)
	own := word(ia32.Virt(pd) + 4*pdIndex(addr))
	if master == 0 || *own == master {
		return false
	}
	*own = master
	return true
}

// tcbSlot is the page-table entry of a thread number's TCB, in a table that is made if there is none.
func tcbSlot(number uint32) *uint32 {
	addr := uint32(tcbRef(number))
	return word(tcbTable(addr) + 4*ptIndex(addr))
}

// backTCB makes the page of a thread number real memory, zeroed but for other threads. It returns false when there is none; nothing has
// changed then. The caller counts the thread with initTCB.
func backTCB(number uint32) bool {
	slot := tcbSlot(number)
	if *slot&ia32.PteFrame != ia32.Phys(ia32.ZeroPage()) {
		return true
	}
	page := allocPage(pageTCB, 0)
	if page == 0 {
		return false
	}
	*slot = ia32.Phys(page) | kernelPte | ia32.PteGlobal
	ia32.FlushPage(uint32(tcbRef(number)))
	tcbTableGrows(number)
	return true
}

// The descriptor of a page table of the TCB array tells how many TCB pages are in it (used), and between which indices (aux: first,
// and last << 16; too wide after pages have gone). Sweeps over all threads look there only.

func tcbTableGrows(number uint32) {
	d := tcbTableDesc(number)
	index := ptIndex(uint32(tcbRef(number)))
	first, last := d.aux&0xFFFF, d.aux>>16
	if d.used == 0 {
		first, last = index, index
	}
	d.aux = min(first, index) | max(last, index)<<16
	d.used++
}

// tcbTableDesc is the descriptor of the table that covers a thread number. Precondition: there is one.
func tcbTableDesc(number uint32) *pageDesc {
	return descOf(ia32.Virt(*masterEntry(uint32(tcbRef(number))) & ia32.PteFrame))
}

// useTCB counts a thread in its page. Precondition: backTCB has been called.
func useTCB(number uint32) { descOf(ia32.Virt(*tcbSlot(number)&ia32.PteFrame)).used++ }

// dropTCB uncounts a thread and clears its TCB for the next one. The last of a page gives the page back, and the zero page
// shows again.
func dropTCB(number uint32) {
	slot := tcbSlot(number)
	page := ia32.Virt(*slot & ia32.PteFrame)
	d := descOf(page)
	if d.used--; d.used != 0 {
		ia32.Zero(uint32(tcbRef(number)), tcbSize)
		return
	}
	*slot = ia32.Phys(ia32.ZeroPage()) | zeroPte
	ia32.FlushPage(uint32(tcbRef(number)))
	tcbTableDesc(number).used--
	freePage(page)
}

// showTCB puts the directory entry of a thread's own TCB into a space's directory: the frame of the next entry
// lies there, and a directory without it would triple-fault. Precondition: the TCB is backed.
func showTCB(s *Space, number uint32) {
	addr := uint32(tcbRef(number))
	*word(s.directory() + 4*pdIndex(addr)) = *masterEntry(addr)
}
