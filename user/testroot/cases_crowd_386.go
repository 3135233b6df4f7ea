package main

import (
	"unsafe"

	"pecan/user/l4"
)

// 10,000 threads at once, and then as many more as there is memory for.

var crowdCases = []testCase{
	{"semantics-6.1-10000-threads", crowd},
}

const crowdSize = 10_000

// crowdArea is the UTCB area of the space that they live in: 16384 UTCBs.
var crowdArea = l4.NewFpage(0x80000000, 23, 0)

// crowdCode sleeps for ever: a receive from oneself, again and again. All threads have the same word as stack, which holds the
// address to return to.
func crowdCode() (ip, sp uint32) {
	ip = uint32(uintptr(unsafe.Pointer(&codePool)))
	sp = ip + 64
	stub := uint32(uintptr(unsafe.Pointer(l4.Kernel()))) + l4.Kernel().Links[linkIpc]
	code := []byte{
		0x65, 0x8B, 0x3D, 0, 0, 0, 0, // mov edi, gs:[0]
		0x31, 0xC0, 0x31, 0xC9, // xor eax, eax; xor ecx, ecx
		0x8B, 0x57, 0xC4, // mov edx, [edi-60]: its own global ID
		0x31, 0xF6, // xor esi, esi
		0xBC, byte(sp), byte(sp >> 8), byte(sp >> 16), byte(sp >> 24), // mov esp, sp
	}
	rel := stub - (ip + uint32(len(code)) + 5)
	code = append(code, 0xE9, byte(rel), byte(rel>>8), byte(rel>>16), byte(rel>>24)) // jmp stub
	for i, b := range code {
		storeByte(ip+uint32(i), b)
	}
	store(sp, ip)
	return ip, sp
}

// gather makes them and waits until all sleep.
func gather() {
	ip, sp := crowdCode()
	succeeds("space", l4.NewSpace(&l4.Space{ID: mass(0, 1), Pager: me(), Scheduler: self, KIPArea: l4.KIPAreaHere(), UTCBArea: crowdArea}))
	succeeds("start", l4.Start(mass(0, 1), ip, sp))
	for i := uint32(1); i < crowdSize; i++ {
		stepNumber("thread", i)
		succeeds("create", control(mass(i, 1), mass(0, 1), self, me(), crowdArea.Base()+512*i))
		succeeds("start", l4.Start(mass(i, 1), ip, sp))
	}
	about.Reset()
	var m l4.Msg
	for range 1000 { // the image must be mapped there
		from, err := l4.Wait(&m, l4.Milliseconds(5))
		if err == receiveTimeout {
			if l4.State(mass(crowdSize-1, 1)) == l4.WaitingReceive {
				break // the last one sleeps
			}
			continue
		}
		f, ok := m.PageFault()
		check(ok && inImage(f.Addr), "a fault outside the image")
		supply(f.Addr, &m)
		l4.Send(from, &m, l4.Zero)
	}
	for i := range uint32(crowdSize) {
		if s := l4.State(mass(i, 1)); s != l4.WaitingReceive {
			fatal(describe("thread ").Dec(uint64(i)).Str(" is in state ").Dec(uint64(s)))
		}
	}
}

func crowd() {
	w := newWitnesses()
	var first uint32
	for round := range uint32(2) {
		gather()
		w.prove()
		// A few of them wake up and sleep again.
		for i := uint32(0); i < crowdSize; i += 999 {
			succeeds("cancel", l4.Cancel(mass(i, 1)))
		}
		l4.Sleep(tick)
		for i := uint32(0); i < crowdSize; i += 999 {
			waitState(mass(i, 1), l4.WaitingReceive)
		}
		n := uint32(crowdSize)
		for {
			err := control(mass(n, 1), mass(0, 1), self, 0, same)
			if err != l4.OK {
				refused("when memory ends", err, l4.ErrNoMemory)
				break
			}
			n++
		}
		w.prove()
		for i := range uint32(crowdSize) {
			if s := l4.State(mass(i, 1)); s != l4.WaitingReceive {
				fatal(describe("thread ").Dec(uint64(i)).Str(" is then in state ").Dec(uint64(s)))
			}
		}
		for i := range n {
			remove(mass((i*7)%n, 1)) // n may be a multiple: the rest is below
		}
		for i := range n {
			remove(mass(i, 1))
		}
		w.prove()
		if round == 0 {
			first = n
		} else {
			equal("as many as before", n, first)
		}
	}
}
