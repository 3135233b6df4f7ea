package main

import "pecan/user/l4"

// What happens when kernel memory is used up (abi 4.3 error 8, semantics 5.1): errors, and everything that exists goes on.
// When it is given back, as much can be had as before.

var exhaustionCases = []testCase{
	{"abi-4.3-out-of-memory-threads", exhaustThreads},
	{"abi-4.3-out-of-memory-scattered-threads", exhaustScattered},
	{"abi-4.3-out-of-memory-spaces", exhaustSpaces},
	{"semantics-5.1-out-of-memory-page-tables", exhaustTables},
	{"semantics-5.1-out-of-memory-mappings", exhaustMappings},
	{"semantics-5.6-out-of-memory-ports", exhaustPorts},
	{"semantics-5.1-many-mappings-of-one-page", manyMappings},
}

// firstMass is the first of many thread numbers.
const firstMass = 1024

// tools are threads made beforehand, which prove that others go on.
type witnesses struct {
	echo    l4.ThreadID
	far     *space
	faulter *rig
}

func newWitnesses() *witnesses {
	echo := func() {
		var m l4.Msg
		from, _ := l4.Wait(&m, l4.Never)
		for {
			from, _ = l4.ReplyWait(from, &m, l4.Never)
		}
	}
	w := &witnesses{echo: spawn(echo), far: spawnSpace(echo), faulter: newRigIn(nil)}
	w.prove()
	return w
}

// prove checks that IPC, faults, timeouts and unmap work.
func (w *witnesses) prove() {
	var m l4.Msg
	for i := range uint32(3) {
		arrives("echo", l4.Call(w.echo, m.Start(1).Add(i), l4.NewTimeouts(soon, soon)))
		arrives("echo from elsewhere", l4.Call(w.far.id, m.Start(1).Add(i), l4.NewTimeouts(soon, soon)))
		equal("echo", m.Word(1), i)
	}
	r := w.faulter
	r.patterns()
	r.regs.EBX = hole
	isFault(r.do(readEBX...), hole, r.slot, l4.Read)
	r.again()
	r.patterns()
	r.done(r.do(0xF0, 0x90), 2)
	ipcFails("sleep", l4.Receive(me(), &m, tick), receiveTimeout)
	l4.UnmapPage(l4.PageAt(pages, l4.RWX), false)
}

// mass is the ID of one of many threads.
func mass(i, stride uint32) l4.ThreadID { return l4.Global(firstMass+i*stride, 1) }

func fillThreads(stride uint32) (n uint32) {
	limit := (0x3FFFF - firstMass) / stride
	for n = 0; n < limit; n++ {
		if err := control(mass(n, stride), self, self, 0, same); err != l4.OK {
			refused("create", err, l4.ErrNoMemory)
			break
		}
	}
	return n
}

func exhaust(stride uint32) {
	w := newWitnesses()
	var first uint32
	for round := range uint32(2) {
		stepNumber("round", round)
		n := fillThreads(stride)
		check(n > 200, "few threads fit")
		w.prove()
		refused("another thread", control(mass(n, stride), self, self, 0, same), l4.ErrNoMemory)
		refused("another space", control(mass(n, stride), mass(n, stride), self, 0, same), l4.ErrNoMemory)
		w.prove()
		var m l4.Msg
		ipcFails("send to the last", l4.Send(mass(n-1, stride), m.Start(0), l4.Zero), sendTimeout)
		ipcFails("send to none", l4.Send(mass(n, stride), m.Start(0), l4.Zero), sendNoPartner)
		for i := range n {
			remove(mass((i*7919)%n, stride)) // n may be a multiple: the rest is below
		}
		for i := range n {
			remove(mass(i, stride))
		}
		w.prove()
		if round == 0 {
			first = n
		} else {
			equal("as many as before", n, first)
		}
	}
	about.Reset()
}

func exhaustThreads()   { exhaust(1) }
func exhaustScattered() { exhaust(7) }

// fillSpaces makes spaces with an active thread each.
func fillSpaces() (n uint32) {
	for ; n < 100000; n++ {
		id := mass(n, 1)
		err := l4.NewSpace(&l4.Space{ID: id, Pager: me(), Scheduler: self, KIPArea: l4.KIPAreaHere(), UTCBArea: l4.UTCBAreaHere()})
		if err != l4.OK {
			stepNumber("space", n)
			refused("space", err, l4.ErrNoMemory)
			return n
		}
	}
	return n
}

func exhaustSpaces() {
	w := newWitnesses()
	var first uint32
	for round := range uint32(2) {
		stepNumber("round", round)
		n := fillSpaces()
		check(n > 50, "few spaces fit")
		w.prove()
		for i := range n {
			remove(mass(n-1-i, 1))
		}
		w.prove()
		if round == 0 {
			first = n
		} else {
			equal("as many as before", n, first)
		}
	}
	about.Reset()
	s := spawnSpace(sender(me(), 1))
	arrives("a new space works", l4.Receive(s.id, new(l4.Msg), soon))
}

// storm maps pages into r, one to every 4 MiB, or 2 MiB to every 4 MiB, until nothing arrives any more. It returns how
// often that went well.
func storm(r *rig, send l4.Fpage, first uint32) (n uint32) {
	const step = 1 << 22
	there := func(at uint32) bool {
		v, ok := r.peek(at + uint32(send.Size()) - l4.PageSize)
		return ok && v&0xFFFF0000 == stamp(0)
	}
	for at := first; at < 0xB0000000; at += 31 * step {
		r.waits(me(), l4.Complete)
		var m l4.Msg
		m.Start(0)
		for i := range uint32(31) {
			m.AddMap(l4.MapItem{Base: at + i*step, Fpage: send})
		}
		arrives("map", l4.Send(r.id, &m, soon))
		r.received()
		if there(at + 30*step) {
			n += 31
			continue
		}
		for i := uint32(0); i < 31 && there(at+i*step); i++ {
			n++
		}
		return n
	}
	return n
}

func exhaustWith(send l4.Fpage) {
	w := newWitnesses()
	var first uint32
	for round := range uint32(2) {
		stepNumber("round", round)
		here := marked()
		var rigs [12]*rig
		n, used := uint32(0), 0
		for used < len(rigs) {
			id := newID()
			if l4.NewSpace(&l4.Space{ID: id, Pager: me(), Scheduler: self, KIPArea: l4.KIPAreaHere(), UTCBArea: l4.UTCBAreaHere()}) != l4.OK {
				break
			}
			rigs[used] = startRig(id, &space{id: id, utcbs: 1})
			got := storm(rigs[used], send, 0x10000000)
			used++
			n += got
			if got%31 != 0 {
				break
			}
		}
		check(n > 50, "few mappings fit")
		stepNumber("mappings", n)
		w.prove()
		refused("another space", control(mass(0, 1), mass(0, 1), self, 0, same), l4.ErrNoMemory)
		for _, r := range rigs[:used] {
			remove(r.id)
		}
		here.rewind()
		w.prove()
		if round == 0 {
			first = n
		} else {
			equal("as many as before", n, first)
		}
	}
	about.Reset()
	takeBack()
}

func exhaustTables() { exhaustWith(largePage(0, l4.RX)) }

// Half of the pages of 4 MiB each time, and a page table for them: they do not go into one node.
func exhaustMappings() { exhaustWith(l4.NewFpage(large, largeLog2-1, l4.RX)) }

// Ports need memory as well: spaces with ports until there is none.
func exhaustPorts() {
	ownPorts(deadPort, 4)
	w := newWitnesses()
	n := fillThreads(1)
	r := w.faulter
	r.patterns()
	r.regs.EDX = deadPort
	isPortFault(r.do(0xEC), deadPort, 0, r.slot)
	r.openTo(deadPort, 4)
	isPortFault(r.next(soon), deadPort, 0, r.slot)
	for i := range n {
		remove(mass(i, 1))
	}
	r.openTo(deadPort, 4)
	r.done(r.next(soon), 1)
	w.prove()
}

// One page mapped to many places, in a chain of spaces and beside each other, then taken away at once.
func manyMappings() {
	a, b, _ := rig3()
	a.take(target, largePage(0, l4.RX), l4.Complete)
	var m l4.Msg
	for i := range uint32(60) {
		a.waits(me(), l4.Complete)
		m.Start(0)
		for k := range uint32(31) {
			m.AddMap(l4.MapItem{Base: target + (1+i*31+k)*l4.PageSize, Fpage: largePage(0, l4.RX)})
		}
		arrives("map", l4.Send(a.id, &m, soon))
		a.received()
	}
	a.give(b, 0, l4.NewFpage(target, 23, l4.RX), l4.NewFpage(target, 23, 0), false)
	a.shows(target+60*31*l4.PageSize, stamp(0))
	b.shows(target+60*31*l4.PageSize, stamp(0))
	// Meanwhile interrupts are served.
	echo := spawnAt(120, func() {
		for range 20 {
			l4.Sleep(l4.Microseconds(200))
		}
		report(l4.OK)
	})
	for _, r := range [...]*rig{a, b} {
		r.shows(target, stamp(0))
	}
	takeBack()
	a.shows(target, 0)
	a.shows(target+60*31*l4.PageSize, 0)
	b.shows(target+60*31*l4.PageSize, 0)
	reportOf(echo, l4.OK)
}
