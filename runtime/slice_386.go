//go:build !pecan_kernel

package runtime

import "unsafe"

//go:noinline
func makeslice(et *_type, len, cap int) unsafe.Pointer {
	return makeSliceAt(callerPC(unsafe.Pointer(&et)), et, len, cap)
}

//go:noinline
func makeslice64(et *_type, len64, cap64 int64) unsafe.Pointer {
	pc := callerPC(unsafe.Pointer(&et))
	if int64(int(len64)) != len64 {
		throwAt(pc, reasons[whyMakeSliceLen])
	}
	if int64(int(cap64)) != cap64 {
		throwAt(pc, reasons[whyMakeSliceCap])
	}
	return makeSliceAt(pc, et, int(len64), int(cap64))
}

func makeSliceAt(pc uintptr, et *_type, len, cap int) unsafe.Pointer {
	if _, ok := arraySize(et.size, len); !ok {
		throwAt(pc, reasons[whyMakeSliceLen])
	}
	size, ok := arraySize(et.size, cap)
	if !ok || len > cap {
		throwAt(pc, reasons[whyMakeSliceCap])
	}
	return allocate(size, pc)
}

// makeslicecopy makes a slice of toLen elements and copies fromLen of them from from.
//
//go:noinline
func makeslicecopy(et *_type, toLen, fromLen int, from unsafe.Pointer) unsafe.Pointer {
	to := makeSliceAt(callerPC(unsafe.Pointer(&et)), et, toLen, toLen)
	memmove(to, from, et.size*uintptr(min(toLen, fromLen)))
	return to
}

// growslice makes room for num more elements: newLen is the length with them, oldCap the capacity without.
//
//go:noinline
func growslice(old unsafe.Pointer, newLen, oldCap, num int, et *_type) slice {
	return growSliceAt(callerPC(unsafe.Pointer(&old)), old, newLen, oldCap, num, et)
}

// growsliceNoAlias may free the old array; this heap never frees.
//
//go:noinline
func growsliceNoAlias(old unsafe.Pointer, newLen, oldCap, num int, et *_type) slice {
	return growSliceAt(callerPC(unsafe.Pointer(&old)), old, newLen, oldCap, num, et)
}

// growsliceBuf may use a buffer of bufLen elements on the caller's stack.
//
//go:noinline
func growsliceBuf(old unsafe.Pointer, newLen, oldCap, num int, et *_type, buf unsafe.Pointer, bufLen int) slice {
	if newLen < 0 || newLen > bufLen {
		return growSliceAt(callerPC(unsafe.Pointer(&old)), old, newLen, oldCap, num, et)
	}
	used := uintptr(newLen-num) * et.size
	if old != buf {
		memmove(buf, old, used)
	}
	rest := uintptr(bufLen)*et.size - used
	memclrNoHeapPointers(unsafe.Add(buf, used), rest)
	return slice{buf, newLen, bufLen}
}

func growsliceBufNoAlias(old unsafe.Pointer, newLen, oldCap, num int, et *_type, buf unsafe.Pointer, bufLen int) slice {
	return growsliceBuf(old, newLen, oldCap, num, et, buf, bufLen)
}

func growSliceAt(pc uintptr, old unsafe.Pointer, newLen, oldCap, num int, et *_type) slice {
	if newLen < 0 {
		throwAt(pc, "growslice: len out of range")
	}
	if et.size == 0 {
		return slice{unsafe.Pointer(&zerobase), newLen, newLen}
	}
	// Doubling wastes half of what was allocated before, which nobody gets back; large slices
	// grow by a quarter.
	newCap := max(newLen, oldCap+oldCap/4+192)
	if oldCap < 256 {
		newCap = max(newLen, 2*oldCap, int(7+et.size)/int(et.size))
	}
	size, ok := arraySize(et.size, newCap)
	if !ok {
		throwAt(pc, "growslice: len out of range")
	}
	p := allocate(size, pc)
	memmove(p, old, uintptr(newLen-num)*et.size)
	return slice{p, newLen, newCap}
}

// moveSlice and its variants copy a slice to the heap that was built in a buffer on the stack.
//
//go:noinline
func moveSlice(et *_type, old unsafe.Pointer, len, cap int) (unsafe.Pointer, int, int) {
	return moveSliceAt(callerPC(unsafe.Pointer(&et)), et.size, old, len, cap)
}

//go:noinline
func moveSliceNoScan(size uintptr, old unsafe.Pointer, len, cap int) (unsafe.Pointer, int, int) {
	return moveSliceAt(callerPC(unsafe.Pointer(&size)), size, old, len, cap)
}

//go:noinline
func moveSliceNoCap(et *_type, old unsafe.Pointer, len int) (unsafe.Pointer, int, int) {
	return moveSliceAt(callerPC(unsafe.Pointer(&et)), et.size, old, len, len)
}

//go:noinline
func moveSliceNoCapNoScan(size uintptr, old unsafe.Pointer, len int) (unsafe.Pointer, int, int) {
	return moveSliceAt(callerPC(unsafe.Pointer(&size)), size, old, len, len)
}

func moveSliceAt(pc, size uintptr, old unsafe.Pointer, len, cap int) (unsafe.Pointer, int, int) {
	if cap == 0 {
		if old != nil {
			old = unsafe.Pointer(&zerobase)
		}
		return old, 0, 0
	}
	p := allocate(uintptr(cap)*size, pc)
	memmove(p, old, uintptr(cap)*size)
	return p, len, cap
}
