package main

import "pecan/user/l4"

// A crowd are threads that are there while something else is measured: they must not cost it anything.

const (
	crowdFirst = 256                // number of the first
	perSpace   = 1 << (23 - 9)      // threads
	crowdArea  = uint32(0x80000000) // of the UTCBs, 8 MiB
)

// The stack of all of them, and what they call.
var (
	crowdStack    [128]byte
	crowdIpc      uint32
	crowdSwitch   uint32
	crowdTimeouts uint32
)

func crowdSleep()
func crowdRun()
func crowdAddresses() (sleep, run uint32)

func crowdID(i uint32) l4.ThreadID { return number(crowdFirst + i) }

// crowdThread creates thread i of the crowd, in the space of the first one of perSpace.
func crowdThread(i uint32) l4.CallError {
	area := l4.NewFpage(crowdArea, 23, 0)
	if i%perSpace == 0 {
		return l4.NewSpace(&l4.Space{ID: crowdID(i), Pager: thePager, Scheduler: l4.MyGlobalID(), KIPArea: l4.KIPAreaHere(), UTCBArea: area})
	}
	return l4.ThreadControl(crowdID(i), crowdID(i-i%perSpace), l4.MyGlobalID(), thePager, l4.UTCBLocation(area.Base()+l4.UTCBSize*(i%perSpace)))
}

// gather makes the crowd larger, from n threads to m. The error is that of the thread that cannot be made.
type gather func(n, m uint32) l4.CallError

// asleep lets each thread run until it sleeps with the timeouts.
func asleep(timeouts l4.Timeouts) gather {
	return func(n, m uint32) l4.CallError {
		crowdIpc, crowdTimeouts = link(callIpc), uint32(timeouts)
		sleep, _ := crowdAddresses()
		for i := n; i < m; i++ {
			if err := crowdThread(i); err != l4.OK {
				return err
			}
			check(l4.SetPriority(crowdID(i), topPriority))
			startAt(crowdID(i), sleep, at(&crowdStack))
			for l4.State(crowdID(i)) == l4.Running {
				l4.ThreadSwitch(crowdID(i))
			}
		}
		return l4.OK
	}
}

// readyBelow makes threads that are ready and never run: their priorities, from 1 to 128, are lower.
func readyBelow(n, m uint32) l4.CallError {
	crowdSwitch = link(callThreadSwitch)
	_, run := crowdAddresses()
	for i := n; i < m; i++ {
		if err := crowdThread(i); err != l4.OK {
			return err
		}
		check(l4.SetPriority(crowdID(i), 1+i%128))
		startAt(crowdID(i), run, at(&crowdStack))
	}
	return l4.OK
}

// crowdSpaces makes spaces with a thread each that waits for its start.
func crowdSpaces(n, m uint32) l4.CallError {
	for i := n; i < m; i++ {
		err := l4.NewSpace(&l4.Space{ID: crowdID(i), Pager: thePager, Scheduler: l4.MyGlobalID(), KIPArea: l4.KIPAreaHere(), UTCBArea: l4.UTCBAreaHere()})
		if err != l4.OK {
			return err
		}
	}
	return l4.OK
}

// disperse deletes the first n of the crowd. Those that do not exist are no error.
func disperse(n uint32) {
	for i := range n {
		check(l4.DeleteThread(crowdID(i)))
	}
}
