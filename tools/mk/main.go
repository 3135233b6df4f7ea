// Command mk builds Pecan's binaries: the kernel and user programs, from Go compiled for the bare machine
// with the unmodified Go toolchain. docs/building.md describes the use, docs/runtime.md what the
// compiled code may do.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
)

const usage = `usage:
  mk kernel  [-o FILE] [-debug] [-v] [PACKAGE]       build the kernel (package ./boot, file build/pecan.elf)
  mk user    [-o FILE] [-debug] [-v] [-base ADDR] [-heap BYTES] [-entry SYMBOL] PACKAGE
                                                     build a user program
  mk nosplit [-o FILE] [-debug] [PACKAGE]            write the linker's account of the kernel's stack use
`

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		var refused *refusal
		if errors.As(err, &refused) {
			fmt.Fprintln(os.Stderr, refused.Error())
		} else {
			fmt.Fprintln(os.Stderr, "mk:", err)
		}
		os.Exit(1)
	}
}

func run(command string, args []string) error {
	fs := flag.NewFlagSet("mk "+command, flag.ExitOnError)
	fs.Usage = func() { fmt.Fprint(os.Stderr, usage) }
	var b request
	fs.StringVar(&b.output, "o", "", "output file")
	fs.BoolVar(&b.debug, "debug", false, "define the build tag pecan_debug")
	fs.BoolVar(&b.verbose, "v", false, "print what is done and how long it takes")
	base, heap := "0x00400000", "0x100000"
	switch command {
	case "kernel", "nosplit":
		b.flavour = kernelFlavour
		b.account = command == "nosplit"
	case "user":
		b.flavour = userFlavour
		fs.StringVar(&base, "base", base, "address of the program")
		fs.StringVar(&heap, "heap", heap, "size of the heap in bytes")
		fs.StringVar(&b.entry, "entry", "_start", "ELF entry")
	default:
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	fs.Parse(args)
	var err error
	if b.base, err = strconv.ParseUint(base, 0, 32); err != nil {
		return fmt.Errorf("-base: %w", err)
	}
	if b.base%pageSize != 0 {
		return fmt.Errorf("-base %s: not a multiple of the page size", base)
	}
	if b.heap, err = strconv.ParseUint(heap, 0, 31); err != nil {
		return fmt.Errorf("-heap: %w", err)
	}
	switch {
	case fs.NArg() == 1:
		b.dir = fs.Arg(0)
	case fs.NArg() == 0 && b.flavour == kernelFlavour:
		b.dir = "./boot"
	default:
		fs.Usage()
		os.Exit(2)
	}
	return runBuild(&b)
}
