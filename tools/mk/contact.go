package main

import (
	"bytes"
	"fmt"
)

// same lists expressions over internal/abi and over our runtime that must have equal values.
var same = []struct{ theirs, ours string }{
	{"unsafe.Sizeof(abi.Type{})", "unsafe.Sizeof(_type{})"},
	{"unsafe.Offsetof(abi.Type{}.Size_)", "unsafe.Offsetof(_type{}.size)"},
	{"unsafe.Offsetof(abi.Type{}.TFlag)", "unsafe.Offsetof(_type{}.tflag)"},
	{"unsafe.Offsetof(abi.Type{}.Kind_)", "unsafe.Offsetof(_type{}.kind)"},
	{"unsafe.Offsetof(abi.Type{}.Equal)", "unsafe.Offsetof(_type{}.equal)"},
	{"unsafe.Offsetof(abi.Type{}.Str)", "unsafe.Offsetof(_type{}.str)"},
	{"unsafe.Sizeof(abi.InterfaceType{})", "unsafe.Sizeof(interfaceType{})"},
	{"unsafe.Offsetof(abi.InterfaceType{}.PkgPath)", "unsafe.Offsetof(interfaceType{}.pkgPath)"},
	{"unsafe.Offsetof(abi.InterfaceType{}.Methods)", "unsafe.Offsetof(interfaceType{}.methods)"},
	{"unsafe.Sizeof(abi.Imethod{})", "unsafe.Sizeof(imethod{})"},
	{"unsafe.Offsetof(abi.Imethod{}.Typ)", "unsafe.Offsetof(imethod{}.typ)"},
	{"unsafe.Sizeof(abi.ArrayType{})", "unsafe.Sizeof(arrayType{})"},
	{"unsafe.Offsetof(abi.ArrayType{}.Elem)", "unsafe.Offsetof(arrayType{}.elem)"},
	{"unsafe.Offsetof(abi.ArrayType{}.Len)", "unsafe.Offsetof(arrayType{}.len)"},
	{"unsafe.Sizeof(abi.StructType{})", "unsafe.Sizeof(structType{})"},
	{"unsafe.Offsetof(abi.StructType{}.Fields)", "unsafe.Offsetof(structType{}.fields)"},
	{"unsafe.Sizeof(abi.StructField{})", "unsafe.Sizeof(structField{})"},
	{"unsafe.Offsetof(abi.StructField{}.Typ)", "unsafe.Offsetof(structField{}.typ)"},
	{"unsafe.Offsetof(abi.StructField{}.Offset)", "unsafe.Offsetof(structField{}.offset)"},
	{"unsafe.Sizeof(abi.UncommonType{})", "unsafe.Sizeof(uncommonType{})"},
	{"unsafe.Offsetof(abi.UncommonType{}.Mcount)", "unsafe.Offsetof(uncommonType{}.mcount)"},
	{"unsafe.Offsetof(abi.UncommonType{}.Moff)", "unsafe.Offsetof(uncommonType{}.moff)"},
	{"unsafe.Sizeof(abi.Method{})", "unsafe.Sizeof(method{})"},
	{"unsafe.Offsetof(abi.Method{}.Mtyp)", "unsafe.Offsetof(method{}.mtyp)"},
	{"unsafe.Offsetof(abi.Method{}.Ifn)", "unsafe.Offsetof(method{}.ifn)"},
	{"unsafe.Sizeof(abi.ITab{})", "unsafe.Sizeof(itab{})"},
	{"unsafe.Offsetof(abi.ITab{}.Type)", "unsafe.Offsetof(itab{}.typ)"},
	{"unsafe.Offsetof(abi.ITab{}.Fun)", "unsafe.Offsetof(itab{}.fun)"},
	{"unsafe.Offsetof(abi.TypeAssert{}.Inter)", "unsafe.Offsetof(typeAssertion{}.inter)"},
	{"unsafe.Offsetof(abi.TypeAssert{}.CanFail)", "unsafe.Offsetof(typeAssertion{}.canFail)"},
	{"unsafe.Offsetof(abi.InterfaceSwitch{}.NCases)", "unsafe.Offsetof(interfaceCases{}.nCases)"},
	{"unsafe.Offsetof(abi.InterfaceSwitch{}.Cases)", "unsafe.Offsetof(interfaceCases{}.cases)"},
	{"uintptr(abi.TFlagUncommon)", "tflagUncommon"},
	{"uintptr(abi.TFlagExtraStar)", "tflagExtraStar"},
	{"uintptr(abi.TFlagRegularMemory)", "tflagRegularMemory"},
	{"uintptr(abi.TFlagDirectIface)", "tflagDirectIface"},
	{"uintptr(abi.Bool)", "kindBool"},
	{"uintptr(abi.Int)", "kindInt"},
	{"uintptr(abi.Int64)", "kindInt64"},
	{"uintptr(abi.Uint)", "kindUint"},
	{"uintptr(abi.Uintptr)", "kindUintptr"},
	{"uintptr(abi.Float32)", "kindFloat32"},
	{"uintptr(abi.Complex128)", "kindComplex128"},
	{"uintptr(abi.Array)", "kindArray"},
	{"uintptr(abi.Interface)", "kindInterface"},
	{"uintptr(abi.Pointer)", "kindPointer"},
	{"uintptr(abi.String)", "kindString"},
	{"uintptr(abi.Struct)", "kindStruct"},
	{"uintptr(abi.ZeroValSize)", "unsafe.Sizeof(zeroVal)"},
	{"uintptr(abi.StackNosplitBase + abi.StackSmall)", "stackGuard"},
}

// sameUser is the same for what only the user flavour has.
var sameUser = []struct{ theirs, ours string }{
	{"unsafe.Sizeof(abi.PtrType{})", "pointerTypeSize"},
	{"unsafe.Sizeof(abi.FuncType{})", "funcTypeSize"},
	{"unsafe.Sizeof(abi.SliceType{})", "sliceTypeSize"},
	{"unsafe.Sizeof(abi.ChanType{})", "chanTypeSize"},
	{"unsafe.Sizeof(abi.MapType{})", "mapTypeSize"},
}

// runtimeContact returns a file that is compiled into our runtime. It imports what our sources may not, because
// the go command keeps Go's internal packages from every module, and so makes the linker load it; and it does not
// compile if a layout that our runtime repeats is not the toolchain's.
func runtimeContact(f *flavour) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "package runtime\n\nimport (\n\t\"unsafe\"\n\t\"internal/abi\"\n")
	for _, path := range f.roots {
		if path != "internal/abi" {
			fmt.Fprintf(&b, "\t_ %q\n", path)
		}
	}
	if f == kernelFlavour {
		fmt.Fprintf(&b, "\t_ \"internal/runtime/maps\"\n")
	}
	fmt.Fprintf(&b, ")\n\nconst (\n")
	list := same
	if f == userFlavour {
		list = append(list[:len(list):len(list)], sameUser...)
	}
	for _, s := range list {
		// The negative of anything but 0 overflows.
		fmt.Fprintf(&b, "\t_ uintptr = -(%s ^ (%s))\n", s.theirs, s.ours)
	}
	fmt.Fprintf(&b, ")\n")
	return b.Bytes()
}
