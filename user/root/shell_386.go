package main

import (
	"pecan/user/l4"
	"pecan/user/root/boot"
)

// shellStack is the stack of the thread behind the prompt.
var shellStack [16 << 10]byte

var shellRunning bool

// clientDone is what follows when the client has ended, or never can run: the prompt begins. With smoke, or without a
// console server for a prompt, the machine ends.
func clientDone(status uint32) {
	console := &programs[boot.Console]
	if task.Options.Smoke || console.state != running {
		task.PowerOff(status)
	}
	if shellRunning {
		return
	}
	shellRunning = true
	l4.SetConsole(console.id)
	// The thread's pager is this thread, which gets it its pages: sigma0 gives the root image to this thread alone.
	err := l4.NewThread(&l4.Thread{
		ID:    l4.Global(self.Number()+firstFree+uint32(boot.Programs), 1),
		Pager: self, Scheduler: self,
		UTCB:  l4.MyUTCBLocation() + l4.UTCBSize,
		Stack: shellStack[:],
		Entry: shell,
	})
	if err != l4.OK {
		var t l4.Text
		task.Say(t.Str("no thread for the prompt: ").Str(err.Error()))
	}
}

// ask sends the first thread a request without a reply.
func ask(label uint16) {
	var m l4.Msg
	l4.Send(self, m.Start(label), l4.Never)
}

// shell is the prompt.
func shell() {
	var line [80]byte
	for {
		l4.Print("pecan> ")
		n, ok := l4.ReadLine(line[:])
		if !ok {
			return
		}
		command(line[:n])
	}
}

func command(line []byte) {
	for len(line) > 0 && line[len(line)-1] == ' ' {
		line = line[:len(line)-1]
	}
	switch string(line) {
	case "":
	case "help":
		l4.Print("help    list the commands\n" +
			"ps      list the programs\n" +
			"uptime  time since the machine was started\n" +
			"reboot  start the machine again\n" +
			"quit    switch the machine off\n")
	case "ps":
		list()
	case "uptime":
		var t l4.Text
		ms := l4.SystemClock() / 1000
		t.Dec(ms / 1000).Byte('.').Byte('0' + byte(ms/100%10)).Str(" s")
		l4.PrintText(t.Line())
	case "reboot":
		ask(l4.RootReboot)
	case "quit":
		ask(l4.RootPowerOff)
	default:
		var t l4.Text
		l4.PrintText(t.Str("no such command: ").Chars(line).Str("; try help").Line())
	}
}

// list prints a line for every program.
func list() {
	for i := range uint32(boot.Programs) {
		var m l4.Msg
		var buf [l4.MaxWords * 4]byte
		if l4.Call(self, m.Start(l4.RootProgram).Add(i), l4.Forever) != l4.OK {
			return
		}
		var t l4.Text
		l4.PrintText(t.Chars(buf[:m.Bytes(1, buf[:])]).Line())
	}
}
