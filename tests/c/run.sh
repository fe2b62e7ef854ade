#!/usr/bin/env bash
# Installs the library of DIR (target/debug) below it, moves what was installed, and compiles and runs the C and C++ programs against that,
# under valgrind where it is installed. Fails when header or exported symbols are not what is committed.
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
tests/c/symbols.sh "$dir/libchartguard.so"

# What is installed works wherever it is moved to, and nothing in it names where it was.
rm -rf "$out/stage" "$out/prefix"
bindings-c/install.sh "$dir" /opt/chartguard "$out/stage"
mv "$out/stage/opt/chartguard" "$out/prefix"
if grep -rlI -e "$out" -e /opt/chartguard "$out/prefix"/{include,lib} ; then
  echo "these installed files name a prefix" >&2
  exit 1
fi
# Schemas are there, and JSON.
for schema in policy rubric report; do
  python3 -c 'import json, sys; assert json.load(open(sys.argv[1]))["$schema"]' "$out/prefix/share/chartguard/$schema.schema.json"
done
export PKG_CONFIG_PATH="$out/prefix/lib/pkgconfig"
read -ra flags <<< "-std=c11 -Wall -Wextra -Werror -pedantic -g -Wl,-rpath,$out/prefix/lib"
read -ra chartguard <<< "$(pkg-config --cflags --libs chartguard)"

compile() { cc "${flags[@]}" -o "$out/$(basename "$1" .c)" "$1" "${chartguard[@]}" -lpthread; }
compile tests/c/api.c
# As an engineer would: a folder with nothing in it but one's own program.
rm -rf "$out/empty" && mkdir "$out/empty"
cp examples/c/*.c "$out/empty"
for program in "$out/empty"/*.c; do
  (cd "$out/empty" && compile "$(basename "$program")")
done
# With the flags before the file, as the hand writes them.
(cd "$out/empty" && cc -std=c11 "${chartguard[@]}" vault.c -o vault-first)

run=()
if command -v valgrind >/dev/null 2>&1; then
  run=(valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect)
else
  echo "valgrind is not installed: the C programs run without it"
fi
"${run[@]}" "$out/api" tests/models/tiny-tagger
# `make test-sanitizers` runs these under valgrind as well.
python3 tests/c/hostile.py "$out/prefix/include/chartguard.h" > "$out/hostile.c"
compile "$out/hostile.c"
"$out/hostile"
compile tests/c/defects.c
"$out/defects"
"${run[@]}" "$out/scrub_and_score" examples/notes/pt-evaluation.txt > "$out/example.txt"
grep -q '\[NAME\]' "$out/example.txt"
"${run[@]}" "$out/share_and_restore" > "$out/restored.txt"
grep -q 'SEAL:cg1_' "$out/restored.txt"
grep -q 'SSN 219-09-9999' "$out/restored.txt"
"${run[@]}" "$out/vault" > "$out/vault.txt"
grep -q 'SSN \[SSN\], seen \[DATE\]' "$out/vault.txt"
grep -q 'SSN 219-09-9999, seen 03/14/2024' "$out/vault.txt"
tests/c/mllp.sh "$out/mllp_filter"
echo "C: api and examples passed"

# The static library, which needs nothing of ours at run time.
cc -std=c11 -o "$out/vault-static" examples/c/vault.c $(pkg-config --cflags chartguard) "$out/prefix/lib/libchartguard.a" \
  $(sed -n 's/^Libs.private: //p' "$PKG_CONFIG_PATH/chartguard.pc")
"$out/vault-static" | cmp - "$out/vault.txt"

if command -v cmake >/dev/null 2>&1 && command -v c++ >/dev/null 2>&1; then
  cmake -S examples/cpp -B "$out/cpp" -DCMAKE_PREFIX_PATH="$out/prefix" -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_CXX_FLAGS="-Wall -Wextra -Werror -pedantic" > "$out/cmake.txt"
  cmake --build "$out/cpp" >> "$out/cmake.txt"
  "$out/cpp/scrub_and_score" examples/notes/pt-evaluation.txt > "$out/example-cpp.txt"
  grep -q '\[NAME\]' "$out/example-cpp.txt"
  c++ -std=c++17 -Wall -Wextra -Werror -pedantic -g -Wl,-rpath,"$out/prefix/lib" -o "$out/wrapper" tests/c/wrapper.cpp "${chartguard[@]}"
  "${run[@]}" "$out/wrapper"
  # The header of C++ alone, with a newer standard as well.
  echo '#include <chartguard.hpp>' | c++ -std=c++20 -Wall -Wextra -Werror "${chartguard[@]}" -fsyntax-only -x c++ -
  echo "C++: wrapper and example passed"
else
  echo "C++: skipped, cmake or a C++ compiler is not installed"
fi
