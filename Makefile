# mdbish - one non-recursive Makefile. `make help` lists the targets.

BUILD ?= build
CC ?= gcc
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local

# The layers in order; tools/check-layers knows who may include whom.
LAYERS ?= base target cmd jsheap findobjs mdbish

PKGS = libelf libdw libzstd
WARNINGS = -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla
CPPFLAGS += -I. -D_GNU_SOURCE $(shell pkg-config --cflags $(PKGS))
ALL_CFLAGS = -std=gnu17 $(WARNINGS) $(CFLAGS) $(SANITIZE)
LDLIBS = $(shell pkg-config --libs $(PKGS)) -lreadline -lstdc++ -lpthread -lm

SOURCES := $(filter-out mdbish/main.c,$(sort $(wildcard $(foreach l,$(LAYERS),$(l)/*.c $(l)/cmds/*.c))))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
LIB = $(BUILD)/libmdbish.a

all: $(BUILD)/bin/mdbish $(BUILD)/bin/ncore

$(BUILD)/bin/mdbish: $(BUILD)/mdbish/main.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -rdynamic -o $@ $^ $(LDLIBS)

$(BUILD)/bin/ncore: $(BUILD)/bin/mdbish
	ln -sf mdbish $@

$(LIB): $(OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(CPPFLAGS) -MMD -MP -c -o $@ $<

# Unit tests: every tests/unit/test_*.c is a cmocka program of its own.
UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))
$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka

unit: $(UNIT_TESTS)
	@for t in $^; do $$t || exit 1; done

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

.PHONY: all unit clean
.SECONDARY:
