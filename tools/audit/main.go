// Command audit proves from the linked kernel, by disassembly, what the kernel promises about itself: no floating
// point, a bounded stack, no allocation, special instructions only in known places, and a sound layout.
//
//	audit [-json FILE] build/pecan.elf
//
// It prints figures and violations, and exits with status 0 only if there are none. What it must be told about the
// kernel is in policy.go; docs/auditing.md explains the method.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	jsonFile := flag.String("json", "", "also write the report to `FILE` as JSON")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: audit [-json FILE] kernel.elf")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *jsonFile); err != nil {
		fmt.Fprintln(os.Stderr, "audit:", err)
		os.Exit(1)
	}
}

// run audits one file with the kernel's policy.
func run(file, jsonFile string) error {
	im, err := OpenImage(file)
	if err != nil {
		return err
	}
	r := Audit(im, &kernelPolicy)
	r.Print(os.Stdout)
	if jsonFile != "" {
		if err := r.WriteJSON(jsonFile); err != nil {
			return err
		}
	}
	if !r.OK {
		return fmt.Errorf("%s: %d violations", file, len(r.Violations))
	}
	return nil
}
