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
  ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 strace -f -qq -o /dev/null -e trace="$syscall" \
    -e inject="$syscall:signal=$signal:when=$number" kcdfix "$@"
}

# with_a_pause_at SYSCALL NUMBER COMMAND ARG...: runs kcdfix ARG until its NUMBERth call of SYSCALL is made, then COMMAND
# ($pid is kcdfix), then lets it go on; ends with its status. Its output is in `output`, its messages are in `errors`.
with_a_pause_at() {
  local syscall=$1 number=$2 command=$3 trace=$BATS_TEST_TMPDIR/trace job pid
  shift 3
  rm -f "$trace"
  ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 env --default-signal=INT \
    strace -f -o "$trace" -e trace="$syscall" \
    -e inject="$syscall:signal=STOP:when=$number" kcdfix "$@" \
    >"$BATS_TEST_TMPDIR/output" 2>"$BATS_TEST_TMPDIR/errors" </dev/null 3>&- &
  job=$!
  until pid=$(awk '/--- stopped by SIGSTOP ---/ { print $1; exit }' "$trace" 2>/dev/null) && [ -n "$pid" ]; do
    kill -0 "$job" || { echo "not stopped at $syscall $number"; return 99; }
    sleep 0.02
  done
  eval "$command"
  kill -CONT "$pid"
  wait "$job"
}

# Runs kcdfix until its record is on disk and nothing is sent yet; then COMMAND; then lets it go on. The messages stand
# in `output` too.
with_a_pause_before_the_write() {
  local status=0
  with_a_pause_at fsync 4 "$@" || status=$?
  cat "$BATS_TEST_TMPDIR/errors" >>"$BATS_TEST_TMPDIR/output"
  return "$status"
}

# Starts the proxy that loses answers on port 3890 of the DC's name; sets `proxy`, which the test ends.
start_lossy_proxy() {
  coproc LOSSY { exec /usr/bin/python3 "$KCDFIX_SOURCE_DIR/tests/live/lossy.py" 3890 389; }
  # shellcheck disable=SC2154 # set by coproc
  proxy=$LOSSY_PID
  read -r _ <&"${LOSSY[0]}"
}
