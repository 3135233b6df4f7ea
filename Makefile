# Pecan: every way to build, run and test it. "make help" lists the targets.

GO ?= go

# What the user may say. The values are handed over raw, so that a file name may hold anything but a line end.
FILE ?= README.md
LIMIT ?=
MEM ?=
ICOUNT ?=
A ?=
B ?=
export RAW_FILE = $(value FILE)
export RAW_LIMIT = $(value LIMIT)
export RAW_MEM = $(value MEM)
export RAW_ICOUNT = $(value ICOUNT)
export RAW_A = $(value A)
export RAW_B = $(value B)
boot = build/bin/run $(1) -file "$$RAW_FILE" -limit "$$RAW_LIMIT" -mem "$$RAW_MEM" -icount "$$RAW_ICOUNT"

# Programs for the bare machine: each folder of user/ with a package main.
programs := $(sort $(notdir $(patsubst %/,%,$(dir $(shell grep -ls '^package main' user/*/*.go)))))
images := $(programs:%=build/%.elf)
kernels := build/pecan.elf build/pecan-debug.elf

tool_sources := $(shell find tools -name '*.go' -not -path '*/testdata/*') go.mod $(wildcard go.sum)
builder_sources := $(shell find tools/mk -name '*.go' -not -path '*/testdata/*') $(shell find runtime -type f) go.mod
kernel_sources := $(shell find boot arch kernel -type f -not -name '*_test.go') $(wildcard linker.ld)
user_sources := $(shell find user -type f -not -name '*_test.go')

.DEFAULT_GOAL := help
.PHONY: help run smoke conformance fork paging test audit bench ledger bench-compare bench-plot stretch figures iso cd debug build kernel programs vet test-host test-boot deps clean
.DELETE_ON_ERROR:

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  make %-13s %s\n", $$1, $$2}'

run: deps-qemu build ## boot and talk to the console [FILE=path LIMIT=pages MEM=MiB ICOUNT=1]; Ctrl-A X or quit leaves
	@$(call boot,prompt)

smoke: deps-qemu build ## boot without a prompt, print the result lines, check them [FILE= LIMIT= MEM= ICOUNT=]
	@$(call boot,smoke)

conformance: deps-qemu build ## boot the conformance program: a table of IPC clauses, cases and results [MEM=]
	@build/bin/run conformance -mem "$$RAW_MEM"

fork: deps-qemu build ## boot the process server: copy-on-write fork, case by case [LIMIT=frames MEM=]
	@build/bin/run fork -limit "$$RAW_LIMIT" -mem "$$RAW_MEM"

paging: deps-qemu build ## boot the pager that evicts pages to a RAM disk, case by case [LIMIT=frames MEM=]
	@build/bin/run paging -limit "$$RAW_LIMIT" -mem "$$RAW_MEM"

test: deps build/bin/.made ## everything: build, vet, host tests, audit, boot tests; the last line counts
	@tools/deps bochs || echo "Bochs is missing: segment limits will not be tested"
	@build/bin/verdict -make "$(MAKE)" build vet test-host audit test-boot

audit: kernel ## prove stack depth, no allocation, no floating point in the linked kernel
	@build/bin/audit build/pecan.elf

bench: deps-qemu build ## measure every operation; writes build/bench.json (docs/PERFORMANCE.md is the ledger)
	@build/bin/bench run

ledger: deps-qemu build ## measure, and put the tables into docs/PERFORMANCE.md
	@build/bin/bench run -ledger docs/PERFORMANCE.md

bench-compare: deps-qemu build ## measure two kernels: both, and the ratio [A=kernel1 B=kernel2]
	@build/bin/bench compare "$$RAW_A" "$$RAW_B"

bench-plot: deps-qemu build ## write build/bench.svg: the figures with thousands of threads and spaces around
	@build/bin/bench plot

stretch: deps-qemu build ## measure how long the kernel keeps interrupts off, over the conformance program; fails above 5,000 instructions
	@build/bin/bench stretch

figures: deps-qemu build ## step through single operations: what they execute, touch and write
	@build/bin/trace -functions -writes

iso: deps-iso build ## write build/pecan.iso, which boots from CD through GRUB [FILE= LIMIT=]
	@$(call boot,iso)

cd: deps-qemu iso ## boot build/pecan.iso and talk to the console [FILE= LIMIT= MEM=]
	@build/bin/run cd -mem "$$RAW_MEM" -icount "$$RAW_ICOUNT"

debug: deps-qemu deps-gdb build ## boot stopped, with gdb and the Go symbols of the kernel [FILE= LIMIT=]
	@$(call boot,debug) -kernel pecan-debug.elf

build: kernel programs ## build everything
kernel: $(kernels) build/bin/.made ## build the kernel: build/pecan.elf and, with its checks, build/pecan-debug.elf
programs: $(images) ## build the user programs: build/NAME.elf

vet: ## go vet for the host and for the bare machine's architecture
	@$(GO) vet ./...
	@GOARCH=386 $(GO) vet ./...

# The two parts of the tests, as events for verdict. By hand: go test ./...
test-host:
	@$(GO) test -json $$($(GO) list ./... | grep -v /tests)

test-boot: build
	@$(GO) test -json -count=1 -parallel 2 -timeout 8m ./tests/...

clean: ## remove what was built
	@rm -rf build

deps: ## install QEMU, gdb and what makes ISO images
	@tools/deps
deps-%:
	@tools/deps build $*

build/bin/.made: $(tool_sources)
	@mkdir -p build/bin
	@$(GO) build -buildvcs=false -o build/bin/ ./tools/run ./tools/audit ./tools/bench ./tools/verdict ./tools/trace ./tools/latency
	@touch $@

# Apart from the others: a new builder means that everything is built again.
build/bin/mk: $(builder_sources)
	@mkdir -p build/bin
	@$(GO) build -buildvcs=false -o $@ ./tools/mk
	@touch $@

build/pecan.elf: build/bin/mk $(kernel_sources)
	build/bin/mk kernel -o $@
	@touch $@
build/pecan-debug.elf: build/bin/mk $(kernel_sources)
	build/bin/mk kernel -debug -o $@
	@touch $@

# sigma0 runs where it is loaded, at the place where X.2 systems keep it: below the hole at 640 KiB.
build/sigma0.elf: flags = -base 0x20000 -heap 0x1000
# Programs whose page server promises memory for all of them allocate nothing.
build/family.elf build/sweep.elf: flags = -heap 0x1000
build/%.elf: build/bin/mk $(user_sources) Makefile
	build/bin/mk user $(flags) -o $@ ./user/$*
	@touch $@
