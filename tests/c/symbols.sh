#!/usr/bin/env bash
# Compares what the library exports, the header declares and the C++ wrapper covers with the committed list of symbols.
set -euo pipefail
cd "$(dirname "$0")/../.."
library="$1"
listed=tests/c/symbols.txt

same() {
  if ! diff -u "$listed" - ; then
    echo "$1 differs from $listed (see bindings-c/README.md before one is removed)" >&2
    exit 1
  fi
}
# Builds for tests export a little more, which no header declares.
nm -D --defined-only "$library" | awk '{print $NF}' | grep -v '^cg_debug_' | LC_ALL=C sort -u | same "what $library exports"
grep -o '\bcg_[a-z0-9_]*(' include/chartguard.h | tr -d '(' | LC_ALL=C sort -u | same "what include/chartguard.h declares"
# A wrapper that does not name a function does not cover it.
sed 's|/\*.*\*/||' include/chartguard.hpp | grep -o '\bcg_[a-z0-9_]*' | LC_ALL=C sort -u | LC_ALL=C comm -12 - "$listed" |
  same "what include/chartguard.hpp covers"

soname="$(readelf -d "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')"
abi="$(sed -n 's/^#define CG_ABI_VERSION \([0-9]*\)$/\1/p' include/chartguard.h)"
if [ "$soname" != "libchartguard.so.$abi" ]; then
  echo "$library has the SONAME \"$soname\", its header CG_ABI_VERSION $abi" >&2
  exit 1
fi
