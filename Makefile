# hdata: a PostgreSQL extension for the data that people make about data.
#
#   make check            every test, on a private throw-away cluster
#   make demo [DATA=dir]  a quality report over the bundled project, or over a folder of your own
#   make bench            the benchmarks, likewise
#   make; make install; make installcheck        the usual PGXS goals, for an existing server
#
# PG_CONFIG=... chooses the server, CC=clang the compiler, OPTFLAGS=... the optimisation,
# CI=1 or WERROR=1 turns warnings into errors.

EXTENSION = hdata
EXTVERSION = 0.1.0
MODULE_big = hdata

# These goals need no PostgreSQL and no compiler yet: test/run.sh installs what is lacking.  PGXS owns the name "check" and
# cannot be included on a bare machine, so they are taken out before it is.
RUN_GOALS = check demo bench

ifneq (,$(filter $(RUN_GOALS),$(MAKECMDGOALS)))

OTHER_GOALS = $(filter-out $(RUN_GOALS),$(MAKECMDGOALS))

.PHONY: $(MAKECMDGOALS)
.NOTPARALLEL:

$(filter $(RUN_GOALS),$(MAKECMDGOALS)):
	@test/run.sh $@

$(OTHER_GOALS):
	@$(MAKE) --no-print-directory $@

else

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifeq (,$(wildcard $(PGXS)))
$(error "$(PG_CONFIG)" leads to no PostgreSQL server headers: install them, or set PG_CONFIG ("make check" and "make demo" install what they lack))
endif

OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c src/*/*.c)))
DEPS = $(OBJS:.o=.d)
HEADERS = $(wildcard src/hdata.h)

# The install script is joined from its parts in the order of their numbers, with what every type repeats written out by
# sql/expand.awk.  They live in sql/parts because pg_regress would
# take sql/NAME.sql for the test NAME.
SQL_PARTS = $(sort $(wildcard sql/parts/*.sql))
DATA_built = sql/$(EXTENSION)--$(EXTVERSION).sql
DATA = $(wildcard sql/*--*--*.sql)

# pg_regress finds test/sql/NAME.sql and expected/NAME.out on 15 to 18.  pg_isolation_regress reads INPUTDIR/specs/NAME.spec;
# its default --outputdir=output_iso would make 15 look for output_iso/expected, so it is set back to ".", and the outputs of
# both lie in expected/: a spec and a SQL test must not share a name.
REGRESS = $(sort $(patsubst test/sql/%.sql,%,$(wildcard test/sql/*.sql)))
REGRESS_OPTS = --inputdir=test --load-extension=$(EXTENSION) --encoding=UTF8 --no-locale
ISOLATION = $(sort $(patsubst test/isolation/specs/%.spec,%,$(wildcard test/isolation/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test/isolation --outputdir=. --load-extension=$(EXTENSION) --encoding=UTF8 --no-locale
PROVE_TESTS = $(sort $(wildcard test/tap/*.pl))
TAP_TESTS = $(if $(PROVE_TESTS),1)

# Results must not depend on the compiler's taste: no contraction to fused multiply-add, and no fast-math flag ever.  errno of
# the mathematical functions is never read.
OPTFLAGS = -O3 -fno-math-errno
WARNFLAGS = -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers
ifneq (,$(filter-out 0 no false,$(CI) $(WERROR)))
WARNFLAGS += -Werror
endif
# A server built with gcc hands its own flags to clang too.
CLANGFLAGS = $(if $(findstring clang,$(shell $(CC) --version)),-Wno-unknown-warning-option -Wno-ignored-optimization-argument \
	-Wno-ignored-attributes)

# ICU does all Unicode work, through its C API.
PG_CPPFLAGS = -I$(srcdir)/src $(shell pkg-config --cflags icu-i18n icu-uc)
PG_CFLAGS = $(OPTFLAGS) -ffp-contract=off $(WARNFLAGS) $(CLANGFLAGS) -MMD -MP
# PostgreSQL loads modules with RTLD_GLOBAL, and before 16 without hidden visibility: our own symbols must win inside our
# library, whatever other modules call theirs.
SHLIB_LINK = $(if $(filter linux,$(PORTNAME)),-Wl$(comma)-Bsymbolic) $(shell pkg-config --libs icu-i18n icu-uc)
comma = ,

EXTRA_CLEAN = $(DEPS) $(wildcard src/*.[od] src/*.bc src/*/*.[od] src/*/*.bc) \
	results regression.diffs regression.out tmp_check tmp_check_iso output_iso log

# The bitcode for JIT needs the clang that the server was built with; without it, go without bitcode.
ifeq (,$(shell command -v "$$(sed -n 's/^CLANG *= *//p' '$(dir $(PGXS))../Makefile.global')"))
override with_llvm = no
endif

include $(PGXS)

# sql/parts itself is a prerequisite, so that a part that came or went is noticed too.
$(DATA_built): $(SQL_PARTS) sql/parts sql/expand.awk Makefile
	awk -f sql/expand.awk $(SQL_PARTS) > $@.new
	mv $@.new $@

# PGXS tracks no headers: the compiler does, and bitcode follows its object file.
-include $(DEPS)
$(OBJS:.o=.bc): %.bc: %.o

# What the programs of test/ built for themselves.
clean: clean-test
.PHONY: clean-test
clean-test:
	@for d in $(dir $(wildcard test/*/Makefile)); do $(MAKE) --no-print-directory -C "$$d" clean || exit; done

endif
