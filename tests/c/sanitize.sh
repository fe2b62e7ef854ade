#!/usr/bin/env bash
# Runs the C and C++ tests with AddressSanitizer and UndefinedBehaviorSanitizer on the C side, and under valgrind: sanitize.sh DIR (target/debug), after
# tests/c/run.sh. AddressSanitizer also watches what the library allocates and frees, since Rust allocates through malloc.
set -euo pipefail
cd "$(dirname "$0")/../.."
dir="$(cd "$1" && pwd)"
from="$dir/c-tests" out="$dir/c-tests/sanitized"
[ -x "$from/defects" ] || { echo "sanitize.sh: run tests/c/run.sh first" >&2; exit 1; }
mkdir -p "$out"
export PKG_CONFIG_PATH="$from/prefix/lib/pkgconfig"
read -ra flags <<< "-g -O1 -Wall -Wextra -Werror -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -Wl,-rpath,$from/prefix/lib"
read -ra chartguard <<< "$(pkg-config --cflags --libs chartguard)"

compile() { cc -std=c11 "${flags[@]}" -o "$out/$(basename "$1" .c)" "$1" "${chartguard[@]}" -lpthread; }
for program in tests/c/api.c tests/c/defects.c tests/c/fuzz.c "$from/hostile.c" examples/c/*.c; do compile "$program"; done
c++ -std=c++17 "${flags[@]}" -o "$out/wrapper" tests/c/wrapper.cpp "${chartguard[@]}"

export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1
"$out/api" tests/models/tiny-tagger
"$out/hostile"
"$out/defects"
"$out/wrapper"
"$out/scrub_and_score" examples/notes/pt-evaluation.txt > /dev/null
"$out/share_and_restore" > /dev/null
"$out/vault" > /dev/null
tests/c/mllp.sh "$out/mllp_filter"
"$out/fuzz" "${FUZZ_SECONDS:-20}" "${SEED:-1}"
echo "C under AddressSanitizer and UndefinedBehaviorSanitizer: passed"

if ! command -v valgrind >/dev/null 2>&1; then
  echo "valgrind: skipped, it is not installed"
  exit 0
fi
for program in hostile defects; do
  valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect "$from/$program"
done
echo "C under valgrind: passed"
