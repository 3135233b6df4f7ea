package qemu

import (
	"fmt"
	"os/exec"
	"path/filepath"
)

// Assemble makes an image for the bare machine from sources in assembly or C: linked at the physical address text, with
// the entry _start. Tests build their guests with it.
func Assemble(output string, text uint32, sources ...string) error {
	args := []string{"-m32", "-march=i686", "-ffreestanding", "-nostdlib", "-static", "-no-pie", "-fno-pie",
		"-fno-stack-protector", "-fno-asynchronous-unwind-tables", "-O2", "-Wall", "-Wextra", "-Werror",
		"-Wl,--build-id=none", "-Wl,-z,noexecstack", "-Wl,-z,max-page-size=4096", "-Wl,-N",
		fmt.Sprintf("-Wl,-Ttext=%#x", text), "-o", output}
	out, err := exec.Command("gcc", append(args, sources...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("gcc for %s: %w\n%s", filepath.Base(output), err, out)
	}
	return nil
}
