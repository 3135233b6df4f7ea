package pool

import (
	"encoding/binary"
	"testing"

	"pecan/user/l4"
)

// model is the protocol in the plainest way: an owner for each page and port.
type model struct {
	pages [world]Owner
	ports [allPorts]Owner
}

// world is the number of pages in which the fuzzer's requests lie; those above are described, but never asked for.
const world = 1 << 10

func newModel(k *l4.KIP) *model {
	m := new(model)
	set := func(lo, hi uint32, o Owner, onlyFree bool) {
		for n := lo >> 12; n <= hi>>12 && n < world; n++ {
			if !onlyFree || m.pages[n].free() {
				m.pages[n] = o
			}
		}
	}
	set(0, 0xFFFFFFFF, Other, false)
	for _, d := range k.MemoryDescriptors() {
		if !d.Virtual() && d.Low() <= d.High() {
			o, ok := map[l4.MemoryType]Owner{1: Conventional, 2: Kernel, 3: Other, 4: Anybody, 0xE: Other, 0xF: Other}[d.Type()&15]
			if !ok {
				o = Nobody
			}
			set(d.Low(), d.High(), o, false)
		}
	}
	set(k.Sigma0.Low, k.Sigma0.High-1, Owner(selfID), true)
	set(k.Root.Low, k.Root.High-1, Owner(rootID), true)
	for n := range m.ports {
		m.ports[n] = Other
	}
	return m
}

func claim(of []Owner, lo, n uint32, o Owner) bool {
	for i := lo; i < lo+n; i++ {
		if x := of[i]; !x.free() && x != o && x != Anybody {
			return false
		}
	}
	for i := lo; i < lo+n; i++ {
		if of[i].free() {
			of[i] = o
		}
	}
	return true
}

// answer is what the request should be answered.
func (m *model) answer(from l4.ThreadID, label uint16, w1 uint32) l4.MapItem {
	o := Owner(from)
	log2 := w1 >> 4 & 0x3F
	switch {
	case label>>4 == 0xFFE:
		x := m.pages[w1>>12]
		if x != Conventional && x != o && x != Anybody {
			return l4.MapItem{}
		}
		claim(m.pages[:], w1>>12, 1, o)
		return page(w1, 12)
	case log2 == 2:
		p := l4.IOFpage(w1)
		if p.Log2() <= 16 && claim(m.ports[:], uint32(p.Port()), p.Ports(), o) {
			return l4.MapItem{Fpage: l4.NewIOFpage(p.Port(), p.Log2(), l4.RWX).Fpage()}
		}
	case label>>4 != 0xFFA || log2 < 12 || log2 > 22:
	case w1>>10 == 0x3FFFFF:
		n := uint32(1) << (log2 - 12)
	search:
		for lo := uint32(0); lo+n <= world; lo += n {
			for i := lo; i < lo+n; i++ {
				if m.pages[i] != Conventional {
					continue search
				}
			}
			claim(m.pages[:], lo, n, o)
			return page(lo<<12, log2)
		}
	default:
		base := w1 &^ 0x3FF & (^uint32(0) << log2)
		if claim(m.pages[:], base>>12, 1<<(log2-12), o) {
			return page(base, log2)
		}
	}
	return l4.MapItem{}
}

// FuzzServer compares the server with the model. The input is a number of descriptors, the descriptors (5 bytes each:
// type, first and last KiB), then requests (6 bytes each: sender and kind, word 1).
func FuzzServer(f *testing.F) {
	f.Add([]byte("\x03\x01\x00\x00\xff\x03\x02\x10\x00\x20\x00\x04\x80\x02\xa0\x02" +
		"\x00\x00\x00\x01\x00\x01\x01\x00\xfc\xff\xff\x02\xc0\xfc\xff\xff\x05\xc0\x00\x00\x01"))
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) == 0 {
			return
		}
		n := int(in[0] % 12)
		in = in[1:]
		// All above the fuzzer's world stays out of play.
		d := []l4.MemoryDescriptor{memory(l4.Reserved, world<<12, 0xFFFFFFFF)}
		for ; n > 0 && len(in) >= 5; n-- {
			low := uint32(binary.LittleEndian.Uint16(in[1:])) % (world * 4)
			high := uint32(binary.LittleEndian.Uint16(in[3:])) % (world * 4)
			d = append(d, memory(l4.MemoryType(in[0]), low<<10, high<<10))
			in = in[5:]
		}
		k := kip(d...)
		want := newModel(k)
		s := newServer(k, 2000) // enough for any pattern: growing would need the model's help
		for ; len(in) >= 6; in = in[6:] {
			from := []l4.ThreadID{rootID, otherID, l4.Global(60, 1), selfID}[in[0]>>4&3]
			label := []uint16{0xFFE2, 0xFFA0, 0xFF86, 0xFFA0}[in[0]&3]
			w1 := binary.LittleEndian.Uint32(in[1:]) &^ 8
			switch {
			case label == 0xFFE2:
				w1 %= world << 12
			case in[0]&4 != 0: // a page of a plausible size and place
				w1 = w1%(world<<12)&^0x3F0 | (uint32(in[5])%12+11)<<4
			case in[0]&8 != 0: // any page
				w1 = uint32(l4.AnyPage(uint32(in[5])%12 + 11))
			case w1>>4&0x3F != 2:
				w1 = w1&^0x3F0 | 2<<4
			}
			if log2 := w1 >> 4 & 0x3F; label != 0xFFE2 && log2 != 2 && w1>>10 != 0x3FFFFF && log2 >= 12 && w1&(^uint32(0)<<log2) >= world<<12 {
				continue
			}
			got, expected := ask(t, s, from, label, w1, 0), want.answer(from, label, w1)
			if got != expected {
				t.Fatalf("%#x of %#x from %#x: %#x, want %#x", label, w1, from, got, expected)
			}
			if p := got.Fpage; !p.IsNil() && !p.IsIO() {
				for a := p.Base() >> 12; a < p.Base()>>12+uint32(p.Size()>>12); a++ {
					if s.Memory.Owner(a) == Kernel || s.Memory.Owner(a) == Nobody {
						t.Fatalf("page %#x was never to be given away", a)
					}
				}
			}
		}
		checkList(t, &s.Memory.Map)
		checkList(t, &s.Ports)
		for p := range uint32(world) {
			if s.Memory.Owner(p) != want.pages[p] {
				t.Fatalf("page %#x: owner %#x, want %#x", p, s.Memory.Owner(p), want.pages[p])
			}
		}
	})
}
