//go:build !386

package kernel

import (
	"math/rand"
	"testing"

	"pecan/arch/ia32"
)

// I/O ports against a naive model: who gave each port to each space. What counts in the end is what the processor finds in the
// bitmap when a thread of the space runs.

const noGiver = -1

// portModel has, per space and port, the space that gave the port (0: sigma0), or noGiver.
type portModel [mapSpaces]map[uint32]int

func (m *portModel) has(s int, port uint32) bool {
	_, ok := m[s][port]
	return ok || s == 0
}

func (m *portModel) give(from, to int, port uint32, grant bool) {
	if !m.has(from, port) || to == 0 || m.has(to, port) {
		return
	}
	m[to][port] = from
	if grant && from != 0 {
		m[to][port] = m[from][port]
		delete(m[from], port)
		for s := 1; s < mapSpaces; s++ {
			if giver, ok := m[s][port]; ok && giver == from {
				m[s][port] = to
			}
		}
	}
}

// drop takes a port from everybody who has it from s, directly or not.
func (m *portModel) drop(s int, port uint32) {
	for c := 1; c < mapSpaces; c++ {
		if giver, ok := m[c][port]; ok && giver == s {
			delete(m[c], port)
			m.drop(c, port)
		}
	}
}

func portSequence(t testing.TB, d dice, every uint64) {
	w := newMapWorld(t, 256)
	if every != 0 {
		w.handle(handlerID)
		w.patient = true // a preemption point for every few ports
	}
	var m portModel
	for s := range m {
		m[s] = map[uint32]int{}
	}
	bases := [4]uint32{0x60, 2040, 4096, 0xFFF0}
	for !d.empty() {
		if every != 0 {
			w.raise(1+uint64(d.roll(3)), every)
		}
		a, b := int(d.roll(mapSpaces)), int(d.roll(mapSpaces))
		w.queued = d.roll(2) == 0
		log2 := d.roll(6)
		port := (bases[d.roll(4)] + d.roll(16)) &^ (1<<log2 - 1)
		f, count := ioFpage(port, log2)|d.roll(8), uint32(1)<<log2
		if d.roll(12) == 0 {
			f, port, count = uint32(completeIO), 0, 1<<16
			if every != 0 {
				f, port, count = ioFpage(0, 12), 0, 1<<12
			}
		}
		switch k := d.roll(8); {
		case k < 5 && a != b && !(a == 0 && count == 1<<16):
			w.send(a, b, Fpage(f), 0, [2]Fpage{nilPage, completePage}[d.roll(2)], k == 4)
			for p := port; p < port+count; p++ {
				m.give(a, b, p, k == 4)
			}
		case k < 7:
			flush := k == 6
			w.unmapPorts(a, f, flush)
			for p := port; p < port+count; p++ {
				if m.has(a, p) {
					m.drop(a, p)
					if flush {
						delete(m[a], p)
					}
				}
			}
		case k == 7 && a != 0 && d.roll(3) == 0:
			w.deleteSpace(a)
			w.createSpace(a)
			for p := range m[a] {
				m.drop(a, p)
			}
			clear(m[a])
		}
		w.comparePorts(&m, bases[:])
	}
}

func (w *mapWorld) unmapPorts(s int, f uint32, flush bool) {
	t := w.threads[s]
	w.run(t)
	if s != 0 {
		ia32.Machine.PortOpen(f >> 16) // so that a part of the bitmap is cached
	}
	control := uint32(0)
	if flush {
		control = 64
	}
	w.call(callUnmap, regs{ax: control, si: f})
	w.finish(t)
}

// comparePorts tries the ports near the given ones as user code of each space would.
func (w *mapWorld) comparePorts(m *portModel, near []uint32) {
	w.t.Helper()
	for s := 1; s < mapSpaces; s++ {
		w.run(w.threads[s])
		for _, base := range near {
			for p := base &^ 31; p < base+48 && p < 1<<16; p++ {
				if open := ia32.Machine.PortOpen(p); open != m.has(s, p) {
					w.t.Fatalf("space %d port %#x: open %v, giver %v", s, p, open, m[s][p])
				}
			}
		}
	}
	w.check()
}

// A port goes from space to space, each made before the one that it gets the port from, so that taking it back takes a round over all
// spaces for each; and one space gives it to all others. No stretch is long, and nobody keeps it, nor an heir loses it.
func TestPortInManySpaces(t *testing.T) {
	const n = 40
	for _, what := range []string{"chain", "star", "grant", "delete"} {
		for _, every := range []uint64{0, 1} {
			w := newMapWorld(t, 900)
			w.unchecked = true
			var list [n]*TCB
			for i := range list {
				list[n-1-i] = w.newThread(tid(100+8*uint32(i), 1), tid(100+8*uint32(i), 1), 0)
			}
			give := func(s, r *TCB, grant bool) {
				w.run(r)
				*r.tcr(br0) = uint32(completePage)
				w.ipc(nilThread, s.id(), 0, 0)
				w.run(s)
				kind := uint32(itemMap)
				if grant {
					kind = itemGrant
				}
				*s.mr(1), *s.mr(2) = kind<<1, ioFpage(0x60, 0)
				w.ipc(r.id(), nilThread, 0, 2<<6)
				w.finish(s)
			}
			give(w.sigma0, list[0], false)
			for i := 1; i < n-1; i++ {
				if what == "chain" || what == "delete" {
					give(list[i-1], list[i], false)
				} else {
					give(list[0], list[i], false)
				}
			}
			w.unchecked = false
			if every != 0 {
				w.handle(handlerID)
				w.raise(1, map[bool]uint64{false: every, true: 101}[what == "delete"]) // that looks at all ports of a page
			}
			left := 0
			operation := func() {
				switch what {
				case "grant":
					give(list[0], list[n-1], true)
					left = n - 1
				case "delete":
					w.control(list[0].id(), nilThread, nilThread, nilThread, utcbUnchanged)
					w.finish(w.root)
				default:
					w.run(list[0])
					w.call(callUnmap, regs{si: ioFpage(0x60, 0)})
					w.finish(list[0])
					left = 1
				}
			}
			if every == 0 {
				w.stretch(what, operation)
			} else {
				w.unchecked = true
				operation()
				w.unchecked = false
				w.check()
			}
			have := 0
			for i := range list {
				if list[i].Space != 0 && list[i].space().hasPort(0x60) {
					have++
				}
			}
			if have != left {
				t.Errorf("%s, interrupts %d: %d have the port, want %d", what, every, have, left)
			}
			if what == "grant" {
				if s := list[0].space(); s.hasPort(0x60) || *list[5].space().portParent(0x60) != list[n-1].space().number() {
					t.Error("the granter has the port, or its children are not the receiver's")
				}
			}
		}
	}
}

func TestPortsAgainstModel(t *testing.T) {
	for seed := int64(0); seed < portSequences; seed++ {
		r := rand.New(rand.NewSource(seed))
		data := make([]byte, 50+r.Intn(600))
		r.Read(data)
		portSequence(t, dice{data}, uint64(seed%3))
	}
}

func FuzzPorts(f *testing.F) {
	f.Add([]byte("any sequence of bytes will do to begin with"), byte(1))
	f.Fuzz(func(t *testing.T, data []byte, every byte) {
		if len(data) <= 2000 {
			portSequence(t, dice{data}, uint64(every))
		}
	})
}
