# Thin: each target is the command you would type. Everything lands in target/.

PYTHON ?= python3
VENV := target/venv
BIN := $(VENV)/bin
# cargo's own variable decides where it builds.
TARGET := $(or $(CARGO_TARGET_DIR),target)

# The C library: where it goes, and the build it is taken from (release, or debug, which is what tests have already).
PREFIX ?= /usr/local
PROFILE ?= release

.PHONY: run build install sbom test test-crash test-large test-rust test-python test-spark test-c test-interop test-sanitizers test-training test-infer-weights fuzz fuzz-c fuzz-infer check header bench bench-infer bench-score bench-python bench-peers wheel sdist check-free-threaded sizes systems systems-ready test-systems test-systems-quick load-systems clean

# One sample note scrubbed, then its scored report with the evidence under each verdict.
run:
	cargo run -q --bin chartguard -- analyze examples/notes/pt-evaluation.txt

build:
	cargo build --workspace --all-targets

# Headers, shared and static library, pkg-config and CMake files below DESTDIR and PREFIX; bindings-c/README.md.
install:
	cargo build --workspace --lib $(if $(filter release,$(PROFILE)),--release)
	bindings-c/install.sh $(TARGET)/$(PROFILE) $(PREFIX) $(DESTDIR)

# What the C library is made of: a CycloneDX SBOM and the licences of third parties, in target/sbom; `make install` takes them along.
sbom:
	$(PYTHON) bindings-c/sbom.py $(TARGET)/sbom

# Everything, in three languages.
test: check test-rust test-python test-systems-quick test-c
	@echo "chartguard: all tests passed"

check:
	cargo fmt --all --check
	cargo clippy -q --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc -q --workspace --no-deps

# The tests of the surfaces run the built command and the C library.
test-rust: build
	cargo test --workspace -q
	cargo test --workspace -q --test cases --test surfaces --test patient -- --nocapture

# Fuzzes each message format (TARGETS) for TIME seconds, guided by coverage; needs a nightly toolchain, and installs cargo-fuzz below target/.
TIME ?= 600
TARGETS ?= hl7 fhir ccda rtf html text
fuzz:
	tests/fuzz/run.sh $(TIME) $(TARGETS)

# Fuzzes the C boundary for TIME seconds: random calls in random order, under AddressSanitizer.
fuzz-c: test-c
	FUZZ_SECONDS=$(TIME) tests/c/sanitize.sh $(TARGET)/debug

# Model directories spoiled at random, for TIME seconds and in 8 GB: refused or run, with no panic and in no long time.
fuzz-infer:
	ulimit -v 8000000; CHARTGUARD_FUZZ_SECONDS=$(TIME) cargo test --workspace -q --test model_fuzz -- --ignored --nocapture

INFER := $(TARGET)/bench-infer

$(INFER)/venv/bin/python: benches/infer/requirements.txt
	$(PYTHON) -m venv $(INFER)/venv
	$@ -m pip install -q --disable-pip-version-check -r benches/infer/requirements.txt
	@touch $@

# Real weights and full-sized models, here and in ONNX Runtime. Skipped, with the reason, where PyTorch is not installed:
# it is large, so that it must be put into the environment by hand.
test-infer-weights: $(INFER)/venv/bin/python
	cargo build -q --release --workspace --bin infer --bin chartguard
	$(INFER)/venv/bin/python tests/models/weights.py --program $(TARGET)/release/infer --chartguard $(TARGET)/release/chartguard --cache $(INFER)/models

# Models of several sizes beside ONNX Runtime, in turn: time, difference, load and memory. Makes the models first. With ARGS=--profile:
# where the time goes in both.
bench-infer: $(INFER)/venv/bin/python
	cargo build -q --release --workspace --bin infer
	$(INFER)/venv/bin/python benches/infer/run.py --program $(TARGET)/release/infer --models $(INFER)/models $(ARGS)

# What the stripped C library and the command weigh by the features that are in them. A build for each, the first time some minutes long.
sizes:
	benches/sizes.sh

# Messages of 50 MB, of one patient and of very many: scrubbed, or refused with what to do. In 4 GB of memory.
test-large:
	cargo test --workspace -q --test large -- --include-ignored --nocapture --test-threads 1

# Kills 200 writers of an audit log of each kind, 200 of a vault and a log, and 200 of a registry of models, at random points:
# nothing confirmed may be lost, and no version be half there.
# Some minutes.
test-crash: build
	CHARTGUARD_KILLS=200 cargo test --workspace -q --test crash -- --nocapture

$(BIN)/maturin: bindings-python/requirements-test.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check -r bindings-python/requirements-test.txt
	@touch $@

# The same profile and features as the other targets, so that nothing is compiled twice.
test-python: $(BIN)/maturin
	VIRTUAL_ENV=$(CURDIR)/$(VENV) PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/maturin develop -q -m bindings-python/Cargo.toml
	$(BIN)/python -m pytest -q bindings-python/tests
	$(BIN)/python -m mypy.stubtest --mypy-config-file bindings-python/pyproject.toml chartguard

# What is published of the wheel, in target/dist: the release wheel (what it weighs, fits and costs to import is printed) and the sdist, which is
# then built elsewhere, without repository or network.
wheel: $(BIN)/maturin
	$(BIN)/pip install -q --disable-pip-version-check auditwheel abi3audit
	$(BIN)/python bindings-python/packaging.py wheel $(TARGET)/dist

sdist: $(BIN)/maturin
	$(BIN)/python bindings-python/packaging.py sdist $(TARGET)/dist
	$(BIN)/python bindings-python/packaging.py check-sdist $(TARGET)/dist

# That the binding compiles for an interpreter without a GIL: by the configuration of one, which need not be installed.
check-free-threaded:
	mkdir -p $(TARGET)
	printf '%s\n' implementation=CPython version=3.14 shared=true pointer_width=64 build_flags=Py_GIL_DISABLED suppress_build_script_link_lines=true > $(TARGET)/free-threaded.txt
	PYO3_CONFIG_FILE=$(abspath $(TARGET))/free-threaded.txt cargo check -q --workspace --lib
	@echo "chartguard compiles for a free-threaded interpreter"

# Spark and single process, row for row on 20,000 notes; `make test` takes 2,000. Needs Java 17 or newer.
test-spark: $(BIN)/maturin
	CHARTGUARD_SPARK_ROWS=20000 $(BIN)/python -m pytest -q bindings-python/tests/test_spark.py

# Installs the C library below target/, compiles the C and C++ programs against that and runs them, under valgrind where it is installed.
test-c: build
	tests/c/run.sh $(TARGET)/debug

# The C and C++ tests under AddressSanitizer, UndefinedBehaviorSanitizer and valgrind. Some minutes.
test-sanitizers: test-c
	tests/c/sanitize.sh $(TARGET)/debug

# The examples in Go, Java and Node, built and run; what has no tool here is skipped. Needs the Maven and npm registries.
test-interop: test-c
	tests/interop/run.sh $(TARGET)/debug

# Writes include/chartguard.h anew. `make test-c` fails when the committed one differs.
header:
	tests/c/header.sh > include/chartguard.h

# Trains very small taggers, from generated text and from notes of one's own; installs JAX. Some minutes.
test-training: $(BIN)/maturin
	$(BIN)/pip install -q --disable-pip-version-check -r core/models/training/requirements.txt
	$(BIN)/python core/models/training/test_training.py

# Throughput and ratios, printed; release profile.
bench:
	cargo bench -p chartguard-benches

# Scoring one note of 5 KB under each rubric, and how the time grows with the text and with the criteria; release profile.
bench-score:
	cargo build -q --release --workspace --bin score
	$(TARGET)/release/score

# The wheel: columns against a loop, one and two threads, memory, and peers, which it installs under target/peers.
bench-python: $(BIN)/maturin
	VIRTUAL_ENV=$(CURDIR)/$(VENV) PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/maturin develop -q --release -m bindings-python/Cargo.toml
	mkdir -p $(TARGET)/peers
	$(BIN)/python benches/python/run.py --peers $(TARGET)/peers

# chartguard beside other systems on the notes of GOLD; installs them under target/peers, and skips what does not install.
GOLD ?= tests/eval/held-out.jsonl
bench-peers:
	$(PYTHON) benches/peers/run.py $(GOLD) $(TARGET)/peers

# One of the systems in examples/systems, started: make systems SYSTEM=document-search; ARGS goes to its own command. Without SYSTEM: which there are.
SYSTEM ?= --list
systems: systems-ready
	@$(BIN)/python examples/systems/run.py $(SYSTEM) $(ARGS)

$(VENV)/.systems: $(BIN)/maturin examples/systems/requirements.txt
	$(BIN)/pip install -q --disable-pip-version-check -r examples/systems/requirements.txt
	@touch $@

# The wheel, and what the systems in Python need beside it.
systems-ready: $(VENV)/.systems
	VIRTUAL_ENV=$(CURDIR)/$(VENV) PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/maturin develop -q -m bindings-python/Cargo.toml

# Those in Python, started and asked; `make test-rust` asks note-intake. Under 90 seconds.
test-systems-quick: systems-ready
	$(BIN)/python -m pytest -q examples/systems -m "not slow and not browser and not postgres and not redis and not prometheus"

# All of it: what takes long, PostgreSQL, Redis, Prometheus, pages in a browser, what deploys them, and load. What is not installed is skipped, and said to be.
test-systems: systems-ready
	cargo build -q --workspace --bin note-intake
	$(BIN)/python -m pytest -q -rs examples/systems
	cargo test --workspace -q --test service
	PATH="$(CURDIR)/$(BIN):$$PATH" examples/systems/deploy/check.sh
	for name in therapy-compliance note-intake document-search transcription; do $(BIN)/python examples/systems/load $$name --seconds 10 || exit 1; done

# Notes a second, latency and memory under load, of release builds, for LOAD_SECONDS each; then a kill, and what is there after it.
# The aims of note-intake are asked for, and of each system flat memory (in ten minutes or more); each ends with an error where something
# acknowledged is missing or doubled.
LOAD_SECONDS ?= 600
LOAD = $(BIN)/python examples/systems/load --release --seconds $(LOAD_SECONDS) --slope 2
load-systems: systems-ready
	cargo build -q --release --workspace --lib --bin note-intake
	$(LOAD) note-intake --least 200 --p95 100
	$(LOAD) therapy-compliance
	$(LOAD) document-search
	$(LOAD) transcription --clients 8

clean:
	cargo clean
