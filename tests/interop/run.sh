#!/usr/bin/env bash
# Builds the examples in Go, Java and Node against the library that tests/c/run.sh installed below DIR (target/debug), runs them, and compares what they
# print. What has no tool here is skipped, and said to be.
set -euo pipefail
cd "$(dirname "$0")/../.."
dir="$(cd "$1" && pwd)"
prefix="$dir/c-tests/prefix" out="$dir/interop"
[ -f "$prefix/lib/libchartguard.so" ] || { echo "interop: run tests/c/run.sh first" >&2; exit 1; }
rm -rf "$out" && mkdir -p "$out"
note="$PWD/examples/notes/pt-evaluation.txt" wrong="$out/wrong.txt"
printf 'Rosalind Quackenbush \xff' > "$wrong"
ran=()

skip() { echo "$1: skipped, $2 is not installed"; }

# NAME COMMAND...: it scrubs the note, and says without a word of it why another is refused.
try() {
  local name="$1" status=0
  shift
  "$@" "$note" > "$out/$name.txt"
  "$@" "$wrong" > "$out/$name.wrong" 2> "$out/$name.error" || status=$?
  if [ "$status" != 2 ] || [ -s "$out/$name.wrong" ] || ! grep -q 'byte 21' "$out/$name.error" || grep -q Quackenbush "$out/$name.error"; then
    echo "$name: a text that is not UTF-8 ended with status $status" >&2
    cat "$out/$name.error" >&2
    exit 1
  fi
  grep -q '\[NAME\]' "$out/$name.txt"
  ran+=("$name")
}

if command -v go >/dev/null 2>&1; then
  cp -r examples/go "$out/go-example"
  (cd "$out/go-example" && PKG_CONFIG_PATH="$prefix/lib/pkgconfig" CGO_LDFLAGS="-Wl,-rpath,$prefix/lib" go build -o ../go)
  try go "$out/go"
else
  skip Go go
fi

if command -v mvn >/dev/null 2>&1 && command -v java >/dev/null 2>&1; then
  cp -r examples/java "$out/java-example"
  (cd "$out/java-example" && mvn -q -B compile dependency:build-classpath -Dmdep.outputFile=classpath.txt)
  try java java -Djna.library.path="$prefix/lib" -cp "$out/java-example/target/classes:$(cat "$out/java-example/classpath.txt")" org.example.ScrubAndScore
else
  skip Java "Maven or Java"
fi

# What scrubbing leaves of messages, read by parsers that others wrote.
if command -v mvn >/dev/null 2>&1 && command -v java >/dev/null 2>&1; then
  cp -r tests/interop/validators "$out/validators"
  (cd "$out/validators" && mvn -q -B compile dependency:build-classpath -Dmdep.outputFile=classpath.txt)
  for format in hl7 fhir; do
    mkdir -p "$out/messages/$format"
    for message in tests/cases/formats/"$format"/*; do
      "$dir/chartguard" scrub --format auto "$message" > "$out/messages/$format/$(basename "$message")"
    done
  done
  java -cp "$out/validators/target/classes:$(cat "$out/validators/classpath.txt")" org.example.Validate tests/cases/formats "$out/messages"
else
  skip "HAPI" "Maven or Java"
fi

if command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1; then
  cp -r examples/node "$out/node-example"
  (cd "$out/node-example" && npm install --silent --no-audit --no-fund > "$out/npm.txt")
  try node node "$out/node-example/index.js" "$prefix/lib/libchartguard.so"
else
  skip Node "Node or npm"
fi

python3 tests/interop/dotnet.py include/chartguard.h examples/dotnet/Chartguard.cs
for name in "${ran[@]}"; do cmp "$out/${ran[0]}.txt" "$out/$name.txt"; done
# As from C.
"$dir/c-tests/scrub_and_score" "$note" | sed '/^[0-9]* removals:$/,$d' > "$out/c.txt"
for name in "${ran[@]}"; do head -n "$(wc -l < "$out/c.txt")" "$out/$name.txt" | cmp - "$out/c.txt"; done
echo "interop: ${ran[*]} print the same"
