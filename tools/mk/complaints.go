package main

import (
	"fmt"
	"regexp"
	"strings"
)

// complaint is one thing that the code does and must not.
type complaint struct {
	pos string // file:line, if known
	fn  string // the function
	why string
}

// refusal is an error that lists complaints.
type refusal struct {
	flavour string
	items   []complaint
}

func (r *refusal) add(s *refusal) {
	r.flavour = s.flavour
	r.items = append(r.items, s.items...)
}

func (r *refusal) orNil() error {
	if len(r.items) == 0 {
		return nil
	}
	return r
}

func (r *refusal) Error() string {
	var b strings.Builder
	seen := map[string]bool{}
	for _, c := range r.items {
		line := c.fn + " " + c.why
		if c.pos != "" {
			line = c.pos + ": " + line
		}
		if !seen[line] {
			seen[line] = true
			fmt.Fprintln(&b, line)
		}
	}
	fmt.Fprintf(&b, "mk: this cannot run as %s code; see docs/runtime.md", r.flavour)
	return b.String()
}

const (
	whyNew       = "allocates memory: new, a composite literal or a variable that outlives its function"
	whyMake      = "allocates memory: make"
	whyAppend    = "allocates memory: append"
	whyConcat    = "allocates memory: string concatenation"
	whyString    = "allocates memory: string conversion"
	whyInterface = "allocates memory: conversion to an interface"
	whyClosure   = "allocates memory: function literal or method value that keeps variables"
	whyMap       = "uses a map"
	whyAssert    = "asserts to an interface type, whose method table would have to be made at run time"
	whyStack     = "checks whether its stack must grow: function literals, method values and generated functions " +
		"cannot be compiled without that check, unless they call nothing"
	whyGo      = "starts a goroutine"
	whyDefer   = "defers a call"
	whyRecover = "recovers from a panic"
	whyChan    = "uses a channel"
	whyPrint   = "calls print or println"
	whyFloat   = "uses floating point"
	whyRange   = "takes a string apart into characters"
	whyHook    = "is needed, and no package defines it: the program must import the package that gives it its hooks"
	whyInit    = "must run before main, and the kernel runs no initialisers"
)

// reasons translates the functions that compiled code calls, as far as a flavour's runtime may lack them.
var reasons = []struct {
	symbol *regexp.Regexp
	why    string
}{
	{re(`newobject|mallocgc\w*|newarray`), whyNew},
	{re(`makeslice\w*`), whyMake},
	{re(`growslice\w*|moveSlice\w*`), whyAppend},
	{re(`concat(string|byte)s?\d*`), whyConcat},
	{re(`slicebytetostring\w*|stringtoslice\w+|slicerunetostring|intstring`), whyString},
	{re(`convT\w*|staticuint64s`), whyInterface},
	{re(`map[a-z]\w*|makemap\w*|(mem|str|inter|nilinter|f32|f64|c64|c128|type)hash\w*|rand(32)?`), whyMap},
	{re(`typeAssert|assertE2I2?|interfaceSwitch|empty(InterfaceSwitch|TypeAssert)Cache`), whyAssert},
	{re(`morestack\w*`), whyStack},
	{re(`newproc\w*`), whyGo},
	{re(`defer(proc\w*|return|rangefunc\w*|convert)`), whyDefer},
	{re(`gorecover\w*`), whyRecover},
	{re(`(make|close)?chan\w*|select\w+|block`), whyChan},
	{re(`print\w+`), whyPrint},
	{re(`f(add|sub|mul|div|neg|eq|gt|ge)(32|64)|fu?int\w+|f(32|64)to\w+|float\w+to\w+|u?int(32|64)tofloat\w+|complex128div|[fc]\d+equal`), whyFloat},
	{re(`decoderune|countrunes`), whyRange},
	{re(`die|exit`), whyHook},
}

func re(names string) *regexp.Regexp { return regexp.MustCompile(`^runtime\.(` + names + `)$`) }

// reason says what code does that refers to a symbol; "" if nothing is known about it.
func reason(symbol string) string {
	for _, r := range reasons {
		if r.symbol.MatchString(symbol) {
			return r.why
		}
	}
	return ""
}
