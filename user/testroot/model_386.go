package main

import (
	"sync/atomic"

	"pecan/user/l4"
)

// Random mappings among some spaces, compared after each step with a model of who has what from whom.

const (
	modelSpaces = 4
	modelSlots  = 5 // pages of each space
	modelFrames = 3
)

// modelNode is a mapping; the root task's own pages are no nodes.
type modelNode struct {
	frame  uint32 // 1 based; 0: nothing
	parent *modelNode
}

type model [modelSpaces][modelSlots]modelNode

// flush removes what is derived from n, and n itself if self is set.
func (m *model) flush(n *modelNode, self bool) {
	for s := range m {
		for i := range m[s] {
			if c := &m[s][i]; c.frame != 0 && c.parent == n {
				m.flush(c, true)
			}
		}
	}
	if self {
		*n = modelNode{}
	}
}

// move gives the place of a in the tree to b.
func (m *model) move(a, b *modelNode) {
	for s := range m {
		for i := range m[s] {
			if c := &m[s][i]; c.frame != 0 && c.parent == a {
				c.parent = b
			}
		}
	}
	*b = *a
	*a = modelNode{}
}

// put enters a mapping of frame, from src (nil: the root task), at dst.
func (m *model) put(dst, src *modelNode, frame uint32, grant bool) {
	if dst.frame == frame && !grant {
		return
	}
	if dst.frame != 0 {
		m.flush(dst, true)
		if src != nil && src.frame != frame {
			return
		}
	}
	if grant {
		m.move(src, dst)
		return
	}
	*dst = modelNode{frame: frame, parent: src}
}

func slotAddress(i uint32) uint32 { return target + i*0x00403000 }

// randomMappings does steps random operations, and checks everything after each.
func randomMappings(seed prng, steps uint32) {
	p := seed
	var m model
	var rigs [modelSpaces]*rig
	for i := range rigs {
		rigs[i] = newRigIn(nil)
	}
	deletions := seed == 0x7654321
	for n := range steps {
		op := p.next() >> 8
		a, b := op%modelSpaces, (op>>4)%modelSpaces
		i, k := (op>>8)%modelSlots, (op>>12)%modelSlots
		frame := (op>>16)%modelFrames + 1
		stepNumber("step", n)
		switch kind := p.next() >> 9 % 16; {
		case kind < 4: // from the root task
			rigs[a].take(slotAddress(i), largePage(frame, l4.RWX), l4.Complete)
			m.put(&m[a][i], nil, frame, false)
		case kind < 11: // from space to space
			if a == b {
				continue
			}
			src, dst := &m[a][i], &m[b][k]
			grant := kind == 10 && dst.frame != src.frame
			rigs[a].give(rigs[b], slotAddress(k), l4.PageAt(slotAddress(i), l4.RWX), l4.Complete, grant)
			if src.frame != 0 {
				m.put(dst, src, src.frame, grant)
			}
		case kind < 14:
			rigs[a].unmap(l4.PageAt(slotAddress(i), l4.RWX), kind == 13)
			m.flush(&m[a][i], kind == 13)
		case kind == 14:
			l4.UnmapPage(largePage(frame, l4.RWX), false)
			for s := range m {
				for x := range m[s] {
					if c := &m[s][x]; c.frame == frame {
						*c = modelNode{}
					}
				}
			}
		case deletions:
			rigs[a].renew()
			for x := range m[a] {
				m.flush(&m[a][x], true)
			}
		}
		for s := range m {
			for x := range m[s] {
				want := uint32(0)
				if f := m[s][x].frame; f != 0 {
					want = stamp(f)
				}
				rigs[s].shows(slotAddress(uint32(x)), want)
			}
		}
	}
	takeBack()
}

// randomUnderInterrupts does the same while interrupts come 8000 times a second to a thread above it.
func randomUnderInterrupts() {
	ticking()
	rtcWrite(0x0A, 0x23)
	counter[3] = 0
	handler := spawnAt(150, func() {
		var m l4.Msg
		from, err := l4.Wait(&m, soon)
		for err == l4.OK {
			rtcRead(0x0C)
			atomic.AddUint32(&counter[3], 1)
			from, err = l4.ReplyWait(from, m.Start(0), soon)
		}
		sleeper()
	})
	waitState(handler, l4.WaitingReceive)
	succeeds("associate", l4.AssociateInterrupt(clockLine, handler))
	rtcRead(0x0C)
	randomMappings(0xABCDEF1, 200)
	check(counted(3) > 0, "no interrupts")
	rtcWrite(0x0A, 0x26)
	quiet()
}
