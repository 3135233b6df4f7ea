package ia32

// The two cascaded 8259 interrupt controllers, lines 0 to 15 at vectors VecIRQ and up.

const (
	pic1, pic2 = 0x20, 0xA0
	picLines   = 16
	// lineCascade joins the controllers; it cannot be had by users.
	lineCascade = 2
)

// initPIC programs both controllers and masks every line but the cascade.
func initPIC() {
	Out8(pic1, 0x11)
	Out8(pic2, 0x11)
	Out8(pic1+1, VecIRQ)
	Out8(pic2+1, VecIRQ+8)
	Out8(pic1+1, 1<<lineCascade)
	Out8(pic2+1, lineCascade)
	Out8(pic1+1, 1)
	Out8(pic2+1, 1)
	Out8(pic1+1, 0xFF&^(1<<lineCascade))
	Out8(pic2+1, 0xFF)
}

func maskPIC(line uint32) {
	port := maskPort(line)
	Out8(port, In8(port)|1<<(line&7))
}

// unmaskPIC allows one line; a latched edge is delivered at once.
func unmaskPIC(line uint32) {
	port := maskPort(line)
	Out8(port, In8(port)&^(1<<(line&7)))
}

// ackPIC tells the controllers that the interrupt was taken.
func ackPIC(line uint32) {
	if line >= 8 {
		Out8(pic2, 0x20)
	}
	Out8(pic1, 0x20)
}

// spuriousPIC reports whether a line 7 or 15 interrupt has no request behind it; line 15 then still
// needs the acknowledgement of the first controller, which spuriousPIC gives.
func spuriousPIC(line uint32) bool {
	switch line {
	case 7:
		Out8(pic1, 0x0B)
		return In8(pic1)&0x80 == 0
	case 15:
		Out8(pic2, 0x0B)
		if In8(pic2)&0x80 == 0 {
			Out8(pic1, 0x20)
			return true
		}
	}
	return false
}

func maskPort(line uint32) uint32 {
	if line >= 8 {
		return pic2 + 1
	}
	return pic1 + 1
}
