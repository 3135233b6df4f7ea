//go:build !386

package kernel

import (
	"testing"

	"pecan/arch/ia32"
)

// MemoryControl (abi 5.10): errors, inheritance, sigma0's own pages. The walks are compared with the model in maplarge_test.go.

// memoryControl is MemoryControl by t; 0 or the error code.
func (w *world) memoryControl(t *TCB, attributes [4]uint32, control uint32, pages ...uint32) uint32 {
	w.run(t)
	for i, p := range pages {
		*t.mr(uint32(i)) = p
	}
	w.call(callMemoryControl, regs{ax: control, cx: attributes[0], dx: attributes[1], bx: attributes[2], bp: attributes[3]})
	w.finish(t)
	if t.Frame.EAX != 0 {
		return errOK
	}
	return errorCode(t)
}

// kindAt is the memory type, a PAT index, of a page.
func kindAt(s *Space, addr uint32) uint32 {
	_, pte, _ := s.find(addr)
	return pte>>3&3 | pte>>7&1<<2
}

func TestMemoryControlErrors(t *testing.T) {
	w := newMapWorld(t, 256)
	s := w.threads[1]
	page := func(addr, which uint32) uint32 { return addr | 12<<4 | which }
	w.mapOp(0, 1, Fpage(page(0x00400000, 7)), 0x00400000, completePage, false)
	at := page(0x00400000, 0)
	if code := w.memoryControl(s, [4]uint32{1}, 0, at); code != errPrivilege {
		t.Errorf("without privilege: %d", code)
	}
	s.space().privileged = true
	for a := uint32(0); a < 300; a++ {
		want := uint32(errParameter)
		switch a {
		case 0, 1, 2, 4, 5, 8:
			want = errOK
		}
		if code := w.memoryControl(s, [4]uint32{a, 3, 3, 3}, 0, at); code != want {
			t.Errorf("attribute %d: error %d, want %d", a, code, want)
		}
	}
	// The one of the four that is chosen counts; nil pages choose none.
	for which := uint32(0); which < 4; which++ {
		attributes := [4]uint32{9, 9, 9, 9}
		attributes[which] = 4
		if code := w.memoryControl(s, attributes, 2, 0, at|which, 0); code != errOK || kindAt(s.space(), 0x00400000) != 3 {
			t.Errorf("attribute register %d: error %d", which, code)
		}
		w.memoryControl(s, [4]uint32{}, 0, at)
	}
	if code := w.memoryControl(s, [4]uint32{4, 9}, 1, at, at|1); code != errParameter || kindAt(s.space(), 0x00400000) != 0 {
		t.Errorf("second of two bad: error %d, or the first was done", code)
	}
	for _, control := range []uint32{64, 100, 1 << 31} {
		if code := w.memoryControl(s, [4]uint32{}, control, at); code != errParameter {
			t.Errorf("control %d: error %d", control, code)
		}
	}
	if code := w.memoryControl(s, [4]uint32{4}, 0, page(0x00900000, 0)); code != errOK {
		t.Errorf("page that is not there: error %d", code)
	}
	if code := w.memoryControl(s, [4]uint32{4}, 0, uint32(ioFpage(0x60, 4))); code != errOK {
		t.Errorf("ports: error %d", code)
	}
	ia32.Machine.NoPAT = true
	for _, a := range []uint32{5, 8} {
		if code := w.memoryControl(s, [4]uint32{a}, 0, at); code != errParameter {
			t.Errorf("attribute %d without a PAT: error %d", a, code)
		}
	}
	before := ia32.Machine.CacheFlushes
	if w.memoryControl(s, [4]uint32{4}, 0, at); ia32.Machine.CacheFlushes == before {
		t.Error("caches are not flushed")
	}
}

// Mappings inherit, 4 MiB pages included, also after they are broken up; sigma0's own pages pass theirs on.
func TestMemoryControlInherited(t *testing.T) {
	w := newMapWorld(t, 256)
	w.large = true
	for i := 1; i < 4; i++ {
		w.threads[i].space().privileged = true
	}
	four := Fpage(0x00400000 | 22<<4 | 7)
	w.mapOp(0, 1, four, 0x00400000, completePage, false)
	w.mapOp(1, 2, four, 0x00800000, completePage, false)
	w.controlOp(1, four, 5)
	w.mapOp(1, 3, four, 0x00800000, completePage, false)
	w.mapOp(2, 3, Fpage(0x00805000|12<<4|7), 0x01000000, completePage, false)
	w.compare()
	for i := 1; i < 4; i++ {
		at := uint32(0x00800000)
		if i == 1 {
			at = 0x00400000
		}
		if s := w.threads[i].space(); *s.pde(at)&ia32.PteLarge == 0 || kindAt(s, at) != 4 {
			t.Errorf("space %d: directory entry %#x", i, *s.pde(at))
		}
	}
	w.controlOp(2, Fpage(0x00806000|12<<4|7), 8)
	w.unmapOp(1, Fpage(0x00407000|12<<4|7), false)
	w.mapOp(2, 3, Fpage(0x00806000|12<<4|7), 0x01001000, completePage, false)
	w.mapOp(3, 4, Fpage(0x00805000|13<<4|7), 0x01000000, completePage, true)
	w.compare()
	// sigma0 uses a page itself, and changes its type: what it gives away of that page has it, too.
	w.run(w.sigma0)
	if w.touch(0x01002000, true) {
		t.Fatal("sigma0 has pages that it never used")
	}
	w.controlOp(0, Fpage(0x01000000|22<<4), 4)
	w.mapOp(0, 2, Fpage(0x01002000|12<<4|7), 0x01002000, completePage, false)
	if kindAt(w.sigma0.space(), 0x01002000) != 3 || kindAt(w.threads[2].space(), 0x01002000) != 3 {
		t.Error("sigma0's page does not pass its type on")
	}
}

// Without memory to break a 4 MiB page up the type of a part cannot be set: error 8, and nothing else has happened.
func TestMemoryControlWithoutMemory(t *testing.T) {
	w := newMapWorld(t, 256)
	w.large = true
	w.mapOp(0, 1, Fpage(0x00400000|22<<4|7), 0x00400000, completePage, false)
	s := w.threads[1]
	s.space().privileged = true
	w.unchecked = true
	restore := withhold(0)
	code := w.memoryControl(s, [4]uint32{4}, 0, 0x00405000|12<<4)
	restore()
	w.unchecked = false
	w.check()
	if code != errMemory || kindAt(s.space(), 0x00405000) != 0 {
		t.Errorf("error %d, type %d", code, kindAt(s.space(), 0x00405000))
	}
}
