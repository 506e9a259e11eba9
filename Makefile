# mdbish - one non-recursive Makefile. `make help` lists the targets. Each target first lets
# tools/setup install what it needs and this machine lacks; nothing is installed otherwise.

BUILD ?= build
ifeq ($(origin CC),default)
CC = gcc
endif
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local

# The layers in order; tools/check-layers knows who may include whom.
LAYERS ?= base target cmd jsheap findobjs mdbish

# Nodes and cores of the tests; a build of another kind (asan, coverage) below this one shares them.
export MDBISH_CACHE ?= $(abspath $(BUILD))/nodes
export MDBISH_CORES ?= $(abspath $(BUILD))/cores

PKGS = libelf libdw libzstd jansson
WARNINGS = -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla
# Asked once, and only when something is compiled: tools/setup may have to install pkg-config first.
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $(shell pkg-config --libs $(PKGS)))$(PKG_LIBS)
ALL_CPPFLAGS = -I. -D_GNU_SOURCE $(PKG_CFLAGS) $(CPPFLAGS)
ALL_CFLAGS = -std=gnu17 $(WARNINGS) $(CFLAGS) $(SANITIZE)
LDLIBS = $(PKG_LIBS) -lreadline -lstdc++ -lpthread -lm

SOURCES := $(filter-out mdbish/main.c,$(sort $(wildcard $(foreach l,$(LAYERS),$(l)/*.c $(l)/cmds/*.c))))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
LIB = $(BUILD)/libmdbish.a

## all: the programs, into build/bin/ (BUILD=FOLDER for another place)
all: $(BUILD)/bin/mdbish $(BUILD)/bin/ncore $(BUILD)/share/mdbish/layouts

$(BUILD)/.setup-%: tools/setup
	@tools/setup $*
	@mkdir -p $(@D)
	@touch $@

$(BUILD)/bin/mdbish: $(BUILD)/mdbish/main.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -rdynamic -o $@ $^ $(LDLIBS)

$(BUILD)/bin/ncore: $(BUILD)/bin/mdbish
	ln -sf mdbish $@

# Where the program looks for layout files, as when it is installed.
$(BUILD)/share/mdbish/layouts:
	@mkdir -p $(@D)
	ln -sfn $(CURDIR)/layouts $@

$(LIB): $(OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/%.o: %.c Makefile | $(BUILD)/.setup-build
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_CPPFLAGS) -MMD -MP -c -o $@ $<

# Unit tests: every tests/unit/test_*.c is a cmocka program of its own.
UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))
$(UNIT_TESTS:$(BUILD)/unit/%=$(BUILD)/tests/unit/%.o): | $(BUILD)/.setup-test
$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka

$(BUILD)/bench/sum: tests/bench/sum.c | $(BUILD)/.setup-bench
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_CPPFLAGS) -o $@ $< -lpthread

SANITIZERS = -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
TESTED = all $(UNIT_TESTS) $(BUILD)/.setup-test

## unit: the unit tests alone
unit: $(UNIT_TESTS)
	@BUILD=$(BUILD) tests/run unit

## demo: run a leaking web server, let it crash, and look into its core
demo: all $(BUILD)/.setup-demo
	@BUILD=$(BUILD) tools/demo

## check: every test: unit tests, cores of Node 12 to 26, bad input, the documentation
check: $(TESTED)
	@BUILD=$(BUILD) tests/run

## check-all: the same on the first and the last release of every major of Node since 12
check-all: $(TESTED)
	@BUILD=$(BUILD) MDBISH_VERSIONS=all tests/run

## check-quick: the same on one version of Node
check-quick: $(TESTED)
	@BUILD=$(BUILD) MDBISH_VERSIONS=24.21.0 tests/run

## asan: every test on a build with address and undefined behaviour sanitizers
asan:
	@$(MAKE) BUILD=$(BUILD)/asan SANITIZE="$(SANITIZERS)" check

## lint: warnings as errors, clang-tidy, cppcheck, format, layers, sizes
lint: $(BUILD)/.setup-lint
	@BUILD=$(BUILD) tools/lint

## format: let clang-format rewrite the sources
format: $(BUILD)/.setup-lint
	clang-format -i $(shell tools/sources .c .h)

## bench: speed and memory on a heap of 500 MB; BENCH_MB=N for another size
bench: all $(BUILD)/bench/sum
	@BUILD=$(BUILD) tests/bench/run

FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
FUZZ_SECONDS ?= 60

## fuzz: run each fuzzer of tests/fuzz/ for FUZZ_SECONDS (60)
fuzz: $(BUILD)/.setup-fuzz
	@$(MAKE) BUILD=$(BUILD)/fuzz CC=clang SANITIZE="-fsanitize=address,undefined,fuzzer-no-link" \
		$(FUZZERS:%=$(BUILD)/fuzz/bin/%)
	@BUILD=$(BUILD) FUZZ_SECONDS=$(FUZZ_SECONDS) tests/run fuzz

$(BUILD)/bin/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LDLIBS)

## coverage: every test on an instrumented build, then the share of lines that ran, by folder
coverage:
	@$(MAKE) BUILD=$(BUILD)/coverage CFLAGS="-O0 -g --coverage" check; \
		tools/coverage $(BUILD)/coverage

## layouts: write layouts/ anew, from every pinned Node (they are fetched)
layouts: all $(BUILD)/.setup-test
	@tools/layouts $(BUILD)/bin/mdbish

DOCDIR = $(DESTDIR)$(PREFIX)/share/doc/mdbish
MANDIR = $(DESTDIR)$(PREFIX)/share/man/man1
LAYOUTDIR = $(DESTDIR)$(PREFIX)/share/mdbish/layouts

## install: programs, layout files, manual and documents below $(DESTDIR)$(PREFIX)
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DOCDIR) $(LAYOUTDIR)
	install -m 644 $(wildcard layouts/*.json.zst) $(LAYOUTDIR)
	install -m 755 $(BUILD)/bin/mdbish $(DESTDIR)$(PREFIX)/bin/mdbish
	ln -sf mdbish $(DESTDIR)$(PREFIX)/bin/ncore
	install -m 644 README.md LICENSE $(wildcard docs/*.md) $(DOCDIR)
	$(if $(wildcard docs/mdbish.1),install -d $(MANDIR))
	$(if $(wildcard docs/mdbish.1),install -m 644 docs/mdbish.1 $(MANDIR)/mdbish.1)

## uninstall: remove what install installed
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/mdbish $(DESTDIR)$(PREFIX)/bin/ncore $(MANDIR)/mdbish.1
	rm -rf $(DOCDIR) $(DESTDIR)$(PREFIX)/share/mdbish

## clean: remove what was built; fetched Nodes and their cores stay
clean:
	@if [ -d $(BUILD) ]; then \
		find $(BUILD) -mindepth 1 -maxdepth 1 ! -name nodes ! -name cores -exec rm -rf {} +; \
	fi

## distclean: remove the whole build folder
distclean:
	rm -rf $(BUILD)

## help: this list
help:
	@sed -n 's/^## //p' $(firstword $(MAKEFILE_LIST))

-include $(shell find $(BUILD) -type f -name '*.d' -not -path '$(BUILD)/nodes/*' 2>/dev/null)

.PHONY: all unit demo check check-all check-quick asan lint format bench fuzz coverage layouts install uninstall clean \
	distclean help
.SECONDARY:
