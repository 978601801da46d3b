# moments.bash: kcdfix stopped or killed at an exact moment of a write. Loaded by the .bats files that change something;
# they set changes, the directory of the records.
# shellcheck shell=bash

record() {
  jq -r "$1" "${changes:?}"/*.json
}

# Runs kcdfix under strace, which sends it SIGNAL at the Nth call of SYSCALL: an exact moment, without a sleep.
#   fsync 3 and 4  the record's file and its directory, before the modify is sent
#   rename 1       the completed record, after the modify was answered (a new record is linked, an old one renamed)
interrupted_at() {
  local syscall=$1 number=$2 signal=$3
  shift 3
  ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace="$syscall" \
    -e inject="$syscall:signal=$signal:when=$number" kcdfix "$@"
}

# A traced process stops for a moment at each system call; this one stays where it is.
stays_stopped() {
  for _ in 1 2 3 4 5; do
    grep -qE '^State:[[:space:]]+[Tt]' "/proc/$1/status" || return 1
    sleep 0.02
  done
}

# Runs kcdfix until its record is on disk and nothing is sent yet; then COMMAND; then lets it go on.
with_a_pause_before_the_write() {
  local command=$1
  shift
  interrupted_at fsync 4 STOP "$@" >"$BATS_TEST_TMPDIR/output" 2>&1 &
  local job=$! pid
  until compgen -G "${changes:?}/*.json" >/dev/null && pid=$(pgrep -x kcdfix) && stays_stopped "$pid"; do
    kill -0 "$job"
  done
  eval "$command"
  kill -CONT "$pid"
  wait "$job"
}
