#!/usr/bin/env bash
# Prints include/chartguard.h as cbindgen makes it from bindings-c. cbindgen is installed below target/ on first use.
set -euo pipefail
cd "$(dirname "$0")/../.."
tools="${CARGO_TARGET_DIR:-target}/tools"
version=0.29.4
if command -v cbindgen >/dev/null 2>&1 && cbindgen --version | grep -q "$version"; then
  cbindgen=cbindgen
else
  cbindgen="$tools/bin/cbindgen"
  if [ ! -x "$cbindgen" ]; then
    cargo install -q cbindgen --version "$version" --locked --root "$tools" --target-dir "$tools/build" >&2
  fi
fi
"$cbindgen" --quiet --config bindings-c/cbindgen.toml bindings-c
