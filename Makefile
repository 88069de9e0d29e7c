# Scoregate. `make help` says what there is.
#
# One non-recursive Makefile, no configure. Everything made goes to $(BUILD).
# The sources of a folder are whatever *.c is in it: a new file needs no line
# here. Which folder may include which is checked by tests/lint/layers.

SHELL      = /bin/bash
VERSION    = 0.1.0
PREFIX    ?= /usr/local
SBINDIR   ?= $(PREFIX)/sbin
BINDIR    ?= $(PREFIX)/bin
LIBDIR    ?= $(PREFIX)/lib/scoregate
MANDIR    ?= $(PREFIX)/share/man
DATADIR   ?= $(PREFIX)/share/scoregate
INCLUDEDIR ?= $(PREFIX)/include
SYSCONFDIR ?= /etc/scoregate
STATEDIR  ?= /var/lib/scoregate
RUNDIR    ?= /run/scoregate
UNITDIR   ?= /lib/systemd/system

CC        ?= gcc
PYTHON    ?= /usr/bin/python3
PKGS       = libmicrohttpd libcurl json-c libxml-2.0 gmime-3.0 sqlite3 \
	     libconfuse libsodium libidn2 libsystemd gnutls zlib

WARNINGS   = -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes \
	     -Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wformat=2 \
	     -Wundef -Wno-unused-parameter
HARDENING  = -fstack-protector-strong -fPIE -fvisibility=hidden
CPPFLAGS  += -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE -D_FILE_OFFSET_BITS=64 \
	     -DSCOREGATE_VERSION='"$(VERSION)"' \
	     -DSCOREGATE_SYSCONFDIR='"$(SYSCONFDIR)"' \
	     -DSCOREGATE_STATEDIR='"$(STATEDIR)"' \
	     -DSCOREGATE_RUNDIR='"$(RUNDIR)"' -DSCOREGATE_LIBDIR='"$(LIBDIR)"' \
	     -DSCOREGATE_DATADIR='"$(DATADIR)"'
CFLAGS    ?= -O2 -g
LDHARD     = -pie -Wl,-z,relro -Wl,-z,now

# DEV=1: warnings are errors, ASan and UBSan, each pool allocation its own.
# SAN=thread: ThreadSanitizer instead. Each has a build folder of its own.
ifeq ($(SAN),thread)
BUILD     ?= build/tsan
CFLAGS     = -O1 -g -fsanitize=thread -fno-omit-frame-pointer
WARNINGS  += -Werror -Wno-tsan
else ifdef DEV
BUILD     ?= build/dev
CFLAGS     = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	     -fno-omit-frame-pointer
CPPFLAGS  += -DPOOL_MALLOC
WARNINGS  += -Werror
else
BUILD     ?= build/release
CPPFLAGS  += -D_FORTIFY_SOURCE=2
endif

# Recursive on purpose: pkg-config is asked only when something is compiled.
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) | sed 's/-I/-isystem /g'))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $(shell pkg-config --libs $(PKGS)) -lunistring -lroaring -ldl -lm -lpthread)$(PKG_LIBS)

ENGINE_INC = -Iengine -Iengine/include -include engine/base/banned.h
PUBLIC_INC = -Iengine/include

LIB_SRC    = $(filter-out engine/cli/% engine/daemon/%, \
	       $(wildcard engine/*/*.c engine/*/*/*.c))
CLI_SRC    = $(wildcard engine/cli/*.c)
DAEMON_SRC = $(wildcard engine/daemon/*.c)
MILTER_SRC = $(wildcard milter/*.c)
PLUGINS    = $(patsubst plugins/%/,%,$(wildcard plugins/*/))
UNIT_SRC   = $(wildcard tests/unit/*_test.c)
UNIT_AID   = $(filter-out $(UNIT_SRC),$(wildcard tests/unit/*.c))
FUZZ_SRC   = $(wildcard tests/fuzz/*_fuzz.c)
TOOL_SRC   = $(wildcard tests/tools/*.c)
TOOL_AID   = $(wildcard tests/tools/aid/*.c)
BENCH_SRC  = $(wildcard tests/bench/*.c)
BAD_SRC    = $(wildcard tests/unit/refused/*.c)

obj        = $(patsubst %.c,$(BUILD)/%.o,$(1))
LIB        = $(BUILD)/libscoregate.a
SQL_C      = $(BUILD)/gen/store_sql.c
VERDICT_C  = $(BUILD)/gen/verdict_default.c
UNIT_BIN   = $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(UNIT_SRC))
PLUGIN_SO  = $(patsubst %,$(BUILD)/plugins/%.so,$(PLUGINS))
BAD_SO     = $(patsubst tests/unit/refused/%.c,$(BUILD)/refused/%.so,$(BAD_SRC))
TOOL_BIN   = $(patsubst tests/tools/%.c,$(BUILD)/tools/%,$(TOOL_SRC))
BENCH_BIN  = $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(BENCH_SRC))

.PHONY: all demo test check unit e2e lint fuzz bench corpus install deb help clean \
	packages plugins tools benches refused tsan
.DELETE_ON_ERROR:
.SECONDARY:

all: $(BUILD)/scoregated $(BUILD)/scoregate plugins

help:
	@echo 'make               build the daemon, the command and the plugins'
	@echo 'make demo          the whole story on this machine, in a minute;'
	@echo '                   KEEP=1 leaves it running with its URLs'
	@echo 'make test          install what is needed, then every test and check'
	@echo 'make check         the fast tests (unit and golden, ASan and UBSan)'
	@echo 'make e2e           the tests with a real Postfix; ONLY=expression'
	@echo 'make lint          layers, doors, lengths, format, shellcheck, cppcheck'
	@echo 'make fuzz FOR=60   every fuzzer for that many seconds; ONLY=name'
	@echo 'make tsan          the daemon under mixed load with ThreadSanitizer'
	@echo 'make bench         the benchmarks, as ratios against their peers'
	@echo 'make corpus CORPUS=FOLDER   the classifier on labelled mail, its misses'
	@echo 'make install       DESTDIR= PREFIX= are honoured'
	@echo 'make packages      install the Debian packages (root or sudo)'
	@echo 'make deb           a Debian package of this version'
	@echo 'make clean         remove build/'
	@echo 'DEV=1 builds with sanitizers and -Werror, SAN=thread with TSan.'

# --- what must be there -----------------------------------------------------

# $(call need,stages): install the packages of these stages as root or with
# sudo, or name the command that does.
need = contrib/need-packages $(1)

packages:
	@$(call need,build run test)

# The places that are compiled in: a change of PREFIX compiles them anew.
PATHS = $(SYSCONFDIR) $(STATEDIR) $(RUNDIR) $(LIBDIR) $(DATADIR) $(VERSION)
.PHONY: FORCE
$(BUILD)/paths: FORCE
	@mkdir -p $(@D); echo '$(PATHS)' | cmp -s - $@ || echo '$(PATHS)' > $@
$(call obj,$(DAEMON_SRC) $(CLI_SRC)): $(BUILD)/paths

# --- compile ----------------------------------------------------------------

COMPILE = @mkdir -p $(@D); echo "  CC $<"; $(CC) -std=c11 $(CPPFLAGS) $(CFLAGS) $(WARNINGS) \
	  $(HARDENING) -MMD -MP

$(BUILD)/engine/%.o: engine/%.c
	$(COMPILE) $(ENGINE_INC) $(PKG_CFLAGS) -c $< -o $@

# The daemon alone sees milter/.
$(BUILD)/engine/daemon/%.o: ENGINE_INC += -I.

$(BUILD)/gen/%.o: $(BUILD)/gen/%.c
	$(COMPILE) $(ENGINE_INC) -c $< -o $@

# Programs know where they look; `make install PREFIX=...` after a `make` for
# another place makes those few objects again.
PLACES = $(BUILD)/gen/places
$(PLACES): places-now
	@mkdir -p $(@D); echo '$(SYSCONFDIR) $(STATEDIR) $(RUNDIR) $(LIBDIR) $(DATADIR)' > $@.new; \
	  cmp -s $@.new $@ && rm $@.new || mv $@.new $@
.PHONY: places-now
$(call obj,$(shell grep -lE 'SCOREGATE_(SYSCONF|STATE|RUN|LIB|DATA)DIR' \
  engine/*/*.c)): $(PLACES)

# milter/ and plugins/ see the public headers only.
$(BUILD)/milter/%.o: milter/%.c
	$(COMPILE) $(PUBLIC_INC) -c $< -o $@

$(BUILD)/plugins/%.o: plugins/%.c
	$(COMPILE) $(PUBLIC_INC) -fPIC -c $< -o $@
$(BUILD)/plugins/webhook/webhook_xml.o: PUBLIC_INC += \
	$(shell pkg-config --cflags libxml-2.0 | sed 's/-I/-isystem /g')

$(BUILD)/tests/unit/%.o: tests/unit/%.c
	$(COMPILE) $(ENGINE_INC) $(PKG_CFLAGS) -Itests/unit -I. \
	  -DBUILD_DIR='"$(BUILD)"' -c $< -o $@

$(BUILD)/tests/%.o: tests/%.c
	$(COMPILE) $(ENGINE_INC) $(PKG_CFLAGS) -I. -DBUILD_DIR='"$(BUILD)"' -c $< -o $@

# The migrations as C strings, in order of file name.
$(SQL_C): $(wildcard engine/store/sql/*.sql) contrib/sql-to-c
	@mkdir -p $(@D); contrib/sql-to-c $(sort $(filter %.sql,$^)) > $@

# What holds without a verdict.conf is the one that is shipped.
$(VERDICT_C): conf/verdict.conf contrib/text-to-c
	@mkdir -p $(@D); contrib/text-to-c verdict_default_text $< > $@

# The engine's own pages as C strings, and those of each plugin.
PAGES_C = $(BUILD)/gen/page_assets.c
$(PAGES_C): $(wildcard engine/page/files/*) contrib/files-to-c
	@mkdir -p $(@D); contrib/files-to-c page_assets $(filter engine/%,$^) > $@

plugin_assets = $(wildcard plugins/$(1)/*.html plugins/$(1)/*.conf plugins/$(1)/*.js \
		plugins/$(1)/*.css plugins/$(1)/*.svg)
$(BUILD)/gen/plugins/%_assets.o: $(BUILD)/gen/plugins/%_assets.c
	$(COMPILE) $(PUBLIC_INC) -fPIC -c $< -o $@

$(LIB): $(call obj,$(LIB_SRC)) $(SQL_C:.c=.o) $(VERDICT_C:.c=.o) $(PAGES_C:.c=.o)
	@rm -f $@; echo "  AR $@"; ar rcs $@ $^

LINK = @mkdir -p $(@D); echo "  LD $@"; $(CC) $(CFLAGS) $(LDHARD) $(LDFLAGS) -o $@

# libmilter reads and writes through milter/milter_wire.c, which says why. Where
# there is no libmilter.a the shared one is linked, and does so by itself.
MILTER_A   = $(filter /%,$(shell $(CC) -print-file-name=libmilter.a))
MILTER_LIB = $(if $(MILTER_A),$(BUILD)/milter/libmilter.o)
$(BUILD)/scoregated $(BUILD)/tools/milter_stub: MORE_LIBS = $(if $(MILTER_A),,-lmilter)
# Of its names only smfi_* are left: there are two hundred globals of Sendmail's.
$(BUILD)/milter/libmilter.o: $(MILTER_A) milter/milter_wire.h
	@mkdir -p $(@D); echo "  LD $@"; ld -r -o $@.whole --whole-archive $< && \
	  objcopy --wildcard --keep-global-symbol='smfi_*' \
	  $(foreach f,accept poll read writev close,--redefine-sym $(f)=milter_wire_$(f)) \
	  $@.whole $@ && rm $@.whole

# Plugins find nothing in the daemon: they get a table of functions instead.
$(BUILD)/scoregated: $(call obj,$(DAEMON_SRC) $(MILTER_SRC)) $(MILTER_LIB) $(LIB)
	$(LINK) $^ $(MORE_LIBS) $(PKG_LIBS)

$(BUILD)/scoregate: $(call obj,$(CLI_SRC)) $(LIB)
	$(LINK) $^ $(PKG_LIBS) -lresolv

# What one needs beside libc.
PLUGIN_LIBS_maillog = -lsystemd -lz
PLUGIN_LIBS_webhook = -lxml2 -lgnutls -lm
PLUGIN_LIBS_console = -lm
# What several are made of.
PLUGIN_SHARED_form = plugins/write_once.c
PLUGIN_SHARED_survey = plugins/write_once.c
define plugin_rule
$(BUILD)/gen/plugins/$(1)_assets.c: $(call plugin_assets,$(1)) contrib/files-to-c
	@mkdir -p $$(@D); contrib/files-to-c $(1)_assets $$(filter plugins/%,$$^) > $$@
$(BUILD)/plugins/$(1).so: $(call obj,$(wildcard plugins/$(1)/*.c) $(PLUGIN_SHARED_$(1))) \
  $(if $(call plugin_assets,$(1)),$(BUILD)/gen/plugins/$(1)_assets.o)
	@mkdir -p $$(@D); echo "  SO $$@"; $$(CC) $$(CFLAGS) -shared -Wl,-z,defs -Wl,-z,relro -o $$@ $$^ $$(PLUGIN_LIBS_$(1)) $$(if $$(findstring sanitize,$$(CFLAGS)),-Wl$$(comma)-z$$(comma)undefs)
endef
comma := ,
$(foreach p,$(PLUGINS),$(eval $(call plugin_rule,$(p))))

plugins: $(PLUGIN_SO)

$(BUILD)/refused/%.so: tests/unit/refused/%.c engine/include/scoregate_plugin.h
	@mkdir -p $(@D); $(CC) -std=c11 $(CFLAGS) $(PUBLIC_INC) -fPIC -shared -fvisibility=hidden -o $@ $<

refused: $(BAD_SO)

$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(call obj,$(UNIT_AID)) $(LIB)
	$(LINK) $^ -lcmocka $(PKG_LIBS)
$(BUILD)/unit/milter_wire_test: $(BUILD)/milter/milter_wire.o

$(BUILD)/tools/%: $(BUILD)/tests/tools/%.o $(call obj,$(TOOL_AID)) $(LIB)
	$(LINK) $^ $(MORE_LIBS) $(PKG_LIBS)

# The milter with a stub in the engine's place.
$(BUILD)/tools/milter_stub: $(call obj,$(MILTER_SRC)) $(MILTER_LIB)

# The same with libmilter as it comes: the benchmark's milter without a product.
MILTER_NULL = $(BUILD)/tools/milter_null
$(MILTER_NULL): $(call obj,tests/tools/milter_stub.c $(MILTER_SRC) $(TOOL_AID)) $(LIB)
	$(LINK) $^ -lmilter $(PKG_LIBS)

$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(LIB)
	$(LINK) $^ $(PKG_LIBS)

tools: $(TOOL_BIN) $(MILTER_NULL)
benches: $(BENCH_BIN)

# --- test -------------------------------------------------------------------

unit: plugins refused $(UNIT_BIN) tools

check:
	@$(MAKE) --no-print-directory DEV=1 unit
	@tests/run unit build/dev

test:
	@$(call need,build run test)
	@tests/run all

e2e:
	@$(MAKE) --no-print-directory all tools
	@tests/run e2e

lint:
	@tests/run lint

fuzz:
	@tests/run fuzz $(or $(FOR),60)

tsan:
	@tests/run tsan

bench:
	@$(call need,build run test bench)
	@$(MAKE) --no-print-directory all tools benches
	@tests/bench/run

# The classifier on a folder of labelled mail.
corpus:
	@test -n "$(CORPUS)" || { echo 'make corpus CORPUS=FOLDER'; exit 2; }
	@$(MAKE) --no-print-directory tools
	@$(BUILD)/tools/corpus_report $(CORPUS)

demo:
	@$(call need,build run)
	@$(MAKE) --no-print-directory all tools
	@KEEP=$(KEEP) contrib/demo/demo $(BUILD)

# Fuzzers are built by clang, library and all, into a folder of their own.
FUZZ_BUILD = build/fuzz
FUZZ_BIN   = $(patsubst tests/fuzz/%.c,$(FUZZ_BUILD)/bin/%,$(FUZZ_SRC))
FUZZ_FLAGS = -O1 -g -fsanitize=fuzzer-no-link,address,undefined \
	     -fno-sanitize-recover=undefined -DPOOL_MALLOC
.PHONY: fuzzers fuzz-bins
fuzzers:
	@$(MAKE) --no-print-directory BUILD=$(FUZZ_BUILD) CC=clang \
	  CFLAGS='$(FUZZ_FLAGS)' fuzz-bins
# webhook_fuzz loads the real plugin, which finds the fuzzer's counters in it.
fuzz-bins: $(FUZZ_BIN) plugins
$(FUZZ_BUILD)/bin/%: $(FUZZ_BUILD)/tests/fuzz/%.o $(FUZZ_BUILD)/libscoregate.a
	@mkdir -p $(@D); echo "  LD $@"; clang -g -rdynamic -fsanitize=fuzzer,address,undefined -o $@ $^ $(PKG_LIBS)

# --- install ----------------------------------------------------------------

install: all
	@contrib/install-files "$(DESTDIR)" "$(BUILD)" SBINDIR="$(SBINDIR)" \
	  BINDIR="$(BINDIR)" LIBDIR="$(LIBDIR)" MANDIR="$(MANDIR)" \
	  DATADIR="$(DATADIR)" INCLUDEDIR="$(INCLUDEDIR)" \
	  SYSCONFDIR="$(SYSCONFDIR)" STATEDIR="$(STATEDIR)" \
	  RUNDIR="$(RUNDIR)" UNITDIR="$(UNITDIR)"

deb: all
	@contrib/make-deb $(VERSION) $(BUILD)

clean:
	rm -rf build

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
