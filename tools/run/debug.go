package main

import (
	"fmt"
	"os"
	"path/filepath"

	"pecan/tools/run/gdb"
)

// debug boots stopped at the first instruction, with gdb in front of the user.
func debug(o *options) error {
	dir, remove, err := folder()
	if err != nil {
		return err
	}
	defer remove()
	m, err := o.machine(dir, "smoke")
	if err != nil {
		return err
	}
	log, err := filepath.Abs(o.log)
	if err != nil {
		return err
	}
	kernel, err := filepath.EvalSymlinks(filepath.Join(dir, m.Kernel))
	if err != nil {
		return err
	}
	cmd, err := gdb.Command(m, kernel, log)
	if err != nil {
		return err
	}
	fmt.Printf("The serial line goes to %s. Set breakpoints (break 'pecan/kernel.NAME'), then continue.\n", o.log)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd.Run()
}
