// Command bench measures a kernel: it boots user/bench in QEMU with counted instructions, so that every run gives the same
// figures, steps through single operations (tools/trace), and reports.
//
//	bench run [flags]              print the tables and write build/bench.json
//	bench compare [flags] A B      the same program on two kernel files: both, and the ratio
//	bench plot [flags]             write build/bench.svg: the figures in crowds
//	bench stretch [flags] [ROOT [ARGUMENT]]
//	                               how long the kernel keeps interrupts off at most, under a root task: conformance.elf
//
// Flags: -build DIR, -kernel FILE, -only PREFIX (groups of user/bench), -quick, -trace=false, -o FILE, -ledger FILE. Without -only, run fails
// if a figure of its report is missing.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) < 2 {
		usage()
	}
	f := flag.NewFlagSet("bench "+os.Args[1], flag.ExitOnError)
	o := &options{}
	f.StringVar(&o.build, "build", "build", "`folder` with the images")
	f.StringVar(&o.kernel, "kernel", "pecan.elf", "kernel `file`, in that folder if its name has none")
	f.StringVar(&o.only, "only", "", "measure only the groups of user/bench whose names begin with `prefix`")
	f.BoolVar(&o.quick, "quick", false, "small crowds and no limits: enough to see that all rows are there")
	f.BoolVar(&o.trace, "trace", true, "step through single operations as well")
	output := f.String("o", "", "output `file` instead of bench.json or bench.svg in the folder")
	ledger := f.String("ledger", "", "replace the tables in this `file`, docs/PERFORMANCE.md, as well")
	f.Parse(os.Args[2:])
	var err error
	switch os.Args[1] {
	case "run":
		err = run(o, *output, *ledger)
	case "compare":
		if f.NArg() != 2 || f.Arg(0) == "" || f.Arg(1) == "" {
			err = fmt.Errorf("name two kernel files: A=build/pecan.elf B=other.elf")
			break
		}
		err = both(o, f.Arg(0), f.Arg(1))
	case "plot":
		err = plot(o, *output)
	case "stretch":
		root := "conformance.elf"
		if f.Arg(0) != "" {
			root = f.Arg(0)
		}
		err = stretch(o, root, f.Arg(1))
	default:
		usage()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: bench run|compare|plot|stretch [flags] [A B]; bench run -help lists the flags")
	os.Exit(2)
}

func run(o *options, output, ledger string) error {
	r, err := measure(o)
	if err != nil {
		return err
	}
	r.print(os.Stdout)
	if err := r.write(or(output, filepath.Join(o.build, "bench.json"))); err != nil {
		return err
	}
	if ledger != "" {
		if err := r.updateLedger(ledger); err != nil {
			return err
		}
	}
	if list := r.missing(o); len(list) > 0 && o.trace && (o.only == "" || o.quick) {
		return fmt.Errorf("no figures for %s", strings.Join(list, ", "))
	}
	return nil
}

// write writes the rows as JSON.
func (r *results) write(file string) error {
	b, err := json.MarshalIndent(r.Rows, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o644)
}

// both measures two kernels, whose names are relative to the current folder.
func both(o *options, a, b string) error {
	var list [2]*results
	for i, file := range []string{a, b} {
		path, err := filepath.Abs(file)
		if err != nil {
			return err
		}
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("there is no kernel file %s", file)
		}
		one := *o
		one.kernel = path
		if list[i], err = measure(&one); err != nil {
			return err
		}
	}
	compare(os.Stdout, list[0], list[1])
	return nil
}

func plot(o *options, output string) error {
	one := *o
	one.only, one.trace = "scale", false
	r, err := measure(&one)
	if err != nil {
		return err
	}
	output = or(output, filepath.Join(o.build, "bench.svg"))
	f, err := os.Create(output)
	if err != nil {
		return err
	}
	if err := r.plot(f); err != nil {
		f.Close()
		return err
	}
	fmt.Println("wrote", output)
	return f.Close()
}

func or(s, standard string) string {
	if s == "" {
		return standard
	}
	return s
}
