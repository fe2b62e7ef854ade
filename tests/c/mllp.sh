#!/usr/bin/env bash
# What the MLLP filter passes on, and what not: mllp.sh PROGRAM
set -euo pipefail
program="$1"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT

header='MSH|^~\&|LAB|||||20240314||ORU^R01|7|P|2.5\r'
good="\x0b${header}PID|1||4471203||ACHTERBERG^ROSALIND\r\x1c\r"
bad='\x0bMSH Quackenbush\x1c\r'

check() { # NAME STATUS FRAMES INPUT
  local status=0
  printf "$4" > "$folder/in"
  "$program" "$folder/in" > "$folder/out" 2> "$folder/err" || status=$?
  local frames
  frames="$(tr -cd '\034' < "$folder/out" | wc -c)"
  if [ "$status" != "$2" ] || [ "$frames" != "$3" ] || grep -qaiE 'achterberg|quackenbush|4471203' "$folder/out" "$folder/err"; then
    echo "mllp_filter, $1: status $status, $frames frames" >&2
    cat "$folder/err" >&2
    exit 1
  fi
}
check "two messages" 0 2 "$good$good"
check "line breaks between frames" 0 2 "$good\n$good\n"
check "nothing" 0 0 ""
check "one message that is none" 1 2 "$good$bad$good"
check "an empty frame" 1 1 "\x0b\x1c\r$good"
check "bytes between frames" 2 1 "${good}Quackenbush$good"
check "a frame that never ends" 2 1 "$good\x0b${header}PID|1||4471203"
check "a frame within a frame" 2 0 "\x0bMSH|Quackenbush\x0b${header}\x1c\r"
check "no carriage return after the end" 2 0 "\x0b${header}\x1c\x0b"
# Standard input, as in a pipe.
printf "$good" | "$program" > "$folder/out"
grep -qa '\[NAME\]' "$folder/out"
