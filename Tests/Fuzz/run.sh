#!/bin/sh
# Fuzzes for some seconds (60): Tests/Fuzz/run.sh [seconds] [first seed] [language|operations|notebook|data]
# Findings go to $FUZZ_OUT (.build/fuzz): what was being run in `finding-*`, the report in `finding-*.log`.
# Exit code 1 when there is one.
here=$(cd "$(dirname "$0")" && pwd)
seconds=${1:-60}
seed=${2:-$(date +%s)}
kinds=${3:-"language language operations notebook data"}
scratch=${FUZZ_SCRATCH:-$here/.build}
out=${FUZZ_OUT:-$here/.build/fuzz}
mkdir -p "$out"
build() { swift build --package-path "$here" -c release --sanitize=address --scratch-path "$scratch" "$@"; }
build >"$out/build.log" 2>&1 || { cat "$out/build.log"; exit 2; }
fuzz=$(build --show-bin-path)/fuzz
export SWIFT_BACKTRACE=enable=no
export ASAN_OPTIONS="detect_leaks=0:allocator_may_return_null=1:quarantine_size_mb=64:$ASAN_OPTIONS"
end=$(($(date +%s) + seconds))
found=0
while [ "$(date +%s)" -lt "$end" ]; do
  for kind in $kinds; do
    left=$((end - $(date +%s)))
    [ "$left" -gt 0 ] || break
    turn=$((left < 60 ? left : 60))
    folder=$out/$kind
    if ! "$fuzz" "$kind" "$here/../.." "$folder" "$turn" "$seed" >"$folder.log" 2>&1; then
      found=1
      cp "$folder/history" "$out/finding-$kind-$seed"
      cp "$folder.log" "$out/finding-$kind-$seed.log"
      echo "$kind, seed $seed: see $out/finding-$kind-$seed.log"
    elif grep -q FINDING "$folder.log"; then
      found=1
      grep FINDING "$folder.log"
    fi
    tail -n 1 "$folder.log"
    seed=$((seed + 1))
  done
done
exit "$found"
