# sigpath: build, test, demo. `make help` lists the targets; V=1 shows commands.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
MAKEFLAGS += --no-builtin-rules

VERSION   := 0.1.0
PREFIX    ?= /usr/local
BUILD     := build
CC        := gcc
CLANG     := clang-14
BPFTOOL   := $(firstword $(wildcard /usr/sbin/bpftool) bpftool)
WARN      := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wformat=2 -Wno-format-truncation -Wno-format-nonliteral
CFLAGS    ?= -O2 -g
CFLAGS    += -std=gnu11 $(WARN) -D_GNU_SOURCE -DSIGPATH_VERSION='"$(VERSION)"' -DSIGPATH_SHARE='"$(PREFIX)/share/sigpath"' -fno-strict-aliasing
BPFFLAGS  := -O2 -g -target bpf -mcpu=v3 -Wall -Wextra -Werror -Wno-unused-parameter -Wno-gnu-variable-sized-type-not-at-end -I/usr/include/$(shell uname -m)-linux-gnu
ARCH      := $(shell uname -m | sed 's/x86_64/x86/;s/aarch64/arm64/')

ifeq ($(V),1)
  Q :=
  say = @:
else
  Q := @
  say = @printf '  %-8s %s\n'
endif

# --- rooms: what each folder may include. A wrong include does not compile. -------------------------------------------
INC_bpf              := -Ibpf/shared -Ibpf/parse -Ibpf/lib
INC_kernel-compat    := -Ikernel-compat -Ibpf/shared -Ibpf/parse -I$(BUILD)
INC_userspace/stats    := -Iuserspace/stats
INC_userspace/proto    := -Iuserspace/proto -Ibpf/shared -Ibpf/parse
INC_userspace/stream   := -Iuserspace/stream $(INC_userspace/proto)
INC_userspace/session  := -Iuserspace/session -Iuserspace/stats $(INC_userspace/proto)
INC_userspace/call     := -Iuserspace/call $(INC_userspace/session)
INC_userspace/ingest   := -Iuserspace/ingest -Iuserspace/stream $(INC_userspace/call)
INC_userspace/replay   := -Iuserspace/replay $(INC_userspace/ingest)
INC_userspace/identity := -Iuserspace/identity
INC_userspace/export   := -Iuserspace/export -Iuserspace/stats
INC_userspace/serve    := -Iuserspace/serve -Iuserspace/identity $(INC_userspace/ingest) -Ikernel-compat
INC_userspace/agent    := -Iuserspace/agent $(INC_userspace/serve) -Iuserspace/replay -Iuserspace/identity -I$(BUILD)
INC_userspace/cli      := -Iuserspace/cli -Iuserspace/export $(INC_userspace/serve) -Iuserspace/replay -Itui
INC_tui                := -Itui -Iuserspace/stats
INC_tests/unit := $(sort $(INC_userspace/agent) $(INC_userspace/cli) $(INC_bpf) -Itests/lib -Itests/unit)
INC_tests/lib  := -Itests/lib
INC_tests/bpf  := -Ikernel-compat -Ibpf/shared -Ibpf/parse -I$(BUILD)

DAEMON_DIRS := kernel-compat userspace/stats userspace/proto userspace/stream userspace/session userspace/call userspace/ingest userspace/replay userspace/identity userspace/serve userspace/agent
CLIENT_DIRS := userspace/cli userspace/export tui
SRCS        := $(sort $(wildcard $(addsuffix /*.c,$(DAEMON_DIRS) $(CLIENT_DIRS))))
OBJS        := $(SRCS:%.c=$(BUILD)/%.o)
MAINS       := $(BUILD)/userspace/agent/sigpathd.o $(BUILD)/userspace/cli/sigpath.o
LIBOBJS     := $(filter-out $(MAINS),$(OBJS))
LIB         := $(BUILD)/libsigpath.a
BPFSRCS     := $(sort $(wildcard bpf/*.bpf.c))
BPFOBJS     := $(BPFSRCS:%.bpf.c=$(BUILD)/%.bpf.o)
SKEL        := $(BUILD)/sigpath.skel.h
UNIT_SRCS   := $(sort $(wildcard tests/unit/test_*.c))
UNIT_BINS   := $(UNIT_SRCS:tests/unit/%.c=$(BUILD)/tests/unit/%)
FUZZ_SRCS   := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_BINS   := $(FUZZ_SRCS:tests/fuzz/%.c=$(BUILD)/tests/fuzz/%)
TOOL_SRCS   := $(sort $(wildcard tests/lib/tool_*.c))
TOOL_BINS   := $(TOOL_SRCS:tests/lib/tool_%.c=$(BUILD)/tests/tool/%)
BPFTEST_SRCS := $(sort $(wildcard tests/bpf/test_*.c))
BPFTEST_BINS := $(BPFTEST_SRCS:%.c=$(BUILD)/%)
LIBS_DAEMON := -lbpf -lelf -lz -ljansson
LIBS_CLIENT := -lncursesw -ltinfo -lbpf -lelf -lz -ljansson -lm

.PHONY: help deps all demo check check-unit check-bpf check-e2e check-vm check-export check-tui bench fuzz install clean format compile_commands.json

help: ## this list
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## /{printf "  %-14s %s\n",$$1,$$2}' $(MAKEFILE_LIST)

deps: ## install every Debian package that building and testing need (root)
	$(Q)tests/lib/deps.sh

all: $(BUILD)/sigpathd $(BUILD)/sigpath ## build the daemon and the client

$(BUILD)/%.o: %.c
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(INC_$(patsubst %/,%,$(dir $<))) -MMD -MP -c $< -o $@

# The loader needs the skeleton before it can be compiled for the first time.
 $(BUILD)/kernel-compat/object.o $(BUILD)/kernel-compat/footprint.o: | $(SKEL)

$(BUILD)/bpf/%.bpf.o: bpf/%.bpf.c
	$(say) BPF $<
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPFFLAGS) -D__TARGET_ARCH_$(ARCH) $(INC_bpf) -Ibpf -MMD -MP -c $< -o $@

$(BUILD)/sigpath.bpf.o: $(BPFOBJS)
	$(say) BPFLINK $@
	$(Q)$(BPFTOOL) gen object $@ $^

$(SKEL): $(BUILD)/sigpath.bpf.o
	$(say) SKEL $@
	$(Q)$(BPFTOOL) gen skeleton $< name sigpath_bpf > $@

$(LIB): $(LIBOBJS)
	$(say) AR $@
	$(Q)rm -f $@; ar rcs $@ $^

$(BUILD)/sigpathd: $(BUILD)/userspace/agent/sigpathd.o $(LIB)
	$(say) LD $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_DAEMON)

$(BUILD)/sigpath: $(BUILD)/userspace/cli/sigpath.o $(LIB)
	$(say) LD $@
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_CLIENT)

# Minimised BTF for kernels without their own: of the matrix' kernels that are in the cache, or BTF_FROM="FILE|DIR ...".
BTF_FROM ?= $(or $(SIGPATH_CACHE),/var/cache/sigpath)/kernels
btf: $(BUILD)/sigpath.bpf.o ## build/btf/RELEASE.btf from BTF_FROM (default: the kernels cached for check-vm)
	$(Q)BPFTOOL=$(BPFTOOL) kernel-compat/btf/minimise $< $(BUILD)/btf $(BTF_FROM)
.PHONY: btf

# --- tests ------------------------------------------------------------------------------------------------------------
# Unit tests are built with ASan and UBSan from the sources themselves; malloc family wrapped so that each can fail.
SAN      := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SANOBJS  := $(LIBOBJS:$(BUILD)/%=$(BUILD)/san/%)
SANLIB   := $(BUILD)/san/libsigpath.a
WRAP     := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup

$(BUILD)/san/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -O1 $(SAN) $(INC_$(patsubst %/,%,$(dir $<))) -MMD -MP -c $< -o $@
 $(BUILD)/san/kernel-compat/object.o $(BUILD)/san/kernel-compat/footprint.o: | $(SKEL)
$(SANLIB): $(SANOBJS)
	$(Q)rm -f $@; ar rcs $@ $^
$(BUILD)/san/sigpath: $(BUILD)/san/userspace/cli/sigpath.o $(SANLIB)
	$(say) LD $@
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $@ $^ $(LIBS_CLIENT)
$(BUILD)/tests/unit/%: tests/unit/%.c tests/lib/test.c $(SANLIB) | $(SKEL)
	$(say) TEST $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -O1 $(SAN) $(INC_tests/unit) $(WRAP) -MMD -MP -MF $@.d -o $@ $< tests/lib/test.c $(SANLIB) $(LIBS_CLIENT)
# Fuzzers: what they test is compiled once, with coverage, and linked to each.
FUZZ_SAN  := -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_DIRS := userspace/replay userspace/proto userspace/stream userspace/call userspace/session userspace/stats userspace/ingest
FUZZ_OBJS := $(patsubst %.c,$(BUILD)/fuzz/%.o,$(sort $(wildcard $(addsuffix /*.c,$(FUZZ_DIRS)))))
FUZZ_LIB  := $(BUILD)/fuzz/libfuzzed.a
FUZZ_FLAGS := -O1 -g -std=gnu11 -D_GNU_SOURCE $(FUZZ_SAN) -Iuserspace/call $(INC_tests/unit)

$(BUILD)/fuzz/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c $< -o $@
$(FUZZ_LIB): $(FUZZ_OBJS)
	$(say) AR $@
	$(Q)rm -f $@; ar rcs $@ $^
$(BUILD)/tests/fuzz/%: tests/fuzz/%.c $(FUZZ_LIB)
	$(say) FUZZ $@
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(FUZZ_FLAGS) -fsanitize=fuzzer -MMD -MP -MF $@.d -o $@ $< $(FUZZ_LIB) -lz -ljansson
$(BUILD)/tests/bpf/%: tests/bpf/%.c $(LIB) | $(SKEL)
	$(say) BPFTEST $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(INC_tests/bpf) -MMD -MP -MF $@.d -o $@ $< $(LIB) $(LIBS_DAEMON)
$(BUILD)/tests/tool/%: tests/lib/tool_%.c
	$(say) TOOL $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(INC_tests/lib) -Ibpf/shared -Ibpf/parse -MMD -MP -MF $@.d -o $@ $< -lpthread -lm

check: ## everything: installs, builds with warnings as errors, runs every test (root)
	$(Q)tests/run.sh unit bpf export tui e2e vm
check-unit: ## parsers, statistics, protocol state; no privileges needed
	$(Q)tests/run.sh unit
check-bpf: ## BPF programs: load, verifier, packet in, record out (root)
	$(Q)tests/run.sh bpf
check-e2e: ## daemon on real traffic in network namespaces (root)
	$(Q)tests/run.sh e2e
check-vm: ## the same on other kernels under qemu (root, no KVM needed; SIGPATH_VM=6.1,5.10 selects)
	$(Q)tests/run.sh vm
kernels: ## the table of kernels in README.md, from the last whole check-vm
	$(Q)tests/vm/table.py --write README.md
.PHONY: kernels
check-export: ## folded stacks and what others read from them
	$(Q)tests/run.sh export
check-tui: ## screens under tmux
	$(Q)tests/run.sh tui
fuzz: ## every fuzzer for ten minutes, two at a time (SIGPATH_FUZZ_SECONDS); for the night
	$(Q)SIGPATH_FUZZ_SECONDS=$(or $(SIGPATH_FUZZ_SECONDS),600) tests/run.sh fuzz
bench: deps all $(TOOL_BINS) ## cost, with the baseline in the same run (root, minutes)
	$(Q)tests/bench/bench.sh
demo: ## Kamailio, coturn and sipp in two namespaces, watched live (root)
	$(Q)tests/lib/demo.sh
san-bin: $(BUILD)/san/sigpath
test-bins: $(UNIT_BINS) $(FUZZ_BINS) $(TOOL_BINS)
unit-bins: $(UNIT_BINS)
fuzz-bins: $(FUZZ_BINS)
tool-bins: $(TOOL_BINS)
bpf-bins: $(BPFTEST_BINS)
.PHONY: san-bin test-bins unit-bins fuzz-bins tool-bins bpf-bins

install: all ## binaries, settings and systemd unit to PREFIX (/usr/local)
	install -D -m 0755 $(BUILD)/sigpathd $(DESTDIR)$(PREFIX)/sbin/sigpathd
	install -D -m 0755 $(BUILD)/sigpath $(DESTDIR)$(PREFIX)/bin/sigpath
	$(if $(wildcard $(BUILD)/btf/*.btf),install -D -m 0644 -t $(DESTDIR)$(PREFIX)/share/sigpath/btf $(wildcard $(BUILD)/btf/*.btf))
	install -D -m 0644 deploy/sigpathd.conf $(DESTDIR)$(PREFIX)/share/sigpath/sigpathd.conf
	install -D -m 0644 deploy/sigpath.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/sigpath.conf
	install -D -m 0644 deploy/sigpathd.service $(DESTDIR)$(PREFIX)/lib/systemd/system/sigpathd.service
	sed -i 's#^ExecStart=/usr/local/#ExecStart=$(PREFIX)/#' $(DESTDIR)$(PREFIX)/lib/systemd/system/sigpathd.service

PODMAN   ?= podman
IMAGE    ?= localhost/sigpath:$(VERSION)
REVISION  = $(shell git rev-parse HEAD 2>/dev/null)
# Files keep the time of the commit, so that the same sources and libraries give the same layer.
EPOCH     = $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2>/dev/null),0)

rootfs: all ## the files of the image, under build/rootfs
	$(say) ROOTFS $(BUILD)/rootfs
	$(Q)SOURCE_DATE_EPOCH=$(EPOCH) PREFIX=$(PREFIX) deploy/stage $(BUILD) $(BUILD)/rootfs

image: rootfs ## a small image for a node, from nothing (podman, root)
	$(say) IMAGE $(IMAGE)
	$(Q)$(PODMAN) build --quiet --layers=false --timestamp $(EPOCH) --build-arg VERSION=$(VERSION) --build-arg REVISION=$(REVISION) \
	  --tag $(IMAGE) --file deploy/Containerfile $(BUILD)/rootfs >/dev/null
	@$(PODMAN) image inspect --format '  SIZE     $(IMAGE): {{.Size}} bytes, {{.Id}}' $(IMAGE)
.PHONY: rootfs image

clean: ## remove everything generated
	rm -rf $(BUILD)

format: ## clang-format in place
	$(Q)git ls-files '*.c' '*.h' | xargs clang-format -i

compile_commands.json: ## for clangd
	$(Q)bear -- $(MAKE) -B all

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
