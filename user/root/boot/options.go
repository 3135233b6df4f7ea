package boot

// Options are the words of the root task's command line.
type Options struct {
	Exit    uint16 // port of the exit device, if HasExit
	HasExit bool
	Limit   uint32 // of resident pages of the user's file, 0 for none
	Smoke   bool   // power off when the client is done
	Unknown []byte // the first word that was not understood, or empty
}

// ParseOptions reads a command line. Its first word may be a file name.
func ParseOptions(line []byte) (o Options) {
	first := true
	for {
		var w []byte
		w, line = word(line)
		if len(w) == 0 {
			return o
		}
		if !o.set(w) && !first && len(o.Unknown) == 0 {
			o.Unknown = w
		}
		first = false
	}
}

// set applies one word, if it is an option.
func (o *Options) set(w []byte) bool {
	if string(w) == "smoke" {
		o.Smoke = true
		return true
	}
	if v, ok := value(w, "exit="); ok {
		n, ok := number(v)
		if ok = ok && n <= 0xFFFF; ok {
			o.Exit, o.HasExit = uint16(n), true
		}
		return ok
	}
	if v, ok := value(w, "limit="); ok {
		n, ok := number(v)
		if ok {
			o.Limit = n
		}
		return ok
	}
	return false
}
