package ia32

// COM1, polled: the kernel's console until user programs own the line, and for panics.

const com1 = 0x3F8

// InitUART programs 115200 baud, 8 data bits, no parity, FIFOs on, interrupts off.
func InitUART() {
	Out8(com1+1, 0)
	Out8(com1+3, 0x80)
	Out8(com1, 1)
	Out8(com1+1, 0)
	Out8(com1+3, 3)
	Out8(com1+2, 7)
	Out8(com1+4, 0x0B)
}

// PutUART sends one byte. A line that never becomes ready loses the byte instead of hanging the kernel.
func PutUART(b byte) {
	for n := 0; n < 1<<16; n++ {
		if In8(com1+5)&0x20 != 0 {
			Out8(com1, uint32(b))
			return
		}
	}
}

// GetUART returns a received byte, or -1.
func GetUART() int32 {
	if In8(com1+5)&1 == 0 {
		return -1
	}
	return int32(In8(com1))
}
