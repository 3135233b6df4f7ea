package main

import "pecan/user/l4"

// Strings without page faults (semantics 3.1).

var stringCases = []testCase{
	{"string-simple", "3.1.4 3.1.5 3.1.9 1.6.3e", stringSimple},
	{"string-alignments", "3.1.4", stringAlignments},
	{"string-sizes", "3.1.4", stringSizes},
	{"string-large", "3.1.4", stringLarge},
	{"string-across-4-mib", "3.1.4 4.1.3", stringAcross},
	{"string-substrings", "3.1.4 3.1.9", stringSubstrings},
	{"string-compound", "3.1.4 3.1.9", stringCompound},
	{"string-scatter-gather", "3.1.4", stringScatterGather},
	{"string-several", "3.1.5 3.1.9", stringSeveral},
	{"string-same-space", "3.1.4", stringSameSpace},
	{"string-hints", "3.1.4 3.1.9", stringHints},
	{"string-zero-lengths", "3.1.11", stringZeroLengths},
}

// item is the first word of a descriptor; one substring, nothing else.
func item(length uint32) uint32 { return l4.StringHeader(length, 1, false) }

// chained is item for a buffer that is followed by another one.
func chained(length uint32) uint32 { return item(length) | 1 }

const strings = l4.AcceptStrings

// tag is the tag of a message of u untyped and t typed words.
func tag(u, t uint32) l4.MsgTag { return l4.NewTag(0x1234, u, t) }

// transfer lets s send to r, which waits already.
func transfer(s, r *puppet, t l4.MsgTag) {
	r.receives(s.id)
	s.sends(r.id, t)
	r.begin()
	s.begin()
	finish(s, r)
}

// transfers is transfer, which must succeed.
func transfers(s, r *puppet, t l4.MsgTag) {
	transfer(s, r, t)
	s.want("sender", l4.OK)
	r.want("receiver", l4.OK)
	equal("tag", uint32(r.result), uint32(t))
	equalID("source", r.sender, s.seenBy(r))
}

// overflows is transfer, which must overflow after n bytes.
func overflows(s, r *puppet, t l4.MsgTag, n uint32) {
	transfer(s, r, t)
	s.want("sender", sendError(l4.Overflow, n))
	r.want("receiver", receiveError(l4.Overflow, n))
	equal("sender's tag", uint32(s.result), uint32(t|l4.Failed))
	equal("receiver's tag", uint32(r.result), uint32(t|l4.Failed))
}

func (p *puppet) seenBy(r *puppet) l4.ThreadID {
	if p.space == r.space {
		return p.local
	}
	return p.id
}

// sameWords fails the case unless the receiver has message registers from to last like the sender, and no others.
func sameWords(s, r *puppet, last uint32) {
	for i := uint32(1); i < 64; i++ {
		want := s.mr[i]
		if i > last {
			want = unusedMR(i)
		}
		if r.got[i] != want {
			fatal(describe("MR").Dec(uint64(i)).Str(": got ").Hex(r.got[i]).Str(", want ").Hex(want))
		}
	}
}

func stringSimple() {
	s, r := pair()
	full(s, r)
	fill(s.back, 4096, 1, 0)
	clear(r.back, 8192)
	s.set(0xAAA, item(256), s.zone+16)
	r.accepts(strings, item(4096), r.zone+100)
	transfers(s, r, tag(1, 2))
	sameWords(s, r, 3)
	untouched("before", r.back, 100)
	holds("string", r.back+100, 256, 1, 16)
	untouched("behind", r.back+356, 4096)
}

func stringAlignments() {
	s, r := pair()
	full(s, r)
	fill(s.back, 8192, 1, 0)
	for n := uint32(1); n <= 9; n += 4 {
		for from := uint32(0); from < 4; from++ {
			for to := uint32(0); to < 4; to++ {
				clear(r.back, 64)
				s.set(item(n), s.zone+4090+from)
				r.accepts(strings, item(n), r.zone+16+to)
				transfers(s, r, tag(0, 2))
				untouched("before", r.back, 16+to)
				holds("string", r.back+16+to, n, 1, 4090+from)
				untouched("behind", r.back+16+to+n, 16)
			}
		}
	}
}

func stringSizes() {
	s, r := pair()
	full(s, r)
	fill(s.back, 70000, 2, 0)
	for _, n := range [...]uint32{1, 2, 3, 4, 5, 63, 64, 65, 4095, 4096, 4097, 65535, 65536, 65537} {
		stepNumber("size", n)
		clear(r.back, n+64)
		s.set(item(n), s.zone+3)
		r.accepts(strings, item(n), r.zone+5)
		transfers(s, r, tag(0, 2))
		untouched("before", r.back, 5)
		holds("string", r.back+5, n, 2, 3)
		untouched("behind", r.back+5+n, 59)
	}
}

func stringLarge() {
	s, r := pair()
	full(s, r)
	for _, from := range [...]uint32{0, 1} { // 4 MiB - 1 bytes
		for i := uint32(0); i < regionSize; i += 4 {
			store(s.back+i, i*0x9E3779B1)
			store(r.back+i, 0)
		}
		s.set(item(l4.MaxString), s.zone+from)
		r.accepts(strings, item(l4.MaxString), r.zone)
		transfers(s, r, tag(0, 2))
		for i := uint32(0); i < regionSize-4; i += 4 {
			want := i * 0x9E3779B1
			if from == 1 {
				want = want>>8 | (i+4)*0x9E3779B1<<24
			}
			if load(r.back+i) != want {
				fatal(describe("offset ").Hex(i).Str(": got ").Hex(load(r.back + i)))
			}
		}
		equal("last byte", load(r.back+regionSize-4)>>24, 0)
	}
}

// across is where a puppet sees the halves of its region one behind the other with a multiple of 4 MiB between them.
const across = 0x70200000

func (p *puppet) giveAcross(i uint32) {
	var m l4.Msg
	p.tell(m.Start(labelTake).AddMap(l4.MapItem{Base: across + i*half, Fpage: l4.NewFpage(p.back+i*half, regionLog2-1, l4.RWX)}))
}

// Pieces that cross a multiple of 4 MiB, on either side, and faults exactly there.
func stringAcross() {
	s, r := pair()
	for i := range uint32(2) {
		s.giveAcross(i)
		r.giveAcross(i)
	}
	words(s.back, regionSize, 5)
	for _, c := range [...][3]uint32{{0, 0, regionSize - 4}, {half - 4, half - 8, 16}, {half - 0x8000, half - 0x4000, 0x10000}, {0, half - 4, 8}, {half - 4, 0, 8}} {
		stepNumber("from", c[0])
		for x := uint32(0); x < regionSize; x += 4 {
			store(r.back+x, 0)
		}
		s.set(item(c[2]), across+c[0])
		r.accepts(strings, item(c[2]), across+c[1])
		transfers(s, r, tag(0, 2))
		for x := uint32(0); x < c[2]; x += 4 {
			if load(r.back+c[1]+x) != load(s.back+c[0]+x) {
				fatal(describe("offset ").Hex(x).Str(": got ").Hex(load(r.back + c[1] + x)))
			}
		}
		equal("behind", load(r.back+(c[1]+c[2])%regionSize), 0)
	}
	step("nothing behind the border")
	s, r = pair()
	s.giveAcross(0)
	r.giveAcross(0)
	s.set(item(0x2000), across+half-0x1800)
	r.accepts(strings, item(0x2000), across+half-0x1000)
	launch(s, r, tag(0, 2))
	r.faults(across+half, l4.Write)
	var m l4.Msg
	r.reply(m.Start(0).AddMap(l4.MapItem{Base: across + half, Fpage: l4.PageAt(r.back+half, l4.RWX)}))
	s.faults(across+half, l4.Read)
	s.reply(m.Start(0).AddMap(l4.MapItem{Base: across + half, Fpage: l4.PageAt(s.back+half, l4.RWX)}))
	arrived(s, r)
	for x := uint32(0); x < 0x2000; x += 4 {
		equal("word", load(r.back+half-0x1000+x), load(s.back+half-0x1800+x))
	}
}

// substrings adds a descriptor of count substrings of length each, at addresses step apart.
func substrings(words []uint32, length, count, at, step uint32, more bool) []uint32 {
	words = append(words, l4.StringHeader(length, count, more))
	for i := range count {
		words = append(words, at+i*step)
	}
	return words
}

func stringSubstrings() {
	s, r := pair()
	full(s, r)
	fill(s.back, 32768, 3, 0)
	for _, count := range [...]uint32{2, 4, 32} {
		stepNumber("substrings", count)
		s.clean()
		clear(r.back, 8192)
		s.set(substrings(nil, 64, count, s.zone, 1000, false)...)
		r.accepts(strings, item(8192), r.zone)
		transfers(s, r, tag(0, count+1))
		sameWords(s, r, count+1)
		for i := range count {
			holds("piece", r.back+64*i, 64, 3, 1000*i)
		}
		untouched("behind", r.back+64*count, 64)
	}
}

func stringCompound() {
	s, r := pair()
	full(s, r)
	fill(s.back, 32768, 4, 0)
	clear(r.back, 8192)
	w := substrings(nil, 64, 3, s.zone, 1000, true)
	w = substrings(w, 17, 1, s.zone+5000, 0, true)
	w = substrings(w, 100, 20, s.zone+6000, 200, false)
	s.set(w...)
	r.accepts(strings, item(8192), r.zone)
	transfers(s, r, tag(0, uint32(len(w))))
	sameWords(s, r, uint32(len(w)))
	at := r.back
	for i := range uint32(3) {
		holds("first", at+64*i, 64, 4, 1000*i)
	}
	holds("second", at+192, 17, 4, 5000)
	for i := range uint32(20) {
		holds("third", at+209+100*i, 100, 4, 6000+200*i)
	}
	untouched("behind", at+2209, 100)
}

// Pieces on both sides that fit each other nowhere; the receiver's buffer is compound as well.
func stringScatterGather() {
	s, r := pair()
	full(s, r)
	fill(s.back, 32768, 5, 0)
	clear(r.back, 32768)
	w := substrings(nil, 7, 11, s.zone, 100, true)
	w = substrings(w, 1000, 3, s.zone+5001, 2000, false)
	s.set(w...)
	b := substrings(nil, 3, 9, r.zone+20000, 8, true)
	b = substrings(b, 5000, 1, r.zone+1, 0, false)
	r.accepts(strings, b...)
	transfers(s, r, tag(0, uint32(len(w))))
	sameWords(s, r, uint32(len(w)))
	at := func(i uint32) uint32 { // address of byte i of what arrived
		if i < 27 {
			return r.back + 20000 + i/3*8 + i%3
		}
		return r.back + 1 + i - 27
	}
	for i := range uint32(77 + 3000) {
		from := i/7*100 + i%7
		if i >= 77 {
			from = 5001 + (i-77)/1000*2000 + (i-77)%1000
		}
		equal("byte", uint32(bytesAt(at(i), 1)[0]), uint32(pattern(5, from)))
	}
	untouched("between", r.back+20003, 5)
	untouched("behind", r.back+3051, 100)
}

func stringSeveral() {
	s, r := pair()
	full(s, r)
	fill(s.back, 32768, 6, 0)
	clear(r.back, 32768)
	// Each string takes the next buffer; the rest of a buffer stays. The first buffer is compound, of which
	// the second descriptor is not needed.
	s.set(item(50), s.zone, item(60), s.zone+1000, item(70), s.zone+2000)
	b := []uint32{l4.StringHeader(100, 2, true) | 1, r.zone, r.zone + 500, item(10), r.zone + 900}
	b = append(b, chained(60), r.zone+4000, item(71), r.zone+5000)
	r.accepts(strings, b...)
	transfers(s, r, tag(0, 6))
	sameWords(s, r, 6)
	holds("first", r.back, 50, 6, 0)
	untouched("rest of the first buffer", r.back+50, 3900)
	holds("second", r.back+4000, 60, 6, 1000)
	holds("third", r.back+5000, 70, 6, 2000)
	untouched("behind", r.back+5070, 100)
}

func stringSameSpace() {
	s, r := near()
	full(s, r)
	fill(s.back, 65536, 7, 0)
	clear(r.back, 65536)
	s.set(item(60000), s.zone+1)
	r.accepts(strings, item(60001), r.zone+2)
	transfers(s, r, tag(0, 2))
	holds("string", r.back+2, 60000, 7, 1)
	untouched("behind", r.back+60002, 1)
}

// Cacheability hints mean nothing for the result.
func stringHints() {
	s, r := pair()
	full(s, r)
	fill(s.back, 32768, 8, 0)
	for hint := range uint32(4) {
		for own := range uint32(4) {
			clear(r.back, 8192)
			s.set(item(5000)|hint<<1, s.zone)
			r.accepts(strings, item(5000)|own<<1, r.zone)
			transfers(s, r, tag(0, 2))
			sameWords(s, r, 2)
			holds("string", r.back, 5000, 8, 0)
		}
	}
}

func stringZeroLengths() {
	s, r := pair()
	full(s, r)
	fill(s.back, 4096, 9, 0)
	clear(r.back, 4096)
	step("empty string")
	s.set(item(0), 0xDEADBEEF)
	r.accepts(strings, item(10), r.zone)
	transfers(s, r, tag(0, 2))
	sameWords(s, r, 2)
	step("empty string into empty buffer")
	r.accepts(strings, item(0), 0xDEADBEEF)
	transfers(s, r, tag(0, 2))
	step("empty pieces on both sides")
	w := substrings(nil, 0, 5, 0xFFFFFFFF, 0, true)
	w = append(w, l4.StringHeader(8, 1, true), s.zone)
	w = substrings(w, 0, 2, 0, 0, true)
	w = append(w, item(4), s.zone+100)
	s.set(w...)
	b := substrings(nil, 0, 3, 0xC0000000, 0, true)
	b = append(b, l4.StringHeader(5, 1, true), r.zone)
	b = substrings(b, 0, 4, 0, 0, true)
	b = append(b, item(100), r.zone+50)
	r.accepts(strings, b...)
	transfers(s, r, tag(0, uint32(len(w))))
	sameWords(s, r, uint32(len(w)))
	holds("first", r.back, 5, 9, 0)
	holds("second", r.back+50, 3, 9, 5)
	holds("third", r.back+53, 4, 9, 100)
	untouched("behind", r.back+57, 100)
	step("strings of nothing but empty pieces use a buffer each")
	s.clean()
	s.set(item(0), 0, item(0), 0, item(3), s.zone)
	r.accepts(strings, chained(9), r.zone+200, chained(9), r.zone+300, item(9), r.zone+400)
	transfers(s, r, tag(0, 6))
	untouched("first two", r.back+200, 200)
	holds("third", r.back+400, 3, 9, 0)
}
