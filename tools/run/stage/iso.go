package stage

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// grubModules is what GRUB needs for our menu and nothing else: with all of its modules, fonts and translations the
// image would be ten times as large.
const grubModules = "multiboot serial terminal normal iso9660 biosdisk boot configfile"

// ISO writes an image that boots through GRUB from a CD. It works in the existing empty folder dir.
func (b *Boot) ISO(dir, output string) error {
	list, err := b.put(dir, true)
	if err != nil {
		return err
	}
	grub := filepath.Join(dir, "boot", "grub")
	if err := os.MkdirAll(grub, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(grub, "grub.cfg"), []byte(menu(list)), 0o644); err != nil {
		return err
	}
	cmd := exec.Command("grub-mkrescue", "-d", "/usr/lib/grub/i386-pc", "--install-modules="+grubModules,
		"--locales=", "--fonts=", "--themes=", "-o", output, dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("grub-mkrescue: %w (tools/deps installs it)\n%s", err, out)
	}
	return nil
}

// menu is the configuration of GRUB. GRUB drops the file name from the strings, so each is written twice.
func menu(list []module) string {
	var s strings.Builder
	s.WriteString("set timeout=0\nserial --unit=0 --speed=115200\nterminal_output serial\nmenuentry Pecan {\n")
	for i, m := range list {
		command := "module"
		if i == 0 {
			command = "multiboot"
		}
		fmt.Fprintf(&s, "\t%s\n", strings.TrimSpace(fmt.Sprintf("%s /%s %s %s", command, m.name, m.name, m.args)))
	}
	s.WriteString("}\n")
	return s.String()
}
