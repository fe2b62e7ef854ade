#!/usr/bin/env bash
# Prints what the stripped command weighs by the features of the core that are in it. Each set is a build of its own below
# target/sizes.
set -euo pipefail
cd "$(dirname "$0")/.."
build="${CARGO_TARGET_DIR:-target}/sizes"
printf '%-16s %8s\n' features MB
for features in none onnx sqlite onnx,sqlite; do
  cargo build -q --release -p chartguard --bin chartguard --no-default-features --features "cli,${features/none/}" --target-dir "$build"
  printf '%-16s %8s\n' "$features" "$(wc -c < "$build/release/chartguard" | awk '{printf "%.1f", $1 / 1e6}')"
done
