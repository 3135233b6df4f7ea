package kernel

import "pecan/arch/ia32"

// gsKey, in the upper half of ExchangeRegisters' control word, makes EBX the word at gs:0 instead of the UserDefinedHandle, in
// both directions (docs/gs-word.md).
const gsKey = 0x6773

// exchangeHandle returns what ExchangeRegisters returns in EBX for x and, if control says so, sets it to v.
func exchangeHandle(x *TCB, control, v uint32) (old uint32) {
	if control>>16 != gsKey {
		handle := x.tcr(tcrUserHandle)
		old = *handle
		if control&exHandle != 0 {
			*handle = v
		}
		return
	}
	old = x.GSWord
	if control&exHandle != 0 {
		x.GSWord = v
		if x == running() {
			ia32.SetWord(v)
		}
	}
	return
}
