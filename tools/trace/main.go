// Command trace shows what kernel operations execute: it boots user/bench in QEMU, steps through a round trip of each
// operation, and prints for each
//
//   - every way through the kernel: instructions, memory reads and writes, loads of CR3, and, with -functions, where the
//     instructions are spent,
//   - the cache lines and pages that kernel and user programs touch, and
//   - with -writes, what the kernel writes.
//
// Usage: trace [-build DIR] [-kernel FILE] [-functions] [-writes] [OPERATION...]
package main

import (
	"flag"
	"fmt"
	"os"
	"slices"

	"pecan/tools/run/stage"
	"pecan/tools/trace/step"
)

func main() {
	build := flag.String("build", "build", "`folder` with the images")
	kernel := flag.String("kernel", "pecan.elf", "kernel `file`, in that folder if its name has none")
	functions := flag.Bool("functions", false, "list the functions of each way through the kernel")
	writes := flag.Bool("writes", false, "list what the kernel writes")
	flag.Parse()
	if err := run(*build, *kernel, flag.Args(), *functions, *writes); err != nil {
		fmt.Fprintln(os.Stderr, "trace:", err)
		os.Exit(1)
	}
}

func run(build, kernel string, only []string, functions, writes bool) error {
	path, err := stage.Image(build, kernel)
	if err != nil {
		return err
	}
	names, err := step.LoadNames(path)
	if err != nil {
		return err
	}
	t, err := step.Run(build, kernel)
	if err != nil {
		return err
	}
	fmt.Printf("boot: %d instructions from the entry point to the first user instruction\n", t.Boot)
	for _, o := range t.Operations {
		if len(only) > 0 && !slices.Contains(only, o.Name) {
			continue
		}
		fmt.Println(o.Name)
		for _, p := range step.Paths(o.List) {
			i, r, w := step.Count(p)
			fmt.Printf("  kernel: %d instructions, %d reads, %d writes, %d loads of CR3\n", i, r, w, step.Loads(p))
			if functions {
				printFunctions(names, p)
			}
		}
		for _, k := range []bool{true, false} {
			f := step.FootprintOf(o.List, k)
			fmt.Printf("  %s: lines: %d code, %d data (%d written); pages: %d code, %d data\n",
				map[bool]string{true: "kernel footprint", false: "user footprint"}[k], f.CodeLines, f.DataLines, f.DirtyLines, f.CodePages, f.DataPages)
		}
		if writes {
			for _, a := range step.Writes(o.List) {
				fmt.Printf("    writes %#x %s\n", a.Addr, names.Of(a.Addr))
			}
		}
	}
	return nil
}

// printFunctions lists where the instructions of a way are spent.
func printFunctions(names *step.Names, list []step.Instruction) {
	count := map[string]int{}
	var order []string
	for _, i := range list {
		f := names.Function(i.PC)
		if count[f] == 0 {
			order = append(order, f)
		}
		count[f]++
	}
	for _, f := range order {
		fmt.Printf("    %4d %s\n", count[f], f)
	}
}
