//go:build !386

package kernel

import (
	"fmt"
	"math/rand"
	"testing"

	"pecan/arch/ia32"
)

// The mapping database against the model: random maps, grants, unmaps, accesses and space deletions, through the system
// calls, with the views of all spaces compared after each.

const (
	mapSpaces = 5          // sigma0 and four others
	mapBase   = 0x007F4000 // the pages that sequences use: 24 of them, over a 4 MiB boundary
	mapPages  = 24
	mapFirst  = 60 // thread numbers of the spaces
)

// Space 4 has its areas in the middle of the pages.
const (
	innerKIP  = Fpage(0x007F80C0)
	innerUTCB = Fpage(0x007FA0C0)
)

type mapWorld struct {
	*world
	model   mapModel
	threads [mapSpaces]*TCB
	log     []string
	touches bool // partners touch their pages right before they send or receive
	queued  bool // senders are there first, and wait
	large   bool // 4 MiB pages occur: status bits may stand for more than a page
	coarse  map[uint32]uint32
}

func newMapWorld(t testing.TB, poolPages uint32) *mapWorld {
	w := &mapWorld{world: bootWorld(t, poolPages), coarse: map[uint32]uint32{}}
	w.model = mapModel{at: map[place2]*mapping{}, mappable: func(s modelSpace, page uint32) bool {
		inner := s == 4 && (page == innerKIP.base() || page == innerUTCB.base())
		return page >= 0x1000 && page < 0xC0000000 && !inner && (s == 4 || page != kipAt.base() && page != utcbAt.base())
	}}
	w.threads[0] = w.sigma0
	*w.root.mr(1) = 0
	w.ipc(sigma0ID, nilThread, 0, 0) // sigma0 waits no more
	for i := 1; i < mapSpaces; i++ {
		w.createSpace(i)
	}
	return w
}

func (w *mapWorld) createSpace(i int) {
	id := tid(mapFirst+uint32(i), 1)
	kip, utcb := kipAt, utcbAt
	if i == 4 {
		kip, utcb = innerKIP, innerUTCB
	}
	if code := w.control(id, id, rootID, nilThread, utcbUnchanged); code != errOK {
		w.t.Fatalf("creating space %d: %d", i, code)
	}
	w.call(callSpaceControl, regs{ax: uint32(id), dx: uint32(kip), si: uint32(utcb)})
	if code := w.control(id, id, rootID, rootID, utcb.base()); code != errOK {
		w.t.Fatalf("activating space %d: %d", i, code)
	}
	w.start(id)
	w.threads[i] = lookup(id)
}

// mapItem sends one item from one space to another; to itself through a second thread is left out: the thread
// would have to send to itself.
func (w *mapWorld) send(from, to int, send Fpage, base uint32, window Fpage, grant bool) {
	r, s := w.threads[to], w.threads[from]
	if !w.queued {
		w.run(r)
		*r.tcr(br0) = uint32(window) &^ 0xF
		w.ipc(nilThread, s.id(), 0, 0)
	}
	w.run(s)
	if w.touches {
		w.touchAll(from)
	}
	kind := uint32(itemMap)
	if grant {
		kind = itemGrant
	}
	*s.mr(1), *s.mr(2) = base&^0x3FF|kind<<1, uint32(send)
	if !w.queued {
		w.ipc(r.id(), nilThread, 0, 2<<6)
	} else {
		// The sender waits; its transfer happens while the receiver's directory is loaded. Then it sleeps for 100 us, so
		// that the receiver goes on without a switch.
		w.ipc(r.id(), s.id(), 100, 2<<6)
		w.run(r)
		if w.touches {
			w.touchAll(to)
		}
		ia32.Machine.PortOpen(uint32(send) >> 16)
		*r.tcr(br0) = uint32(window) &^ 0xF
		w.ipc(nilThread, s.id(), 0, 0)
	}
	w.finish(s)
	if w.queued {
		w.pass(200)
	} else if s.Frame.ESI&tagError != 0 {
		w.t.Fatalf("the sender's map item fails: %#x", errorCode(s))
	}
	if r.Frame.ESI&tagError != 0 {
		w.t.Fatalf("the receiver's map item fails: %#x", errorCode(r))
	}
}

func (w *mapWorld) mapOp(from, to int, send Fpage, base uint32, window Fpage, grant bool) {
	w.note("map %d to %d send %#x base %#x window %#x grant %v", from, to, send, base, window, grant)
	if from == to {
		return
	}
	w.send(from, to, send, base, window, grant)
	src, dst, size := ranges(send, base, window&^0xF)
	if size < ia32.PageSize {
		return
	}
	for off := uint64(0); off < size; off += ia32.PageSize {
		if from != 0 && size > 1<<22 && !w.near(src+uint32(off)) {
			continue
		}
		w.model.mapPage(modelSpace(from), modelSpace(to), src+uint32(off), dst+uint32(off), send.rights(), grant)
	}
	if grant && from != 0 && sizeOf(send) > size {
		w.model.flushSent(modelSpace(from), uint64(send)&^0x3FF/sizeOf(send)*sizeOf(send), sizeOf(send))
	}
}

// near reports whether a page can be mapped in a sequence; a complete space is not walked page by page in the model.
func (w *mapWorld) near(page uint32) bool { return page < 0x01800000 }

func (w *mapWorld) unmapOp(s int, f Fpage, flush bool) {
	w.note("unmap %d %#x flush %v", s, f, flush)
	t := w.threads[s]
	w.run(t)
	control := uint32(0)
	if flush {
		control = 64
	}
	*t.mr(0) = uint32(f)
	w.call(callUnmap, regs{ax: control, si: uint32(f), di: t.LocalID})
	w.finish(t)
	size := max(sizeOf(f), ia32.PageSize)
	base := uint64(f) &^ 0x3FF / size * size
	status, most := uint32(0), uint32(0)
	for off := uint64(0); off < size; off += ia32.PageSize {
		page := uint32(base + off)
		if size > 1<<22 && !w.near(page) {
			continue
		}
		if s == 0 {
			status |= w.model.unmapRoots(page, f.rights())
			most |= w.coarse[page>>22]
		} else if n := w.model.at[place2{modelSpace(s), page}]; n != nil {
			most |= w.coarse[n.frame>>22]
			status |= w.model.unmapPage(n, f.rights(), flush)
		}
	}
	want, got := uint32(f)&^rightRWX|status, t.Frame.ESI
	if w.large {
		want |= got & most // a 4 MiB page has one status
	}
	if got != want || *t.mr(0) != want {
		w.fail("unmap reports %#x, want %#x", got, want)
	}
}

// accessOp touches a page that is mapped; what is not mapped would fault to the pager.
func (w *mapWorld) accessOp(s int, page uint32, write bool) {
	n := w.model.at[place2{modelSpace(s), page}]
	if s == 0 || n == nil || write && !n.write {
		return
	}
	w.note("access %d %#x write %v", s, page, write)
	w.run(w.threads[s])
	// In a small space the first access, and the first write, may have to show the page.
	small := w.threads[s].space().segment != 0
	if !w.touch(page, write) && !(small && w.touch(page, write)) {
		w.fail("access faults")
	}
	n.accessed = true
	n.dirty = n.dirty || write
	w.coarse[n.frame>>22] |= w.model.own(n)
}

// touchAll accesses everything that space s has, so that a translation is cached that the next operation may make stale.
func (w *mapWorld) touchAll(s int) {
	for i := uint32(0); i < mapPages; i++ {
		page := mapBase + i<<12
		if n := w.model.at[place2{modelSpace(s), page}]; n != nil {
			w.accessOp(s, page, n.write && i&1 != 0)
		}
	}
}

func (w *mapWorld) destroyOp(s int) {
	if s == 0 {
		return
	}
	w.note("destroy %d", s)
	w.deleteSpace(s)
	w.createSpace(s)
}

func (w *mapWorld) deleteSpace(s int) {
	w.control(w.threads[s].id(), nilThread, nilThread, nilThread, utcbUnchanged)
	w.finish(w.root)
	if code := errorCode(w.root); w.root.Frame.EAX == 0 {
		w.fail("delete: error %d", code)
	}
	w.model.destroy(modelSpace(s))
}

func (w *mapWorld) note(format string, args ...any) {
	w.log = append(w.log, fmt.Sprintf(format, args...))
}

func (w *mapWorld) fail(format string, args ...any) {
	w.t.Helper()
	for _, l := range w.log {
		w.t.Log(l)
	}
	w.t.Fatalf(format, args...)
}

// compare checks that every space sees exactly what the model says, and that each mapping has the model's parent.
func (w *mapWorld) compare() {
	w.t.Helper()
	if wrong := checkMemory(); wrong != "" {
		w.fail("%s", wrong)
	}
	seen := 0
	for i := 1; i < mapSpaces; i++ {
		s := w.threads[i].space()
		for table := uint32(0); table < userTables; table++ {
			if *word(s.pdir + 4*table) == 0 {
				continue
			}
			for k := uint32(0); k < 1024; k++ {
				page := table<<22 | k<<12
				_, pte, h := s.find(page)
				if pte == 0 || s.inArea(page) {
					continue
				}
				seen++
				n := w.model.at[place2{modelSpace(i), page}]
				if n == nil || n.frame != pte&ia32.PteFrame || n.write != (pte&ia32.PteWrite != 0) {
					w.fail("space %d page %#x: entry %#x, model %+v", i, page, pte, n)
				}
				own, kept := statusRights(pte), statusRights(pte>>ia32.PteSeen)
				if w.large {
					own, kept = own&w.model.own(n), kept&n.status
				}
				if own != w.model.own(n) || kept != n.status {
					w.fail("space %d page %#x: status %x, %x for ancestors, model %+v", i, page, own, kept, n)
				}
				if kind := pte>>3&3 | pte>>7&1<<2; kind != n.kind {
					w.fail("space %d page %#x: memory type %d, model %+v", i, page, kind, n)
				}
				if got, want := w.parentOf(h, page), n.parent; want == nil && got != (place2{}) ||
					want != nil && got != (place2{want.space, want.page}) {
					w.fail("space %d page %#x: parent %+v, model %+v", i, page, got, want)
				}
			}
		}
	}
	if seen != len(w.model.at) {
		for at, n := range w.model.at {
			if _, pte, _ := w.threads[at.space].space().find(at.page); pte == 0 {
				w.fail("space %d page %#x is not mapped, model %+v", at.space, at.page, n)
			}
		}
	}
}

// parentOf names the page from which page of node h was mapped.
func (w *mapWorld) parentOf(h, page uint32) place2 {
	n := nodeAt(h)
	depth := n.depth
	for p := n.before(); ; p = nodeAt(p).before() {
		if p == 0 {
			return place2{}
		}
		if nodeAt(p).depth < depth {
			h = p
			break
		}
	}
	addr := nodeAt(h).addr()
	if nodeAt(h).isLarge() {
		_, pte, _ := n.owner().find(page)
		addr = nodeAt(h).pageAddr(pte)
	}
	for i := 1; i < mapSpaces; i++ {
		if w.threads[i].space() == nodeAt(h).owner() {
			return place2{modelSpace(i), addr}
		}
	}
	return place2{-1, addr}
}

// mapSequence decodes data into operations, five bytes each.
func mapSequence(t testing.TB, data []byte, operation func(w *mapWorld, b [5]byte)) {
	w := newMapWorld(t, 256)
	w.unchecked = true // compare does it, once per operation
	defer func() {
		if r := recover(); r != nil {
			for _, l := range w.log {
				t.Log(l)
			}
			panic(r)
		}
	}()
	for len(data) >= 5 {
		operation(w, [5]byte(data[:5]))
		data = data[5:]
		w.compare()
	}
}

func (w *mapWorld) operation(b [5]byte) {
	a, c := int(b[1]&15)%mapSpaces, int(b[1]>>4)%mapSpaces
	page := mapBase + uint32(b[2])%mapPages<<12
	other := mapBase + uint32(b[3])%mapPages<<12
	log2 := [8]uint32{12, 12, 12, 13, 14, 15, 1, 10}[b[4]>>5]
	rights := uint32(b[4] & 7)
	send := Fpage(page | log2<<4 | rights)
	window := completePage
	if b[4]&8 != 0 {
		window = Fpage(other | (12+uint32(b[3]>>6))<<4)
	}
	if log2 == 1 {
		send = completePage | Fpage(rights)
		if a == 0 {
			window = Fpage(other | 13<<4)
		}
	}
	w.queued = b[0]&0x40 != 0
	if w.touches = b[0]&0x30 == 0; w.touches {
		w.touchAll(a)
	}
	switch b[0] % 16 {
	case 0, 1, 2, 3, 4, 5, 6:
		w.mapOp(a, c, send, other, window, false)
	case 7, 8:
		w.mapOp(a, c, send, other, window, true)
	case 9:
		w.unmapOp(a, send, false)
	case 10, 11:
		w.unmapOp(a, send, true)
	case 12:
		w.unmapOp(a, send|rightRWX, b[4]&8 != 0)
	case 13, 14:
		w.accessOp(a, page, b[4]&8 != 0)
	case 15:
		if b[4] < 64 {
			w.destroyOp(a)
		} else {
			w.accessOp(a, other, b[4]&8 != 0)
		}
	}
}

func TestMappingAgainstModel(t *testing.T) {
	for seed := int64(0); seed < mappingSequences; seed++ {
		r := rand.New(rand.NewSource(seed))
		data := make([]byte, 5*(10+r.Intn(60)))
		r.Read(data)
		if !t.Run(fmt.Sprint(seed), func(t *testing.T) { mapSequence(t, data, (*mapWorld).operation) }) {
			return
		}
	}
}

func FuzzMapping(f *testing.F) {
	for seed := int64(0); seed < 20; seed++ {
		r := rand.New(rand.NewSource(seed))
		data := make([]byte, 200)
		r.Read(data)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 2000 {
			t.Skip()
		}
		mapSequence(t, data, (*mapWorld).operation)
	})
}
