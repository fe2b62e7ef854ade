#!/usr/bin/env bash
# Compiles the C programs against the library in DIR (target/debug) and runs them, under valgrind where it is installed.
# Fails when the committed header is not what the sources give.
set -euo pipefail
cd "$(dirname "$0")/../.."
dir="$(cd "$1" && pwd)"
out="$dir/c-tests"
mkdir -p "$out"

tests/c/header.sh > "$out/chartguard.h"
if ! diff -u include/chartguard.h "$out/chartguard.h"; then
  echo "include/chartguard.h differs from what bindings-c/src gives: run \`make header\`" >&2
  exit 1
fi

flags=(-std=c11 -Wall -Wextra -Werror -pedantic -g -Iinclude)
cc "${flags[@]}" -o "$out/api" tests/c/api.c -L"$dir" -lchartguard -lpthread -Wl,-rpath,"$dir"
cc "${flags[@]}" -o "$out/scrub_and_score" examples/c/scrub_and_score.c -L"$dir" -lchartguard -Wl,-rpath,"$dir"
cc "${flags[@]}" -o "$out/share_and_restore" examples/c/share_and_restore.c -L"$dir" -lchartguard -Wl,-rpath,"$dir"
cc "${flags[@]}" -o "$out/vault" examples/c/vault.c -L"$dir" -lchartguard -Wl,-rpath,"$dir"
# The header must also serve a C++ compiler, where there is one.
if command -v c++ >/dev/null 2>&1; then
  echo '#include "chartguard.h"' | c++ -std=c++17 -Wall -Wextra -Werror -Iinclude -fsyntax-only -x c++ -
fi

run=()
if command -v valgrind >/dev/null 2>&1; then
  run=(valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect)
else
  echo "valgrind is not installed: the C programs run without it"
fi
"${run[@]}" "$out/api" tests/models/tiny-tagger
"${run[@]}" "$out/scrub_and_score" examples/notes/pt-evaluation.txt > "$out/example.txt"
grep -q '\[NAME\]' "$out/example.txt"
"${run[@]}" "$out/share_and_restore" > "$out/restored.txt"
grep -q 'SEAL:cg1_' "$out/restored.txt"
grep -q 'SSN 219-09-9999' "$out/restored.txt"
"${run[@]}" "$out/vault" > "$out/vault.txt"
grep -q 'SSN \[SSN\], seen \[DATE\]' "$out/vault.txt"
grep -q 'SSN 219-09-9999, seen 03/14/2024' "$out/vault.txt"
echo "C: api and examples passed"
