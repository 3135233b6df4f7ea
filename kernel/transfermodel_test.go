//go:build !386

package kernel

// A model of IPC with everything in it (semantics 1 to 4): string items, page faults of both sides, transfer timeouts,
// propagation, redirectors. An IPC is a call with a phase; a transfer is a plan of steps, made when it begins. The model knows
// nothing of TCBs, handles, heaps or cursors. What a processor may do at any time - go on with a transfer or not - it
// does when it is told to (settle, in the driver).

type callPhase int

const (
	callSend      callPhase = iota // queued at dest
	callReceive                    // waits for who
	callPending                    // looks through its queue when it runs next; to a new sender it waits already, if who is set
	callCopy                       // sender of tr: goes on when it runs next
	callAbort                      // sender of tr: ends it when it runs next
	callFaultWait                  // sender of tr: the receiver has a page fault
	callLocked                     // receiver of tr
)

// xCall is one IPC of a thread's: its own, or the kernel's for a page fault.
type xCall struct {
	phase    callPhase
	fault    bool
	tag      uint32
	message  [3]uint32 // of a fault
	from     ThreadID
	receive  uint32 // receive timeout
	virtual  ThreadID
	intended ThreadID
	dest     *xThread
	who      ThreadID // an ID, anyThread or anyLocalThread
	deadline uint64   // in us, 0 none
	tr       *xTransfer
}

type xThread struct {
	number, version uint32
	space           int
	local           ThreadID
	queue           []*xThread
	call            *xCall // the IPC that it is in
	outer           *xCall // its own, if call is for a page fault in the middle of that

	mr                                   [64]uint32
	br                                   [33]uint32
	err, virtual, intended, pager, xfers uint32
	ax, si                               uint32
	ended                                bool // ax and si are to be looked at
}

func (x *xThread) id() ThreadID { return tid(x.number, x.version) }

// own is the thread's own IPC, set aside or not.
func (x *xThread) own() *xCall {
	if x.outer != nil {
		return x.outer
	}
	return x.call
}

type xPage struct {
	frame int
	write bool
}

type xSpace struct {
	pages      map[uint32]xPage
	redirector ThreadID
}

type stepKind int

const (
	stepWord     stepKind = iota // message register a is copied
	stepMove                     // n bytes from a to b
	stepMap                      // the page at a is mapped to b with rights n
	stepOverflow                 // the rest does not fit
)

type xStep struct {
	kind    stepKind
	a, b, n uint32
	item    uint32 // message register of the item that it belongs to
	page    uint32 // of a map item's pages
}

type xTransfer struct {
	s, r     *xThread
	plan     []xStep
	done     uint32 // bytes of the first step that have been moved
	total    uint32
	faulted  bool
	shorter  bool // the receiver's timeout is the shorter one
	deadline uint64
}

type xModel struct {
	threads []*xThread
	spaces  [3]xSpace
	frames  [xFrames + 1][]byte
	now     uint64
}

const (
	xFrames = 8
	xKIP    = xFrames // frame number of the kernel interface page
	userTop = 0xC0000000
)

func (m *xModel) find(x *xThread, id ThreadID) *xThread {
	for _, y := range m.threads {
		if y.id() == id || id.isLocal() && x != nil && y.space == x.space && y.local == id {
			return y
		}
	}
	return nil
}

func (m *xModel) seen(x, by *xThread) uint32 {
	if x.space == by.space {
		return uint32(x.local)
	}
	return uint32(x.id())
}

// deadline of a Time; ok is false if there must be no waiting.
func (m *xModel) deadline(time uint32) (at uint64, ok bool) {
	if us := modelTimes[time]; us != 0 {
		return m.now + us, true
	}
	return 0, time != timeZero
}

func (m *xModel) end(x *xThread, from, tag uint32, store bool) {
	x.call, x.ax, x.si, x.ended = nil, from, tag, true
	if store {
		x.mr[0] = tag
	}
}

// fail ends x's current IPC with an error.
func (m *xModel) fail(x *xThread, code uint32) {
	if x.call.fault {
		// The fault happens again, unless there is no pager.
		next := callCopy
		if code>>1&7 == ipcNoPartner>>1 {
			next = callAbort
		}
		m.resume(x, next)
		return
	}
	tag := uint32(tagError)
	if code&1 == phaseSend {
		tag |= x.call.tag
	}
	x.err = code
	m.end(x, 0, tag, true)
}

// resume goes back from x's page fault to the transfer that it was in.
func (m *xModel) resume(x *xThread, next callPhase) {
	x.call, x.outer = x.outer, nil
	tr := x.call.tr
	tr.s.call.phase, tr.r.call.phase = next, callLocked
}

func (m *xModel) ipc(x *xThread, to, from ThreadID, times, tag uint32) {
	x.mr[0] = tag
	c := &xCall{tag: tag &^ 0xF000, from: from, receive: times & 0xFFFF}
	if tag&tagPropagated != 0 {
		c.virtual = ThreadID(x.virtual)
	}
	x.call = c
	if to == nilThread {
		m.receivePhase(x)
	} else {
		m.sendPhase(x, to, times>>16)
	}
}

func (m *xModel) sendPhase(x *xThread, to ThreadID, time uint32) {
	c := x.call
	r := m.find(x, to)
	if r != nil {
		if rd := m.spaces[x.space].redirector; rd != nilThread && rd != x.id() && r.space != x.space && r.id() != rd {
			c.intended = r.id()
			r = m.find(nil, rd)
		}
	}
	if r == nil {
		m.fail(x, ipcNoPartner|phaseSend)
		return
	}
	v := m.find(x, c.virtual)
	c.virtual = nilThread
	if v != nil && m.mayPropagate(x, r, v) {
		c.virtual = v.id()
	}
	if r.call != nil && (r.call.phase == callReceive || r.call.phase == callPending) && m.named(r, r.call.who, x) {
		r.call.deadline = 0
		m.exchange(x, r)
		return
	}
	at, ok := m.deadline(time)
	if !ok {
		m.fail(x, ipcTimeout|phaseSend)
		return
	}
	c.phase, c.dest, c.deadline = callSend, r, at
	r.queue = append(r.queue, x)
}

func (m *xModel) mayPropagate(x, r, v *xThread) bool {
	return v.space == x.space || r.space == x.space || m.spaces[v.space].redirector == x.id()
}

// named: r, receiving from who, takes x's message.
func (m *xModel) named(r *xThread, who ThreadID, x *xThread) bool {
	return who == anyThread || who == anyLocalThread && r.space == x.space || who == x.id() || who != nilThread && who == x.call.virtual
}

// exchange is the transfer from x to r, or its beginning; then comes x's receive phase.
func (m *xModel) exchange(x, r *xThread) {
	c := x.call
	c.deadline = 0
	u, t := c.tag&63, c.tag>>6&63
	if u+t > 63 {
		m.failReceiver(x, r, ipcOverflow)
		m.fail(x, ipcOverflow|phaseSend)
		return
	}
	for i := uint32(1); i <= u && !r.call.fault; i++ {
		if r.mr[i] = x.mr[i]; c.fault {
			r.mr[i] = c.message[i]
		}
	}
	if t == 0 {
		m.deliver(x, r)
		m.receivePhase(x)
		return
	}
	tr := &xTransfer{s: x, r: r, plan: m.plan(x, r, u+1, u+t)}
	c.tr, r.call.tr = tr, tr
	c.phase, r.call.phase = callCopy, callLocked
}

// deliver ends r's receive phase with x's message.
func (m *xModel) deliver(x, r *xThread) {
	if r.call.fault {
		m.resume(r, callCopy)
		return
	}
	from, tag := m.origin(x, r, true)
	m.end(r, from, tag, true)
}

func (m *xModel) failReceiver(x, r *xThread, code uint32) {
	if r.call.fault {
		m.fail(r, code|phaseReceive)
		return
	}
	from, tag := m.origin(x, r, false)
	r.err = code | phaseReceive
	m.end(r, from, tag|tagError, true)
}

func (m *xModel) origin(x, r *xThread, delivered bool) (from, tag uint32) {
	c := x.call
	from, tag = m.seen(x, r), c.tag
	if c.intended != nilThread {
		r.intended = uint32(c.intended)
		tag |= tagRedirected
	}
	if v := m.find(nil, c.virtual); v != nil && c.virtual != nilThread && m.mayPropagate(x, r, v) {
		r.virtual = uint32(x.id())
		if delivered && v != r && v.call != nil && (v.call.phase == callReceive || v.call.phase == callPending) && v.call.who == x.id() {
			v.call.who, v.call.from = r.id(), r.id()
		}
		from, tag = m.seen(v, r), tag|tagPropagated
	}
	return
}

func (m *xModel) receivePhase(x *xThread) {
	c := x.call
	if c.from == nilThread {
		m.end(x, 0, c.tag, false)
		return
	}
	if m.searches(x) {
		m.candidate(x) // names who
		c.phase, c.deadline = callPending, 0
		return
	}
	m.receiveNow(x)
}

// searches: the queue is not short for all the kernel knows; it may put that off.
func (m *xModel) searches(x *xThread) bool {
	c := x.call
	if c.from == anyThread || c.from == anyLocalThread {
		return c.from == anyLocalThread && len(x.queue) > 0
	}
	p := m.find(x, c.from)
	if p == nil || p.call != nil && p.call.phase == callSend && p.call.dest == x {
		return false
	}
	for _, q := range x.queue {
		if q.call.virtual != nilThread {
			return true
		}
	}
	return false
}

// receiveNow looks for a queued sender, and receives from it or waits.
func (m *xModel) receiveNow(x *xThread) {
	c := x.call
	if c.from == nilThread {
		m.end(x, 0, c.tag, false)
		return
	}
	s, ok := m.candidate(x)
	switch {
	case !ok:
		m.fail(x, ipcNoPartner|phaseReceive)
	case s == nil:
		m.block(x)
	default:
		m.dequeue(s)
		c.phase = callLocked
		m.exchangeFrom(s, x)
	}
}

// exchangeFrom takes the message of s, which waited: its receive phase comes without its running.
func (m *xModel) exchangeFrom(s, x *xThread) {
	c := s.call
	if c.tag>>6&63 == 0 && c.tag&63 <= 63 {
		for i := uint32(1); i <= c.tag&63 && !x.call.fault; i++ {
			if x.mr[i] = s.mr[i]; c.fault {
				x.mr[i] = c.message[i]
			}
		}
		m.deliver(s, x)
		m.afterSend(s)
		return
	}
	m.exchange(s, x)
}

func (m *xModel) afterSend(s *xThread) {
	c := s.call
	if c.from == nilThread {
		m.end(s, 0, c.tag, false)
		return
	}
	q, ok := m.candidate(s)
	switch {
	case !ok:
		m.fail(s, ipcNoPartner|phaseReceive)
	case q == nil && !m.searches(s):
		m.block(s)
	default:
		c.phase, c.deadline = callPending, 0
	}
}

func (m *xModel) block(x *xThread) {
	at, ok := m.deadline(x.call.receive)
	if !ok {
		m.fail(x, ipcTimeout|phaseReceive)
		return
	}
	x.call.phase, x.call.deadline = callReceive, at
}

func (m *xModel) candidate(x *xThread) (s *xThread, ok bool) {
	c := x.call
	c.who = c.from
	if c.from != anyThread && c.from != anyLocalThread {
		p := m.find(x, c.from)
		if p == nil {
			return nil, false
		}
		c.who = p.id()
		if p.call != nil && p.call.phase == callSend && p.call.dest == x {
			return p, true
		}
	}
	for _, q := range x.queue {
		if m.named(x, c.who, q) {
			return q, true
		}
	}
	return nil, true
}

func (m *xModel) dequeue(s *xThread) {
	r := s.call.dest
	for i, q := range r.queue {
		if q == s {
			r.queue = append(append([]*xThread(nil), r.queue[:i]...), r.queue[i+1:]...)
			break
		}
	}
	s.call.dest, s.call.deadline = nil, 0
}

// piece is a substring, or (end) the place where a list of them is broken.
type piece struct {
	words []uint32 // registers read for it
	addr  uint32
	size  uint32
	end   bool
}

// pieces are the substrings of the string whose first descriptor is register at; next is the register behind them.
func pieces(reg func(uint32) uint32, at, last uint32) (list []piece, next uint32) {
	more := true
	for first := true; more; first = false {
		var words []uint32
		if !first {
			if at > last {
				return append(list, piece{end: true}), at
			}
			words = []uint32{at}
			if reg(at)&itemNoString != 0 {
				return append(list, piece{words: words, end: true}), at
			}
		}
		w := reg(at)
		at++
		more = w>>9&1 != 0
		for n := w>>4&31 + 1; n > 0; n-- {
			if at > last {
				return append(list, piece{words: words, end: true}), at
			}
			list = append(list, piece{words: append(words, at), addr: reg(at), size: w >> 10})
			words = nil
			at++
		}
	}
	return list, at
}

// plan lists what the transfer of the typed words i to last does if nothing goes wrong on the way.
func (m *xModel) plan(x, r *xThread, i, last uint32) (plan []xStep) {
	item := i
	add := func(s ...xStep) {
		for k := range s {
			s[k].item = item
		}
		plan = append(plan, s...)
	}
	mr := func(i uint32) uint32 { return x.mr[i] }
	br := func(i uint32) uint32 { return r.br[i] }
	buffer := uint32(0)
	if r.br[0]&1 != 0 {
		buffer = 1
	}
	user := !r.call.fault
	for i <= last {
		w := mr(i)
		item = i
		if w&itemNoString != 0 {
			window := user && r.br[0]&^0xF != 0 || !user
			if kind := w >> 1 & 7; kind != itemMap || i == last || !window {
				add(xStep{kind: stepOverflow})
				return
			}
			if user {
				add(xStep{kind: stepWord, a: i}, xStep{kind: stepWord, a: i + 1})
			}
			f := mr(i + 1) // at most 4 MiB; the window is complete
			for page, size := uint32(0), uint32(1)<<(f>>4&63); page<<12 < size; page++ {
				add(xStep{kind: stepMap, a: f&^(size-1)>>12 + page, b: w&^(size-1)>>12 + page, n: f & 7, page: page})
			}
			i += 2
			continue
		}
		if !user {
			add(xStep{kind: stepOverflow})
			return
		}
		add(xStep{kind: stepWord, a: i})
		if buffer == 0 || buffer > 32 || br(buffer)&itemNoString != 0 {
			add(xStep{kind: stepOverflow})
			return
		}
		src, next := pieces(mr, i, last)
		dst, _ := pieces(br, buffer, 32)
		for _, p := range src {
			for _, k := range p.words {
				add(xStep{kind: stepWord, a: k})
			}
			if p.end {
				add(xStep{kind: stepOverflow})
				return
			}
			for p.size > 0 {
				for len(dst) > 0 && !dst[0].end && dst[0].size == 0 {
					dst = dst[1:]
				}
				if len(dst) == 0 || dst[0].end || p.addr >= userTop || dst[0].addr >= userTop {
					add(xStep{kind: stepOverflow})
					return
				}
				n := min(p.size, dst[0].size, userTop-p.addr, userTop-dst[0].addr)
				add(xStep{kind: stepMove, a: p.addr, b: dst[0].addr, n: n})
				p.addr, p.size = p.addr+n, p.size-n
				dst[0].addr, dst[0].size = dst[0].addr+n, dst[0].size-n
			}
		}
		i = next
		if br(buffer)&1 == 0 {
			buffer = 0
			continue
		}
		for more := true; more && buffer <= 32; {
			more = br(buffer)>>9&1 != 0
			buffer += br(buffer)>>4&31 + 2
		}
	}
	return
}

// goOn continues the transfer that x sends, until limit bytes have been moved in all, or stop says so of the next step,
// or it ends or is held up.
func (m *xModel) goOn(x *xThread, limit uint32, stop func(p xStep) bool) {
	tr := x.call.tr
	for len(tr.plan) > 0 {
		p := tr.plan[0]
		if tr.total >= limit || stop != nil && stop(p) {
			return
		}
		switch p.kind {
		case stepWord:
			tr.r.mr[p.a] = x.mr[p.a]
		case stepMap:
			m.mapPage(x, tr.r, p.a, p.b, p.n&2 != 0)
		case stepOverflow:
			m.breakUp(tr, ipcOverflow, ipcOverflow)
			return
		case stepMove:
			for ; tr.done < p.n; tr.done++ {
				from, to := m.look(x.space, p.a+tr.done, false), m.look(tr.r.space, p.b+tr.done, true)
				if from == nil {
					m.fault(tr, x, p.a+tr.done, faultRead, 0x1000)
					return
				}
				if to == nil {
					m.fault(tr, tr.r, p.b+tr.done, faultWrite, 0xFFFFFFFF)
					return
				}
				*to = *from
				tr.total++
			}
			tr.done = 0
		}
		tr.plan = tr.plan[1:]
	}
	if limit != noLimit || stop != nil {
		return // it will end when it runs next
	}
	x.call.tr = nil
	m.deliver(x, tr.r)
	m.receivePhase(x)
}

const noLimit = 0xFFFFFFFF

// look is the byte at addr in a space, or nil for a page fault.
func (m *xModel) look(space int, addr uint32, write bool) *byte {
	p, ok := m.spaces[space].pages[addr>>12]
	if !ok || write && !p.write {
		return nil
	}
	return &m.frames[p.frame][addr&0xFFF]
}

func xMappable(page uint32) bool {
	return page != 0 && page < userTop>>12 && page != kipAt.base()>>12 && page != utcbAt.base()>>12
}

// fault is a page fault of x, one of the two.
func (m *xModel) fault(tr *xTransfer, x *xThread, addr, access, ip uint32) {
	if !xMappable(addr >> 12) {
		m.breakUp(tr, ipcAborted, ipcAborted)
		return
	}
	if !tr.faulted {
		snd, sok := m.deadline(tr.s.xfers >> 16)
		rcv, rok := m.deadline(tr.r.xfers & 0xFFFF)
		switch {
		case !sok:
			m.breakUp(tr, ipcXferOwn, ipcXferPartner)
			return
		case !rok:
			m.breakUp(tr, ipcXferPartner, ipcXferOwn)
			return
		}
		tr.deadline, tr.shorter = snd, rcv != 0 && (snd == 0 || rcv < snd)
		if tr.shorter {
			tr.deadline = rcv
		}
		tr.faulted = true
	}
	if x == tr.r {
		tr.s.call.phase = callFaultWait
	}
	x.outer = x.call
	x.call = &xCall{fault: true, tag: tagPageFault | access, message: [3]uint32{0, addr, ip}, from: ThreadID(x.pager)}
	if x.pager == 0 {
		m.fail(x, ipcNoPartner|phaseSend)
		return
	}
	m.sendPhase(x, ThreadID(x.pager), 0)
}

// breakUp ends a transfer with errors for both; neither is in IPC for a fault.
func (m *xModel) breakUp(tr *xTransfer, sender, receiver uint32) {
	offset := tr.total << 4
	m.failReceiver(tr.s, tr.r, receiver|offset)
	m.fail(tr.s, sender|offset|phaseSend)
}

// giveUpFault ends the IPC for x's page fault, if it has one.
func (m *xModel) giveUpFault(x *xThread) {
	if x.outer == nil {
		return
	}
	c := x.call
	switch c.phase {
	case callSend:
		m.dequeue(x)
	case callLocked:
		p := c.tr.s
		m.fail(p, ipcAborted|phaseSend)
	}
	x.call, x.outer = x.outer, nil
}

// breakOuter ends the transfer that x takes part in with its own IPC.
func (m *xModel) breakOuter(tr *xTransfer, sender, receiver uint32) {
	m.giveUpFault(tr.s)
	// The receiver of a pager's answer has its fault's IPC as tr; that one is broken, not given up.
	if tr.r.outer != nil && tr.r.outer.tr == tr {
		m.giveUpFault(tr.r)
	}
	m.breakUp(tr, sender, receiver)
}

// cancel ends whatever IPC x is in.
func (m *xModel) cancel(x *xThread, code uint32) {
	switch c := x.own(); {
	case c == nil:
	case c.tr != nil:
		m.breakOuter(c.tr, ipcAborted, ipcAborted)
	case c.phase == callSend:
		m.dequeue(x)
		m.fail(x, code|phaseSend)
	default:
		m.fail(x, code|phaseReceive)
	}
}

// state is what ExchangeRegisters reports: R and S.
func (m *xModel) state(x *xThread) (state uint32) {
	for _, c := range []*xCall{x.call, x.outer} {
		switch {
		case c == nil:
		case c.tr != nil && c.tr.s == x && c.phase != callLocked || c.tr == nil && c.phase == callSend:
			state |= exSend
		default:
			state |= exReceive
		}
	}
	return
}

func (m *xModel) pass(us uint64) {
	m.now += us
	for _, x := range m.threads {
		if c := x.own(); c != nil && c.tr != nil && c.tr.s == x && c.tr.deadline != 0 && c.tr.deadline <= m.now {
			if c.tr.shorter {
				m.breakOuter(c.tr, ipcXferPartner, ipcXferOwn)
			} else {
				m.breakOuter(c.tr, ipcXferOwn, ipcXferPartner)
			}
		}
		c := x.call
		if c == nil || c.deadline == 0 || c.deadline > m.now {
			continue
		}
		if c.phase == callSend {
			m.dequeue(x)
			m.fail(x, ipcTimeout|phaseSend)
		} else {
			m.fail(x, ipcTimeout|phaseReceive)
		}
	}
}

// forget ends the IPCs of all who are concerned with the ID of x, which is going.
func (m *xModel) forget(x *xThread) {
	for len(x.queue) > 0 {
		s := x.queue[0]
		m.dequeue(s)
		m.fail(s, ipcNoPartner|phaseSend)
	}
	for _, y := range m.threads {
		if y.call != nil && y.call.phase == callReceive && y.call.who == x.id() {
			m.fail(y, ipcNoPartner|phaseReceive)
		}
	}
}

func (m *xModel) remove(x *xThread) {
	m.cancel(x, ipcAborted)
	left := m.threads[:0]
	last := true
	for _, y := range m.threads {
		if y != x {
			left = append(left, y)
			last = last && y.space != x.space
		}
	}
	m.threads = left
	m.forget(x)
	if !last {
		return
	}
	m.spaces[x.space] = xSpace{}
	if x.space == xSource {
		for i := range m.spaces {
			m.unmap(i, func(p xPage) bool { return p.frame != xKIP })
		}
	}
}

// Pages: space xSource has all frames, the others get theirs from it alone.
const xSource = 2

func (m *xModel) mapPage(x, r *xThread, from, to uint32, write bool) {
	p, ok := m.spaces[x.space].pages[from]
	if !ok || x.space != xSource || !xMappable(to) {
		return
	}
	old, ok := m.spaces[r.space].pages[to]
	p.write = write || ok && old.frame == p.frame && old.write
	m.spaces[r.space].pages[to] = p
}

func (m *xModel) unmap(space int, which func(p xPage) bool) {
	for at, p := range m.spaces[space].pages {
		if which(p) {
			delete(m.spaces[space].pages, at)
		}
	}
}
