package main

import (
	"fmt"
	"path/filepath"
)

// iso writes the image for booting from CD. It holds the user's file.
func iso(o *options) error {
	output := o.output
	if output == "" {
		output = filepath.Join(o.build, "pecan.iso")
	}
	b, err := o.boot()
	if err != nil {
		return err
	}
	dir, remove, err := folder()
	if err != nil {
		return err
	}
	defer remove()
	if err := b.ISO(dir, output); err != nil {
		return err
	}
	fmt.Println("wrote", output)
	return nil
}
