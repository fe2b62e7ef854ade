#!/usr/bin/env bash
# Prints what the stripped C library and the command weigh by the features that are in them. Each set is a build of its own below
# target/sizes. Without `onnx` there is no model in it, and nothing that runs one: tract, tokenizers and the built-in tagger go.
set -euo pipefail
cd "$(dirname "$0")/.."
build="${CARGO_TARGET_DIR:-target}/sizes"
megabytes() { wc -c < "$1" | awk '{printf "%.1f", $1 / 1e6}'; }
printf '%-16s %14s %12s\n' features 'library (MB)' 'command (MB)'
for features in none onnx search search,sqlite; do
  with="${features/none/}"
  # In the library search brings the models along, which find passages by meaning.
  core="${with/search/onnx,search}"
  cargo build -q --release -p chartguard-c -p chartguard --lib --bin chartguard --no-default-features \
    --features "chartguard/cli${core:+,chartguard/${core//,/,chartguard/}}${with:+,chartguard-c/${with//,/,chartguard-c/}}" --target-dir "$build"
  printf '%-16s %14s %12s\n' "$features" "$(megabytes "$build"/release/libchartguard.so)" "$(megabytes "$build"/release/chartguard)"
done
