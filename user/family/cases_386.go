package main

import "pecan/user/l4"

func valuesDiverge() string {
	set(1)
	status := family(func() uint32 {
		seen := value()
		set(seen + 1)
		return value()
	})
	switch {
	case status != 2:
		return "the child does not see what it wrote over what the parent had written"
	case value() != 1:
		return "the parent sees what the child wrote"
	}
	return ""
}

// childBeforeParent: what the parent writes after the fork is not seen by a child that looks later.
func childBeforeParent() string {
	set(1)
	child(func() uint32 {
		l4.Sleep(l4.Milliseconds(20))
		return value()
	})
	set(2)
	_, status, _ := l4.WaitChild()
	if status != 1 || value() != 2 {
		return "the child sees what the parent wrote after the fork"
	}
	return ""
}

// stackDiverges: both return through frames that were there before the fork, and change what is in them.
func stackDiverges() string {
	id, sum := descend(10)
	const want = 10 * 11 / 2
	if id == l4.NilThread {
		l4.Exit(sum)
	}
	_, status, _ := l4.WaitChild()
	if sum != want || status != want+1000 {
		return "a stack is not its own"
	}
	return ""
}

// descend forks n frames down and sums up 1 to n on the way back; the child has 1000 more at the bottom.
func descend(n uint32) (id l4.ThreadID, sum uint32) {
	if n == 0 {
		id, _ := l4.Fork()
		if id == l4.NilThread {
			return id, 1000
		}
		return id, 0
	}
	id, sum = descend(n - 1)
	return id, sum + n
}

// forkWithPatterns calls fork with a pattern in every register and says how many differ after it.
func forkWithPatterns(server l4.ThreadID) (tag l4.MsgTag, differ uint32)

func registersReproduced() string {
	tag, differ := forkWithPatterns(l4.Kernel().RootID())
	if tag.Failed() { // the child: fork says so by a tag that no answer has
		l4.Exit(differ)
	}
	_, status, ok := l4.WaitChild()
	switch {
	case !ok:
		return "no child"
	case differ != 0:
		return "registers of the parent are lost"
	case status != 0:
		return "registers of the child are not the parent's"
	}
	return ""
}

// utcbReproduced: the words of the UTCB that programs may write.
func utcbReproduced() string {
	u := l4.MyUTCB()
	old := *u
	u.ThreadWord0, u.ThreadWord1, u.UserDefinedHandle = 0x1234, 0x5678, 0x9ABC
	u.XferTimeouts = l4.NewTimeouts(7, 9)
	u.SetBR(32, 0xDEF0)
	handler := u.ExceptionHandler
	status := family(func() uint32 {
		u := l4.MyUTCB()
		if u.ThreadWord0 != 0x1234 || u.ThreadWord1 != 0x5678 || u.UserDefinedHandle != 0x9ABC ||
			u.XferTimeouts != l4.NewTimeouts(7, 9) || u.BR(32) != 0xDEF0 || u.ExceptionHandler != handler || handler.IsNil() {
			return 1
		}
		return 0
	})
	u.ThreadWord0, u.ThreadWord1, u.UserDefinedHandle, u.XferTimeouts = old.ThreadWord0, old.ThreadWord1, old.UserDefinedHandle, old.XferTimeouts
	if status != 0 {
		return "words of the UTCB are lost"
	}
	return ""
}

// forkOfAFork: three generations write the same variable.
func forkOfAFork() string {
	set(1)
	status := family(func() uint32 {
		set(10)
		status := family(func() uint32 {
			set(value() + 100)
			return family(func() uint32 {
				set(value() + 1000)
				return value()
			}) + value()
		})
		return status + value()
	})
	// Great-grandchild 1110, grandchild 110, child 10.
	if status != 1110+110+10 || value() != 1 {
		return "generations are not apart"
	}
	return ""
}

// orphan: a child outlives its parent, and keeps its memory.
func orphan() string {
	set(1)
	me := l4.MyGlobalID()
	if family(func() uint32 {
		set(5)
		child(func() uint32 {
			l4.Sleep(l4.Milliseconds(20)) // its parent is gone
			var m l4.Msg
			l4.Send(me, m.Start(0).Add(value()), l4.Never)
			return 0
		})
		set(6)
		return 0
	}) != 0 {
		return "the child fails"
	}
	var m l4.Msg
	if _, err := l4.Wait(&m, l4.Milliseconds(1000)); err != l4.OK || m.Word(1) != 5 {
		return "the orphan lost its memory"
	}
	settle()
	return ""
}

// settle gives processes that nobody waits for the time to end.
func settle() { l4.Sleep(l4.Milliseconds(20)) }

func waitWithoutChild() string {
	if _, _, ok := l4.WaitChild(); ok {
		return "a child that nobody made"
	}
	return ""
}
