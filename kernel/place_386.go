package kernel

import _ "unsafe" // for linkname

//go:linkname locate runtime.Locate
func locate(pc uintptr) (fn, file string, line int)

//go:linkname runtimeDie runtime.die
func runtimeDie(msg string) { die(msg) }

// printPlace prints function, file and line of a kernel address.
func printPlace(pc uint32) {
	fn, file, line := locate(uintptr(pc))
	if fn == "" {
		console.print("user level or unknown code")
		return
	}
	console.print(fn)
	console.print(" (")
	console.print(file)
	console.put(':')
	console.decimal(uint32(line))
	console.put(')')
}
