//go:build !pecan_kernel

package runtime

import "unsafe"

// Conversions to interfaces copy the value to the heap.

//go:noinline
func convT(t *_type, v unsafe.Pointer) unsafe.Pointer {
	p := allocate(t.size, callerPC(unsafe.Pointer(&t)))
	memmove(p, v, t.size)
	return p
}

//go:noinline
func convTnoptr(t *_type, v unsafe.Pointer) unsafe.Pointer {
	p := allocate(t.size, callerPC(unsafe.Pointer(&t)))
	memmove(p, v, t.size)
	return p
}

//go:noinline
func convT16(v uint16) unsafe.Pointer {
	p := allocate(2, callerPC(unsafe.Pointer(&v)))
	*(*uint16)(p) = v
	return p
}

//go:noinline
func convT32(v uint32) unsafe.Pointer {
	p := allocate(4, callerPC(unsafe.Pointer(&v)))
	*(*uint32)(p) = v
	return p
}

//go:noinline
func convT64(v uint64) unsafe.Pointer {
	p := allocate(8, callerPC(unsafe.Pointer(&v)))
	*(*uint64)(p) = v
	return p
}

//go:noinline
func convTstring(v string) unsafe.Pointer {
	p := allocate(unsafe.Sizeof(v), callerPC(unsafe.Pointer(&v)))
	*(*string)(p) = v
	return p
}

//go:noinline
func convTslice(v []byte) unsafe.Pointer {
	p := allocate(unsafe.Sizeof(v), callerPC(unsafe.Pointer(&v)))
	*(*[]byte)(p) = v
	return p
}

// staticuint64s holds the values of one byte: the compiler lets interfaces point into it.
var staticuint64s [256]uint64

func fillStatic() {
	for i := range staticuint64s {
		staticuint64s[i] = uint64(i)
	}
}

// Interface tables are made by the compiler where it knows both types. Where a value of one interface is
// asked for another interface, the table is found here: in the image, or made once and kept. There must
// be one table per pair of types, since == on interfaces compares the tables' addresses.

type madeTab struct {
	next *madeTab
	tab  *itab
}

var madeTabs *madeTab

// tabFor returns the table for t as inter, or nil if t lacks a method of inter.
func tabFor(inter *interfaceType, t *_type) *itab {
	for _, tab := range firstmoduledata.itablinks {
		if tab.inter == inter && tab.typ == t {
			return tab
		}
	}
	for {
		head := madeTabs
		for m := head; m != nil; m = m.next {
			if m.tab.inter == inter && m.tab.typ == t {
				return m.tab
			}
		}
		tab := makeTab(inter, t)
		if tab == nil {
			return nil
		}
		// Another thread may have made the same table meanwhile: then look again.
		// Not &madeTab{}: the conversion to uintptr would let the compiler keep it on the stack.
		m := (*madeTab)(allocate(unsafe.Sizeof(madeTab{}), 0))
		m.next, m.tab = head, tab
		if cas((*uintptr)(unsafe.Pointer(&madeTabs)), uintptr(unsafe.Pointer(head)), uintptr(unsafe.Pointer(m))) {
			return tab
		}
	}
}

// makeTab builds a table; nil if t lacks a method. The methods of both types are sorted by name.
func makeTab(inter *interfaceType, t *_type) *itab {
	u := t.uncommon()
	if u == nil {
		return nil
	}
	found := make([]uintptr, 0, len(inter.methods))
	methods := u.methods()
	for _, want := range inter.methods {
		name := nameAt(want.name)
		for len(methods) > 0 && !sameMethod(inter, u, name, want.typ, methods[0]) {
			methods = methods[1:]
		}
		if len(methods) == 0 {
			return nil
		}
		found = append(found, firstmoduledata.text+uintptr(methods[0].ifn))
		methods = methods[1:]
	}
	const fixed = unsafe.Offsetof(itab{}.fun)
	tab := (*itab)(allocate(fixed+4*uintptr(len(found)), 0))
	tab.inter, tab.typ = inter, t
	for i, pc := range found {
		*(*uintptr)(unsafe.Add(unsafe.Pointer(tab), fixed+4*uintptr(i))) = pc
	}
	return tab
}

// sameMethod reports whether m is the method that the interface calls want. Unexported names are the same only
// within one package.
func sameMethod(inter *interfaceType, u *uncommonType, want name, typ int32, m method) bool {
	have := nameAt(m.name)
	if m.mtyp != typ || have.text() != want.text() {
		return false
	}
	return have.exported() || have.packagePath(nameAt(u.pkgPath)) == want.packagePath(inter.pkgPath)
}

// packagePath returns the package of an unexported name: its own, or that of the type it belongs to.
func (n name) packagePath(ofType name) string {
	flags := *n.bytes
	if flags&namePackage == 0 {
		return ofType.text()
	}
	_, at := n.part(1)
	if flags&nameTag != 0 {
		_, at = n.part(at)
	}
	var offset int32
	memmove(unsafe.Pointer(&offset), unsafe.Add(unsafe.Pointer(n.bytes), at), 4) // not aligned
	return nameAt(offset).text()
}

// typeAssert returns the table for x.(I), where x has type t, and nil if that fails and may.
//
//go:noinline
func typeAssert(s *typeAssertion, t *_type) *itab {
	var tab *itab
	if t != nil {
		tab = tabFor(s.inter, t)
	}
	if tab == nil && !s.canFail {
		failAssertion(callerPC(unsafe.Pointer(&s)), s.inter, t)
	}
	return tab
}

//go:noinline
func assertE2I(inter *interfaceType, t *_type) *itab {
	var tab *itab
	if t != nil {
		tab = tabFor(inter, t)
	}
	if tab == nil {
		failAssertion(callerPC(unsafe.Pointer(&inter)), inter, t)
	}
	return tab
}

func assertE2I2(inter *interfaceType, t *_type) *itab {
	if t == nil {
		return nil
	}
	return tabFor(inter, t)
}

// interfaceSwitch returns the first case of a type switch that t satisfies, with the table for it.
func interfaceSwitch(s *interfaceCases, t *_type) (int, *itab) {
	for i, inter := range unsafe.Slice(&s.cases[0], s.nCases) {
		if tab := tabFor(inter, t); tab != nil {
			return i, tab
		}
	}
	return s.nCases, nil
}

func failAssertion(pc uintptr, inter *interfaceType, t *_type) {
	if t == nil {
		throwAt(pc, "interface conversion: interface is nil, not "+typeString(&inter._type))
	}
	throwAt(pc, "interface conversion: "+typeString(t)+" is not "+typeString(&inter._type)+": missing method")
}

// The compiler points the caches of type switches and assertions here. It uses them on other processors only.
var emptyInterfaceSwitchCache, emptyTypeAssertCache [4]uintptr
