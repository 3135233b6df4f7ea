package main

import "pecan/user/l4"

// Strings that are cut: no buffer, a small one, bad descriptors (semantics 3.1.2 to 3.1.8, abi 1.10).

var cutCases = []testCase{
	{"cut-no-buffer", "3.1.1 3.1.2 3.1.10 1.3.4 1.6.5 1.6.8 10.4", cutNoBuffer},
	{"cut-buffers-used-up", "3.1.2 3.1.10 1.6.4", cutBuffersUsedUp},
	{"cut-small-buffer", "3.1.6 3.1.10", cutSmallBuffer},
	{"cut-compound-words", "3.1.1 3.1.6", cutCompoundWords},
	{"cut-invalid-buffer", "3.1.3", cutInvalidBuffer},
	{"cut-buffers-beyond-br32", "3.1.3", cutBeyondBR32},
	{"cut-last-buffer-registers", "3.1.3 3.1.4", cutLastBuffers},
	{"cut-descriptors-beyond-tag", "3.1.7", cutBeyondTag},
	{"cut-end-of-user-area", "3.1.8 10.5", cutUserArea},
	{"cut-kernel-addresses", "3.1.8 10.5", cutKernelAddresses},
	{"cut-all-ones", "3.1.3 3.1.7 1.6.6", cutAllOnes},
	{"cut-overlap", "3.1.4", cutOverlap},
}

func cutNoBuffer() {
	s, r := pair()
	full(s, r)
	s.set(0x111, item(256), s.zone, 0x222)
	for i, c := range [...]struct {
		acceptor l4.Acceptor
		br1, br2 uint32
	}{
		{0, 0, 0},
		{0, item(1000), r.zone},            // s is not set
		{2, item(1000), r.zone},            // neither by bit 1
		{l4.AcceptAll, item(1000), r.zone}, // nor by a window
	} {
		stepNumber("acceptor", uint32(i))
		clear(r.back, 300)
		r.accepts(c.acceptor, c.br1, c.br2)
		overflows(s, r, tag(1, 2), 0)
		untouched("buffer", r.back, 300)
		equal("MR1", r.got[1], 0x111)
		equal("MR2: what was cut", r.got[2], item(256))
		equal("MR3", r.got[3], unusedMR(3))
	}
	step("empty string")
	s.set(item(0), s.zone)
	r.accepts(0)
	overflows(s, r, tag(0, 2), 0)
	equal("MR1", r.got[1], item(0))
}

func cutBuffersUsedUp() {
	s, r := pair()
	full(s, r)
	fill(s.back, 4096, 1, 0)
	clear(r.back, 4096)
	s.set(item(128), s.zone, item(128), s.zone+128, item(5), 0)
	r.accepts(strings, item(256), r.zone)
	overflows(s, r, tag(0, 6), 128)
	holds("first", r.back, 128, 1, 0)
	untouched("rest", r.back+128, 256)
	equal("MR2", r.got[2], s.zone)
	equal("MR3", r.got[3], item(128))
	equal("MR4", r.got[4], unusedMR(4))
	equal("MR5", r.got[5], unusedMR(5))
	step("two of three")
	r.accepts(strings, chained(200), r.zone, item(128), r.zone+1000)
	overflows(s, r, tag(0, 6), 256)
	holds("second", r.back+1000, 128, 1, 128)
	equal("MR5", r.got[5], item(5))
	step("empty string without a buffer of its own")
	s.set(item(128), s.zone, item(0), 0)
	r.accepts(strings, item(256), r.zone)
	overflows(s, r, tag(0, 4), 128)
}

func cutSmallBuffer() {
	s, r := pair()
	full(s, r)
	fill(s.back, 200000, 1, 0)
	for _, n := range [...][2]uint32{{256, 252}, {256, 255}, {1, 0}, {5000, 4096}, {100000, 65536}, {100000, 65537}, {200000, 1}} {
		stepNumber("buffer", n[1])
		clear(r.back, n[1]+300)
		s.set(item(n[0]), s.zone)
		r.accepts(strings, item(n[1]), r.zone)
		overflows(s, r, tag(0, 2), n[1])
		holds("what fits", r.back, n[1], 1, 0)
		untouched("behind", r.back+n[1], 300)
	}
	step("second string")
	s.set(item(100), s.zone, item(50), s.zone+100)
	r.accepts(strings, chained(300), r.zone, item(20), r.zone+300)
	overflows(s, r, tag(0, 4), 120)
	holds("first", r.back, 100, 1, 0)
	holds("second", r.back+300, 20, 1, 100)
	step("pieces")
	s.set(substrings(nil, 10, 4, s.zone, 100, false)...)
	r.accepts(strings, substrings(nil, 7, 5, r.zone+1000, 10, false)...)
	overflows(s, r, tag(0, 5), 35)
}

// Only those words of a compound string have been copied that were reached.
func cutCompoundWords() {
	s, r := pair()
	full(s, r)
	w := substrings(nil, 10, 3, s.zone, 100, true)
	w = substrings(w, 20, 3, s.zone+1000, 100, false)
	s.set(w...)
	r.accepts(strings, item(15), r.zone)
	overflows(s, r, tag(0, 8), 15)
	sameWords(s, r, 3) // descriptor and two addresses
	r.accepts(strings, item(55), r.zone)
	overflows(s, r, tag(0, 8), 55)
	sameWords(s, r, 7)
}

func cutInvalidBuffer() {
	s, r := pair()
	full(s, r)
	fill(s.back, 4096, 1, 0)
	s.set(item(100), s.zone, item(100), s.zone+100)
	step("map item as buffer")
	for _, w := range [...]uint32{8, item(1000) | 8, item(1000) | 10, 0xFFFFFFFF} {
		r.accepts(strings, w, r.zone)
		overflows(s, r, tag(0, 4), 0)
		equal("MR1", r.got[1], item(100))
	}
	step("second buffer invalid")
	r.accepts(strings, chained(1000), r.zone, item(1000)|8, r.zone)
	overflows(s, r, tag(0, 4), 100)
	step("second descriptor of a buffer invalid")
	r.accepts(strings, l4.StringHeader(40, 1, true), r.zone, item(1000)|8, r.zone)
	overflows(s, r, tag(0, 4), 40)
	step("second descriptor of a string invalid")
	s.set(l4.StringHeader(40, 1, true), s.zone, item(100)|8, s.zone)
	r.accepts(strings, item(1000), r.zone)
	overflows(s, r, tag(0, 4), 40)
	s.set(item(100), s.zone, item(100), s.zone+100)
	step("nothing behind the chain bit")
	r.accepts(strings, chained(1000), r.zone, 0, 0)
	overflows(s, r, tag(0, 4), 100)
}

func cutBeyondBR32() {
	s, r := pair()
	full(s, r)
	s.set(item(100), s.zone, item(100), s.zone, item(1), s.zone)
	step("chain ends at BR32")
	b := substrings(nil, 300, 30, r.zone, 0, false) // BR1 to BR31
	b[0] |= 1
	b = append(b, item(300)) // BR32; the address would be BR33
	r.accepts(strings, b...)
	overflows(s, r, tag(0, 4), 100)
	step("chain ends behind BR32")
	b = substrings(nil, 300, 31, r.zone, 0, false) // BR1 to BR32
	b[0] |= 1
	r.accepts(strings, b...)
	overflows(s, r, tag(0, 4), 100)
	step("32 pieces in BR2 to BR33")
	b = substrings(nil, 3, 31, r.zone, 0, false)
	b[0] = l4.StringHeader(3, 32, false)
	r.accepts(strings, b...)
	transfer(s, r, tag(0, 4))
	consistentCut(s, r, 93)
	step("compound chain that never ends")
	for i := range r.br[1:] {
		r.br[1+i] = l4.StringHeader(0, 1, true) | 1
	}
	overflows(s, r, tag(0, 4), 0)
	step("compound descriptors of no pieces' bytes before the second buffer")
	r.br[1], r.br[2] = l4.StringHeader(100, 1, true)|1, r.zone
	overflows(s, r, tag(0, 4), 100)
}

// consistentCut accepts an overflow at any offset up to limit, the same for both.
func consistentCut(s, r *puppet, limit uint32) {
	check(s.code.Code() == l4.Overflow && !s.code.Receiving(), "sender has no overflow")
	check(r.code.Code() == l4.Overflow && r.code.Receiving(), "receiver has no overflow")
	equal("offsets", s.code.Offset(), r.code.Offset())
	check(s.code.Offset() <= limit, "offset too large")
}

// The last registers are as good as the others.
func cutLastBuffers() {
	s, r := pair()
	full(s, r)
	fill(s.back, 4096, 1, 0)
	clear(r.back, 8192)
	s.set(item(100), s.zone, item(100), s.zone+100)
	b := substrings(nil, 9, 29, r.zone+4096, 20, false) // BR1 to BR30
	b[0] |= 1
	b = append(b, item(100), r.zone) // BR31, BR32
	r.accepts(strings, b...)
	transfers(s, r, tag(0, 4))
	for i := range uint32(11) {
		holds("first", r.back+4096+20*i, 9, 1, 9*i)
	}
	holds("second", r.back, 100, 1, 100)
	step("31 pieces to BR32")
	s.set(item(93), s.zone)
	r.accepts(strings, substrings(nil, 3, 31, r.zone+6000, 10, false)...)
	transfers(s, r, tag(0, 2))
	holds("last piece", r.back+6300, 3, 1, 90)
	step("string up to MR63")
	s.clean()
	s.mr[62], s.mr[63] = item(77), s.zone
	r.accepts(strings, item(100), r.zone+7000)
	transfers(s, r, tag(61, 2))
	holds("string", r.back+7000, 77, 1, 0)
	step("61 pieces")
	s.clean()
	w := substrings(nil, 5, 31, s.zone, 10, true)
	w = substrings(w, 6, 30, s.zone+1000, 10, false)
	s.set(w...)
	r.accepts(strings, item(4000), r.zone)
	transfers(s, r, tag(0, 63))
	sameWords(s, r, 63)
	holds("last piece", r.back+155+29*6, 6, 1, 1290)
}

func cutBeyondTag() {
	s, r := pair()
	full(s, r)
	r.accepts(strings, item(1000), r.zone)
	step("descriptor without address")
	s.set(item(100), s.zone)
	overflows(s, r, tag(0, 1), 0)
	step("the same at MR63")
	s.mr[63] = item(100)
	overflows(s, r, tag(62, 1), 0)
	s.clean()
	step("three pieces, room for two")
	s.set(substrings(nil, 10, 3, s.zone, 10, false)...)
	transfer(s, r, tag(0, 3))
	consistentCut(s, r, 20)
	step("32 pieces from MR60 on")
	s.mr[60] = l4.StringHeader(1, 32, false)
	s.mr[61], s.mr[62], s.mr[63] = s.zone, s.zone, s.zone
	transfer(s, r, tag(59, 4))
	consistentCut(s, r, 3)
	step("compound without the next descriptor")
	s.set(l4.StringHeader(10, 1, true), s.zone)
	transfer(s, r, tag(0, 2))
	consistentCut(s, r, 10)
	step("compound, next descriptor is the last word")
	s.set(l4.StringHeader(10, 1, true), s.zone, item(10), s.zone)
	transfer(s, r, tag(0, 3))
	consistentCut(s, r, 10)
}

const userTop = 0xC0000000

// A piece that starts below the end of the user area is clipped there. What is there depends on the kernel; the areas of
// this space are, so a fault of the last user page counts as well.
func cutUserArea() {
	s, r := pair()
	full(s, r)
	step("source wraps")
	r.accepts(strings, item(100000), r.zone)
	s.set(item(100000), 0xFFFFFFF0)
	overflows(s, r, tag(0, 2), 0)
	step("source above the user area")
	for _, at := range [...]uint32{userTop, userTop + 4096, 0xFFFFF000, 0xFFFFFFFF} {
		stepNumber("address", at)
		s.set(item(16), at)
		overflows(s, r, tag(0, 2), 0)
	}
	step("second piece above the user area")
	s.set(l4.StringHeader(16, 2, false), s.zone, userTop)
	overflows(s, r, tag(0, 3), 16)
	step("target")
	s.set(item(16), s.zone)
	for _, at := range [...]uint32{userTop, userTop + 4096, 0xFFFFF000, 0xFFFFFFF8} {
		stepNumber("address", at)
		r.accepts(strings, item(16), at)
		overflows(s, r, tag(0, 2), 0)
	}
	step("second piece of the target")
	r.accepts(strings, l4.StringHeader(8, 2, false), r.zone, 0xFFFFFFF8)
	overflows(s, r, tag(0, 2), 8)
	step("clipped source and target")
	var m l4.Msg
	for _, p := range [...]*puppet{s, r} {
		p.tell(m.Start(labelTake).AddMap(l4.MapItem{Base: userTop - 4096, Fpage: l4.PageAt(p.back, l4.RWX)}))
	}
	fill(s.back, 4096, 3, 0)
	s.set(item(5000), userTop-100)
	r.accepts(strings, item(5000), r.zone+8192)
	overflows(s, r, tag(0, 2), 100)
	holds("clipped source", r.back+8192, 100, 3, 3996)
	s.set(item(5000), s.zone)
	clear(r.back, 4096)
	r.accepts(strings, item(5000), userTop-200)
	overflows(s, r, tag(0, 2), 200)
	untouched("before", r.back, 3896)
	holds("clipped target", r.back+3896, 200, 3, 0)
}

// Kernel memory is neither read nor written, whatever there is.
func cutKernelAddresses() {
	s, r := pair()
	full(s, r)
	for at := uint32(userTop); at != 0; at += 0x00400000 {
		stepNumber("address", at)
		clear(r.back, 16)
		s.set(item(16), at+0x10)
		r.accepts(strings, item(16), r.zone)
		overflows(s, r, tag(0, 2), 0)
		untouched("buffer", r.back, 16)
		s.set(item(16), s.zone)
		r.accepts(strings, item(16), at+0x20)
		overflows(s, r, tag(0, 2), 0)
	}
}

func cutAllOnes() {
	s, r := pair()
	full(s, r)
	for i := range s.mr {
		s.mr[i] = 0xFFFFFFFF
	}
	for i := range r.br {
		r.br[i] = 0xFFFFFFFF
	}
	step("tag as well")
	overflows(s, r, 0xFFFF0FFF, 0)
	step("buffers")
	overflows(s, r, tag(0, 63), 0)
	s.set(item(100), s.zone)
	overflows(s, r, tag(0, 2), 0)
	step("buffers and strings without bit 3")
	for i := range s.mr {
		s.mr[i] = 0xFFFFFFF7
	}
	for i := range r.br {
		r.br[i] = 0xFFFFFFF7
	}
	overflows(s, r, tag(0, 63), 0)
	overflows(s, r, tag(1, 1), 0)
	r.accepts(strings)
	overflows(s, r, tag(62, 1), 0)
}

// Source and target may be the same memory, or overlap: what arrives is unspecified, where it arrives is not.
func cutOverlap() {
	s, r := near()
	full(s, r)
	fill(s.back, 10000, 1, 0)
	clear(s.back+10000, 10000)
	s.set(item(5000), s.zone)
	for _, at := range [...]uint32{0, 1, 4, 64, 4096, 4999} {
		stepNumber("distance", at)
		r.accepts(strings, item(5000), s.zone+100+at)
		s.set(item(5000), s.zone+100)
		transfers(s, r, tag(0, 2))
		r.accepts(strings, item(5000), s.zone+6000-at)
		s.set(item(5000), s.zone+6000)
		transfers(s, r, tag(0, 2))
	}
	untouched("behind", s.back+11000, 100)
	holds("before", s.back, 100, 1, 0)
	step("the same memory at two addresses")
	other := newPuppet(nil, source)
	full(other)
	fill(s.back, 10000, 2, 0)
	s.set(item(5000), s.zone+300)
	other.accepts(strings, item(5000), other.zone+300)
	transfers(s, other, tag(0, 2))
	holds("unchanged", s.back, 10000, 2, 0)
}
