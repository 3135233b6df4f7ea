//go:build !386

package ia32

import "unsafe"

// Kernel addresses. Pointers lead into the memory of the simulated machine; nothing keeps one across kernel entries.

// Ptr turns a kernel virtual address into a pointer, for accesses up to the end of its page.
//
// Like the processor it walks the loaded directory for the TCB array; a missing directory entry goes to the kernel's own fault
// handling. A user address, or a page that is not there, is a kernel bug and panics with Fault.
func Ptr(addr uint32) unsafe.Pointer {
	accesses++
	if off := addr - Window; off < uint32(len(memory)) {
		return unsafe.Pointer(&memory[off])
	}
	if addr-TCBArea < TCBEnd-TCBArea {
		return unsafe.Pointer(&memory[tcbFrame(addr)+addr&PageMask])
	}
	if addr-TempArea < 2*LargeSize {
		return physical(Machine.views[(addr-TempArea)/LargeSize] + addr&LargeMask)
	}
	if addr-Window < WindowMax {
		return physical(addr - Window)
	}
	panic(Fault{"kernel access", addr})
}

// accesses counts uses of Ptr since the last preemption point.
var accesses uint64

// Addr is the reverse of Ptr for memory in the window.
func Addr(p unsafe.Pointer) uint32 {
	return Window + uint32(uintptr(p)-uintptr(unsafe.Pointer(&memory[0])))
}

// tcbFrame translates an address of the TCB array to the frame behind it. A translation used before must still be
// true: the processor might have kept it.
func tcbFrame(addr uint32) uint32 {
	m := &Machine
	pde := physWord(m.CR3 + addr>>22*4)
	if pde&PtePresent == 0 {
		m.CR2 = addr
		if m.OnFault == nil || !m.OnFault(addr) {
			panic(Fault{"kernel page fault", addr})
		}
		if pde = physWord(m.CR3 + addr>>22*4); pde&PtePresent == 0 {
			panic(Fault{"kernel page fault not resolved", addr})
		}
	}
	pte := physWord(pde&PteFrame + addr>>12&1023*4)
	if pte&PtePresent == 0 {
		panic(Fault{"TCB page without entry", addr})
	}
	i := (addr - TCBArea) >> 12
	if m.seen[i] == 0 {
		m.seen[i] = pte
		m.touched = append(m.touched, i)
	} else if m.seen[i] != pte {
		panic(Fault{"stale translation of the TCB array", addr})
	}
	return pte & PteFrame
}

// void stands for physical memory that does not exist.
var void [PageSize]byte

// physical is a pointer to a physical address, there or not.
func physical(phys uint32) unsafe.Pointer {
	if phys < uint32(len(memory)) {
		return unsafe.Pointer(&memory[phys])
	}
	if !Machine.Void {
		panic(Fault{"no such physical memory", phys})
	}
	for i := range void {
		void[i] = 0xFF
	}
	return unsafe.Pointer(&void[phys&PageMask])
}

func physWord(phys uint32) uint32 { return *(*uint32)(unsafe.Pointer(&memory[phys])) }

func setPhysWord(phys, v uint32) { *(*uint32)(unsafe.Pointer(&memory[phys])) = v }

func put32(addr, v uint32)     { *(*uint32)(Ptr(addr)) = v }
func get32(addr uint32) uint32 { return *(*uint32)(Ptr(addr)) }

// bytesAt is n bytes at addr, all in one page.
func bytesAt(addr, n uint32) []byte { return unsafe.Slice((*byte)(Ptr(addr)), n) }

// Zero clears n bytes at addr; n is a multiple of 4, as the processor would make it.
func Zero(addr, n uint32) {
	for n &^= 3; n != 0; {
		k := min(n, PageSize-addr&PageMask)
		clear(bytesAt(addr, k))
		addr, n = addr+k, n-k
	}
}

// Fill sets n bytes at addr, a multiple of 4, to words of a value.
func Fill(addr, n, value uint32) {
	for n &^= 3; n != 0; addr, n = addr+4, n-4 {
		put32(addr, value)
	}
}

// Copy copies n bytes; n is a multiple of 4.
func Copy(dst, src, n uint32) {
	for n &^= 3; n != 0; {
		k := min(n, PageSize-dst&PageMask, PageSize-src&PageMask)
		copy(bytesAt(dst, k), bytesAt(src, k))
		dst, src, n = dst+k, src+k, n-k
	}
}
