package stage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// MaxFile is the largest file that a machine is given, in bytes. QEMU puts modules at the beginning of memory, and the
// kernel needs room there, within its window of 256 MiB, for its pool.
const MaxFile = 128 << 20

// File is the user's file: the one that the client reads.
type File struct {
	Path string
	Name string // what the guest calls it, see Name
	Size int64  // bytes
}

// Open looks at the file that a user named. Its errors are sentences for that user.
func Open(path string) (File, error) {
	if path == "" {
		return File{}, errors.New("no file is named: give FILE=path")
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return File{}, fmt.Errorf("there is no file %s", path)
	case err != nil:
		return File{}, fmt.Errorf("cannot read %s: %w", path, reason(err))
	case info.IsDir():
		return File{}, fmt.Errorf("%s is a directory, not a file", path)
	case !info.Mode().IsRegular():
		return File{}, fmt.Errorf("%s is not a regular file", path)
	case info.Size() > MaxFile:
		return File{}, fmt.Errorf("%s has %d bytes; the machine takes at most %d", path, info.Size(), MaxFile)
	}
	f, err := os.Open(path)
	if err != nil {
		return File{}, fmt.Errorf("cannot read %s: %w", path, reason(err))
	}
	f.Close()
	return File{Path: path, Name: Name(path), Size: info.Size()}, nil
}

// reason strips the operation and the path from an error of package os.
func reason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// Name is the base name of path in which everything but letters, digits and "._+-" became "_", cut to 64 characters:
// it is a word of a module string, and boot loaders give few bytes to those.
func Name(path string) string {
	name := []byte(strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', strings.ContainsRune("._+-", r):
			return r
		}
		return '_'
	}, filepath.Base(path)))
	return string(name[:min(len(name), 64)])
}

// MemoryFor is the memory of a machine that is given the file, in MiB, when the user does not say. A large file must
// fit a second time above the kernel's window, because the kernel moves modules out of the way of the root task.
func (f File) MemoryFor() int {
	const mib = 1 << 20
	if f.Size <= 16*mib {
		return 128
	}
	return 320 + int((f.Size+16*mib-1)/(16*mib)*16)
}
