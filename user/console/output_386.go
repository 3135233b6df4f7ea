package main

import "pecan/user/l4"

// Output waits in a ring until the transmitter has room, which it says by an interrupt. Who wrote it gets an answer when it is on
// the line.

const (
	ringSize   = 4096
	maxWriters = 16
)

// writer is a program that waits for its output: until so many bytes have been sent, counted from the start.
type writer struct {
	id  l4.ThreadID
	end uint32
}

var out struct {
	ring         [ringSize]byte
	put, sent    uint32 // bytes so far; they may wrap
	writers      [maxWriters]writer
	first, count uint32
	ready        bool // the transmitter will interrupt when it has room
}

// transmit queues a byte. If there is no room it sends one the slow way.
func transmit(c byte) {
	if out.put-out.sent == ringSize {
		fill()
	}
	out.ring[out.put%ringSize] = c
	out.put++
}

// fill waits until the transmitter is empty and gives it what it holds.
func fill() {
	for l4.In8(lineStatus)&readyForNext == 0 {
	}
	for n := 0; n < fifoSize && out.sent != out.put; n++ {
		l4.Out8(data, out.ring[out.sent%ringSize])
		out.sent++
	}
}

// start lets output go on its way after something has been queued.
func start() {
	switch {
	case !interrupts:
		for out.sent != out.put {
			fill()
		}
		answerWriters()
	case out.ready:
	case out.sent != out.put:
		out.ready = true
		l4.Out8(interruptMask, whenReceived|whenReady) // interrupts at once, if it is empty now
	default:
		answerWriters() // of nothing
	}
}

// refill is called when the transmitter is empty.
func refill() {
	answerWriters()
	if out.sent != out.put {
		fill()
		return
	}
	out.ready = false
	l4.Out8(interruptMask, whenReceived)
}

// await queues a writer for the answer to what it has written last.
func (w writer) await() {
	if out.count == maxWriters {
		for out.sent != out.put {
			fill()
		}
		answerWriters()
	}
	out.writers[(out.first+out.count)%maxWriters] = w
	out.count++
}

// answerWriters tells those whose output is on the line.
func answerWriters() {
	for out.count != 0 {
		w := out.writers[out.first]
		if int32(out.sent-w.end) < 0 {
			return
		}
		drain()
		out.first = (out.first + 1) % maxWriters
		out.count--
		var m l4.Msg
		l4.Send(w.id, m.Start(l4.Reply), l4.Zero) // who does not wait gets nothing
	}
}
