package main

// Policy is everything the auditor must be told because the ELF cannot say it: where the kernel is entered, which
// stacks there are, where indirect calls lead, and which functions may contain which special instructions.
//
// Every entry carries its reason. Every entry must also be needed: one that names a function that does not exist,
// or that no longer excuses anything, is a violation itself, so that the table cannot rot into a list of loopholes.
type Policy struct {
	Layout      Layout
	Stacks      []Stack
	Nests       []Nest
	Entries     []Entry
	Switches    []Switch
	Joins       []Join
	Indirects   []Indirect
	MidEntries  []MidEntry
	HandChecked []HandChecked
	Privileged  []Privileged
	Data        []Data
	Unreached   []Unreached
	FastPaths   []FastPath
	Addresses   []Address
}

// Layout fixes where the image may lie.
type Layout struct {
	Window    uint32 // linear address of physical 0; segments lie at Window+physical or at their physical address
	Low, High uint32 // the image's physical range must lie in [Low, High)
	Magic     uint32 // a word that must occur exactly once in the file, 0 = not checked
	MagicAt   string // the symbol where it must be

	// The symbols between which the kernel write-protects its pages, both page boundaries: all constant sections lie
	// there, no writable one does. "" = the segments' flags say what is writable.
	ConstFrom, ConstTo string
	WritableCode       []WritableCode
}

// WritableCode permits a segment that is writable and executable, by the section it begins with.
type WritableCode struct{ Section, Reason string }

// Stack is memory that ESP may point into.
//
// Its size is Top-Bottom when both symbols are given, the size of the symbol Bottom when only that is, else Size bytes.
type Stack struct {
	Name        string
	Bottom, Top string   // symbols
	Size        int      // bytes, for stacks that are part of something else (a TCB's frame); 0 = nothing may be pushed
	MappedTop   uint32   // the linear address of the top where the stack is used through another mapping than its symbols'
	Guard       string   // symbol of the page below Bottom that is left unmapped, "" = none
	Margin      int      // bytes that must stay free above the proved bound
	Nests       []string // Nest groups that can come on top of whatever else lies on this stack
	Reason      string
}

// Nest is a group of kernel entries that can interrupt kernel code and run on its stack.
//
// The deepest entry of the group is added Times times to the bound of each stack that lists the group.
type Nest struct {
	Name   string
	Times  int
	AtSTI  bool // it comes where interrupts are on: a stack on which an STI is executed must list it
	Reason string
}

// Entry is a point where something other than a call starts kernel code.
type Entry struct {
	Func     string
	Mode     string   // a word that tells two entries by the same function apart: "user", "kernel", ...
	Stack    string   // where ESP points at that moment; for a nested entry it is the interrupted stack: ""
	Nest     string   // the group this entry belongs to when it nests, "" = starts on Stack
	Hardware int      // bytes the CPU pushes before the first instruction
	Without  []string // functions that are not entered in this mode, and so neither is the code that leads only to them
	Reason   string
}

// Switch says where the instructions of Func that load ESP with something other than ESP plus a constant point it,
// in the order of their addresses.
type Switch struct {
	Func   string
	To     []Place
	Reason string
}

// Join permits paths in Func to join with ESP in up to States different places, each of which is then followed. It is
// for entry code that goes on in the same way on whatever stack it came by.
type Join struct {
	Func   string
	States int
	Reason string
}

// Place is a position on a stack: Depth bytes below its top. Stack "" is the stack the function was entered on, Depth
// then counts from the entry.
type Place struct {
	Stack string
	Depth int
}

// Indirect lists the possible targets of the calls and jumps in Func whose target is not in the instruction.
//
// A target is a function's name, "next" (the instruction that follows), or "table:SYMBOL": every word of
// that object is the address of a function or of a word that holds one (a Go func value), nil allowed.
type Indirect struct {
	Func    string
	Sites   int // how many such instructions Func contains; one more is a new, unexplained one
	Targets []string
	Reason  string
}

// MidEntry permits direct calls and jumps into the middle of Func.
type MidEntry struct{ Func, Reason string }

// HandChecked gives the depth of a function whose stack pointer the auditor cannot follow; its calls are taken to
// happen at that depth.
type HandChecked struct {
	Func   string
	Depth  int
	Reason string
}

// Privileged permits instructions of the classes in Classes in Func.
type Privileged struct {
	Func    string
	Classes []Class
	Reason  string
}

// Data names a symbol in an executable section whose bytes, up to the next symbol, are not code of the kernel.
type Data struct{ Symbol, Reason string }

// Unreached names a function that no entry reaches and that may be in the image all the same, with what it calls.
//
// Optional entries need not be there: what the linker keeps can depend on which types have descriptors.
type Unreached struct {
	Func     string
	Optional bool
	Reason   string
}
