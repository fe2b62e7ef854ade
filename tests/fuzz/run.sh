#!/usr/bin/env bash
# Fuzzes each of TARGETS for SECONDS, from the messages of tests/cases/formats on: run.sh SECONDS TARGET...
# A finding stops its target and is left in target/fuzz/artifacts/TARGET; it belongs in tests/cases/fuzz/TARGET, where a test tries it ever after.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds="$1"
shift
built="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
build="$built/fuzz"
tools="$built/tools"
version=0.13.2
if [ ! -x "$tools/bin/cargo-fuzz" ]; then
  cargo install -q cargo-fuzz --version "$version" --locked --root "$tools" --target-dir "$tools/build"
fi
export PATH="$tools/bin:$PATH"
# Nothing in core is unsafe, so that no sanitizer is needed for what it does; without one, five times as much is tried.
fuzz() { cargo +nightly fuzz "$1" --fuzz-dir tests/fuzz --target-dir "$build" -s none "${@:2}"; }
fuzz build

failed=0
for target in "$@"; do
  corpus="$build/corpus/$target" artifacts="$build/artifacts/$target"
  mkdir -p "$corpus" "$artifacts"
  seeds=("tests/cases/formats/$target")
  if [ -d "tests/cases/fuzz/$target" ]; then seeds+=("tests/cases/fuzz/$target"); fi
  echo "fuzzing $target for $seconds seconds"
  if ! fuzz run "$target" "$corpus" "${seeds[@]}" -- -max_total_time="$seconds" -max_len=16384 -timeout=20 -rss_limit_mb=4096 \
    -artifact_prefix="$artifacts/" -seed="${SEED:-0}" -print_final_stats=1 > "$build/$target.log" 2>&1; then
    echo "$target: see $build/$target.log and $artifacts" >&2
    failed=1
  fi
  grep -E 'Done|number_of_executed_units|ERROR|panicked' "$build/$target.log" || true
done
exit "$failed"
