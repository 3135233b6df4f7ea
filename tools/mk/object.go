package main

import (
	"debug/elf"
	"strings"
)

// What the relocatable object says that cmd/link made.

func objectSymbols(object string) ([]elf.Symbol, error) {
	f, err := elf.Open(object)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Symbols()
}

// textSymbols returns the functions in an object; nil if there is no object.
func textSymbols(object string) (map[string]bool, error) {
	if object == "" {
		return nil, nil
	}
	symbols, err := objectSymbols(object)
	out := map[string]bool{}
	for _, s := range symbols {
		if elf.ST_TYPE(s.Info) == elf.STT_FUNC {
			out[s.Name] = true
		}
	}
	return out, err
}

// undefined returns the symbols that an object takes from elsewhere.
func undefined(object string) (map[string]bool, error) {
	symbols, err := objectSymbols(object)
	out := map[string]bool{}
	for _, s := range symbols {
		if s.Section == elf.SHN_UNDEF && s.Name != "" {
			out[s.Name] = true
		}
	}
	return out, err
}

// initTasks returns the packages in an object that have initialisers: a task of more than the 8 bytes of its
// header lists functions.
func initTasks(object string) (map[string]bool, error) {
	symbols, err := objectSymbols(object)
	out := map[string]bool{}
	for _, s := range symbols {
		if p, ok := strings.CutSuffix(s.Name, "..inittask"); ok && s.Size > 8 {
			out[p] = true
		}
	}
	return out, err
}
