// Package stage says what a boot of Pecan consists of: which modules, in which order, with which strings
// (docs/testing.md, "Modules"). It puts them into a folder under plain names, so that neither QEMU nor a
// boot loader nor the guest ever sees a space or a comma in a file name.
package stage

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"pecan/tools/run/qemu"
)

// Programs are what the root task of a normal boot starts.
var Programs = []string{"pager", "console", "client"}

// Boot is what one machine gets. File names without a folder are looked up in Build.
type Boot struct {
	Build      string   // folder with the images
	Kernel     string   // "" means pecan.elf
	KernelArgs []string // on top of exit=
	Sigma0     string   // "" means sigma0.elf
	Root       string   // "" means root.elf
	RootArgs   []string // on top of exit=
	Programs   []string // further modules, without the .elf; with a folder if they are not in Build
	File       *File    // the user's file, or nil
}

// module is one staged file.
type module struct {
	from string // path of the original
	name string // in the folder
	args string
}

// Image is the path of a built image. The error tells the user how to get it.
func Image(build, name string) (string, error) {
	path := name
	if !strings.ContainsRune(name, filepath.Separator) {
		path = filepath.Join(build, name)
	}
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%s is missing: run make build", path)
	}
	return filepath.Abs(path)
}

// exit tells kernel and root task where QEMU's exit device sits.
func exit(args []string) string {
	all := append([]string{"exit=0x" + strconv.FormatInt(qemu.ExitPort, 16)}, args...)
	return strings.Join(all, " ")
}

// modules lists the kernel (first) and the multiboot modules with their strings.
func (b *Boot) modules() ([]module, error) {
	or := func(name, standard string) string {
		if name == "" {
			return standard
		}
		return name
	}
	list := []module{
		{from: or(b.Kernel, "pecan.elf"), name: "pecan.elf", args: exit(b.KernelArgs)},
		{from: or(b.Sigma0, "sigma0.elf"), name: "sigma0.elf"},
		{from: or(b.Root, "root.elf"), name: "root.elf", args: exit(b.RootArgs)},
	}
	for _, p := range b.Programs {
		list = append(list, module{from: p + ".elf", name: filepath.Base(p) + ".elf"})
	}
	for i := range list {
		path, err := Image(b.Build, list[i].from)
		if err != nil {
			return nil, err
		}
		list[i].from = path
	}
	if b.File != nil {
		path, err := filepath.Abs(b.File.Path)
		if err != nil {
			return nil, err
		}
		list = append(list, module{
			from: path,
			name: "data",
			args: fmt.Sprintf("data %s size=%d", b.File.Name, b.File.Size),
		})
	}
	return list, nil
}

// put makes the staged file in dir: a copy when a loader will read the folder itself, else a link.
func (m module) put(dir string, copies, empty bool) error {
	to := filepath.Join(dir, m.name)
	if empty {
		return os.WriteFile(to, []byte{0}, 0o644) // the stand-in for an empty module
	}
	if !copies {
		return os.Symlink(m.from, to)
	}
	in, err := os.Open(m.from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

func (b *Boot) put(dir string, copies bool) ([]module, error) {
	list, err := b.modules()
	if err != nil {
		return nil, err
	}
	for _, m := range list {
		if err := m.put(dir, copies, m.name == "data" && b.File.Size == 0); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Machine stages the boot in the existing folder dir and returns the machine that boots it directly.
func (b *Boot) Machine(dir string) (*qemu.Machine, error) {
	list, err := b.put(dir, false)
	if err != nil {
		return nil, err
	}
	m := &qemu.Machine{Dir: dir, Kernel: list[0].name, Append: list[0].args}
	if b.File != nil {
		m.Memory = b.File.MemoryFor()
	}
	for _, mod := range list[1:] {
		m.Modules = append(m.Modules, qemu.Module{File: mod.name, Args: mod.args})
	}
	return m, nil
}
