package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// appendToArchive adds an object to an archive of the compiler, as "go tool pack r" does. The header holds no date
// and no owner, so that equal contents make equal archives.
func appendToArchive(archive, object string) error {
	data, err := os.ReadFile(object)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(archive, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	name := filepath.Base(object)
	if len(name) > 16 {
		name = name[:16]
	}
	entry := fmt.Appendf(nil, "%-16s%-12d%-6d%-6d%-8o%-10d`\n", name, 0, 0, 0, 0o644, len(data))
	entry = append(entry, data...)
	if len(data)%2 != 0 {
		entry = append(entry, 0)
	}
	_, err = f.Write(entry)
	return err
}
