package main

import (
	"sync/atomic"
	"unsafe"

	"pecan/user/l4"
)

func number(i uint32) l4.ThreadID { return l4.Global(base+i, 1) }

// imageBase is where root tasks are linked.
const imageBase = 0x400000

// prefault touches the whole program: sigma0 gives its pages to this thread only, so the others must find them there.
func prefault() {
	end := uint32(uintptr(unsafe.Pointer(&target))) + uint32(len(target))
	for _, b := range []*[longest]byte{&source, &drain} {
		end = max(end, uint32(uintptr(unsafe.Pointer(b)))+longest)
	}
	for at := uint32(imageBase); at < end; at += 4096 {
		touchWord(at)
	}
}

// touchWord reads and writes a word without changing it.
func touchWord(addr uint32) { atomic.AddUint32((*uint32)(unsafe.Add(nil, addr)), 0) }

// newPager starts the thread that pages the child spaces: every page of this program, at its own address.
func newPager() l4.ThreadID { return newThread(0, l4.MyGlobalID(), page) }

func page() {
	var m l4.Msg
	from, err := l4.Wait(&m, l4.Never)
	for err == l4.OK {
		f, ok := m.PageFault()
		if !ok {
			from, err = l4.Wait(&m, l4.Never)
			continue
		}
		touchWord(f.Addr &^ 3) // so that this space has it, writable
		m.Start(0).AddMap(l4.MapItem{Base: f.Addr, Fpage: l4.NewFpage(f.Addr&^4095, 12, l4.RWX)})
		from, err = l4.ReplyWait(from, &m, l4.Never)
	}
}

// newThread starts f in this space.
func newThread(i uint32, pager l4.ThreadID, f func()) l4.ThreadID {
	id := number(i)
	check(l4.NewThread(&l4.Thread{ID: id, Pager: pager, Scheduler: l4.MyGlobalID(), Stack: stacks[i][:],
		UTCB: l4.MyUTCBLocation() + l4.UTCBLocation(512*(i+1)), Entry: f}))
	check(l4.SetPriority(id, 255))
	return id
}

// newSpace starts f in a space of its own that shows this program.
func newSpace(i uint32, pager l4.ThreadID, f func()) l4.ThreadID {
	id := number(i)
	check(l4.NewSpace(&l4.Space{ID: id, Pager: pager, Scheduler: l4.MyGlobalID(), KIPArea: l4.KIPAreaHere(), UTCBArea: l4.UTCBAreaHere()}))
	check(l4.SetPriority(id, 255))
	ip, sp := l4.PrepareThread(stacks[i][:], f)
	check(l4.Start(id, ip, sp))
	return id
}

func check(err l4.CallError) {
	if err != l4.OK {
		panic(err)
	}
}
