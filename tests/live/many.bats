# shellcheck disable=SC2016,SC2154 # $pid and $proxy are for eval; run sets stderr
bats_require_minimum_version 1.5.0
load hyperv
load moments

# Changes of several objects that are on their way together: seven hosts go as one, two and four. Each has its record,
# its result and its undo, whatever becomes of the others.

setup() {
  changes=$XDG_STATE_HOME/kcdfix/changes
  rm -rf "$XDG_STATE_HOME/kcdfix"
  hosts=()
  for number in 1 2 3 4 5 6 7; do
    hosts+=("M$BATS_SUITE_TEST_NUMBER-$number")
  done
  plant "${hosts[@]}"
}

teardown() {
  dc-resume 2>/dev/null || true
  dc-start 2>/dev/null || true
  [ -z "${proxy:-}" ] || kill "$proxy" 2>/dev/null || true
}

untouched=4096
changed=$'16781312\ncifs/2016GUI\ncifs/2016GUI.kcd.test'

apply_all() {
  echo apply -q --protocol-transition --yes "$@" "${hosts[@]}" cifs/2016GUI
}

# is STATE NUMBER...: the hosts of these numbers are in that state.
is() {
  local wanted=$1 number
  shift
  for number in "$@"; do
    [ "$(state_of "${hosts[number - 1]}" | LC_ALL=C sort)" = "$wanted" ] || {
      echo "host $number:"
      state_of "${hosts[number - 1]}"
      return 1
    }
  done
}

# What the records of the hosts say, in their order.
records() {
  jq -rs 'sort_by(.host) | map(.state) | join(" ")' "$changes"/*.json
}

# Runs kcdfix until the records of the second and third host are on disk and nothing of theirs is sent; then COMMAND.
with_two_about_to_be_sent() {
  local status=0
  # .writable, the first record twice, then the two files and their directory
  with_a_pause_at fsync 9 "$@" || status=$?
  cat "$BATS_TEST_TMPDIR/errors" >>"$BATS_TEST_TMPDIR/output"
  return "$status"
}

@test "one record a host, all of one run, and undo takes the run back" {
  # shellcheck disable=SC2046
  run --separate-stderr kcdfix $(apply_all --json)
  [ "$status" -eq 0 ]
  [ "$(jq -r '[.objects[].host] | join(" ")' <<<"$output")" = "$(printf '%s$ ' "${hosts[@]}" | sed 's/ $//')" ]
  is "$changed" 1 2 3 4 5 6 7
  [ "$(records)" = "applied applied applied applied applied applied applied" ]
  [ "$(jq -rs 'map(.run) | unique | length' "$changes"/*.json)" = 1 ]
  # whose write it was is told by the number just before each write, though others were on their way
  [ "$(jq -rs 'map(.usn_before) | unique | length' "$changes"/*.json)" = 7 ]
  kcdfix undo -q --yes
  is "$untouched" 1 2 3 4 5 6 7
  [ "$(records)" = "undone undone undone undone undone undone undone" ]
}

@test "what somebody else did to one of those on their way is theirs, and the others are changed" {
  # shellcheck disable=SC2046
  run with_two_about_to_be_sent \
    'ad-set "${hosts[1]}" userAccountControl 16781312; ad-set "${hosts[2]}" userAccountControl 4128' $(apply_all)
  [ "$status" -eq 7 ]
  [ "$(records)" = "applied applied conflict applied applied applied applied" ]
  is "$changed" 1 2 4 5 6 7
  is 4128 3
  kcdfix undo -q --yes
  is "$untouched" 1 4 5 6 7
  is 16781312 2
  is 4128 3
}

@test "an object that is gone is said, and the others are changed" {
  # shellcheck disable=SC2046
  run with_two_about_to_be_sent 'ad-delete "${hosts[1]}"' $(apply_all)
  [ "$status" -eq 7 ]
  grep -q "${hosts[1]}" "$BATS_TEST_TMPDIR/output"
  [ "$(records)" = "applied refused applied applied applied applied applied" ]
  is "$changed" 1 3 4 5 6 7
}

@test "an account that was renamed meanwhile is found by its objectGUID" {
  # shellcheck disable=SC2046
  run with_two_about_to_be_sent 'ad-set "${hosts[1]}" sAMAccountName "R$BATS_SUITE_TEST_NUMBER\$"' $(apply_all)
  [ "$status" -eq 5 ] # the check afterwards knows the old name alone
  is "$changed" 1 3 4 5 6 7
  [ "$(records)" = "applied applied applied applied applied applied applied" ]
  [ "$(state_of "R$BATS_SUITE_TEST_NUMBER" | LC_ALL=C sort)" = "$changed" ]
  kcdfix undo -q --yes
  is "$untouched" 1 3 4 5 6 7
  [ "$(state_of "R$BATS_SUITE_TEST_NUMBER")" = "$untouched" ]
}

@test "the answers to those on their way are lost: a new connection tells, and the rest goes over it" {
  start_lossy_proxy
  # shellcheck disable=SC2046
  with_two_about_to_be_sent 'kill -USR1 "$proxy"' $(apply_all -H "ldap://$KCDFIX_DC:3890") ||
    { cat "$BATS_TEST_TMPDIR/output"; return 1; }
  is "$changed" 1 2 3 4 5 6 7
  [ "$(records)" = "applied applied applied applied applied applied applied" ]
}

# settled COMMAND ARG...: until it succeeds, 20 s at most.
settled() {
  for _ in {1..100}; do
    ! "$@" >/dev/null 2>&1 || return 0
    sleep 0.2
  done
  "$@"
}

undone() {
  kcdfix undo -q --yes
  is "$untouched" 1 2 3 4 5 6 7
}

@test "requests arrive and no answer does: unknown is said of each, the rest is not begun, and undo finds out" {
  # shellcheck disable=SC2046
  run with_two_about_to_be_sent dc-pause $(apply_all --timeout 2)
  [ "$status" -eq 7 ]
  [ "$(records)" = "applied unknown unknown" ]
  grep -q "4 objects were not begun: .*   \[dc-unreachable\]" "$BATS_TEST_TMPDIR/output"
  dc-resume
  settled is "$changed" 2 # the server carries out what it had received, at least the first
  settled undone
}

@test "the DC is gone: one line about all that were not begun, and the same command finishes" {
  # shellcheck disable=SC2046
  run with_two_about_to_be_sent dc-stop $(apply_all --timeout 2)
  dc-start
  [ "$status" -eq 7 ]
  [ "$(grep -c "not begun" "$BATS_TEST_TMPDIR/errors")" = 1 ]
  [[ "$(records)" == applied\ * ]]
  is "$changed" 1
  is "$untouched" 2 3 4 5 6 7
  # shellcheck disable=SC2046
  kcdfix $(apply_all)
  is "$changed" 1 2 3 4 5 6 7
}

@test "the DC is there again: what was on its way is not known to be made, and the rest is changed" {
  # shellcheck disable=SC2046
  run with_two_about_to_be_sent 'dc-stop; dc-start' $(apply_all)
  [ "$status" -eq 7 ]
  is "$changed" 1 4 5 6 7
  is "$untouched" 2 3
}

@test "a connection that breaks between two batches is made anew" {
  # the records of the second and third host are complete, and the next ones are not read yet
  # shellcheck disable=SC2046
  with_a_pause_at fsync 12 'dc-stop; dc-start' $(apply_all)
  is "$changed" 1 2 3 4 5 6 7
  with_a_pause_at fsync 10 'dc-stop; dc-start' undo -q --yes
  is "$untouched" 1 2 3 4 5 6 7
}

@test "the DC goes away in the middle of undo, and the same command finishes" {
  # shellcheck disable=SC2046
  kcdfix $(apply_all)
  run with_a_pause_at fsync 9 dc-stop undo -q --yes --timeout 2
  dc-start
  [ "$status" -eq 7 ]
  is "$untouched" 7
  kcdfix undo -q --yes
  is "$untouched" 1 2 3 4 5 6 7
}

@test "a record that cannot be written: that host is not changed, and the others are" {
  # shellcheck disable=SC2046
  run --separate-stderr env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace=fsync \
    -e inject=fsync:error=ENOSPC:when=7 kcdfix $(apply_all --json)
  [ "$status" -eq 7 ]
  states=$(jq -r '[.objects[].state] | join(" ")' <<<"$output")
  [ "$states" = "applied refused applied applied applied applied applied" ]
  error=$(jq -r '.errors[0] | .id + " " + .message' <<<"$output")
  [[ $error == "state-not-writable CN=${hosts[1]},"*" is not changed, since there is no record of it: "* ]]
  is "$untouched" 2
  is "$changed" 1 3 4 5 6 7
  [ "$(records)" = "applied applied applied applied applied applied" ]
}

@test "records that are not sure to survive: none of those hosts is changed" {
  # shellcheck disable=SC2046
  run env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace=fsync \
    -e inject=fsync:error=EIO:when=9 kcdfix $(apply_all)
  [ "$status" -eq 7 ]
  is "$untouched" 2 3
  is "$changed" 1 4 5 6 7
  [ "$(records)" = "applied applied applied applied applied" ] # nothing tells of what was never begun
  kcdfix undo -q --yes
  is "$untouched" 1 2 3 4 5 6 7
}

@test "a signal while two are on their way: both are finished, the next are not begun, and the same command goes on" {
  # shellcheck disable=SC2046
  run with_two_about_to_be_sent 'kill -INT "$pid"' $(apply_all)
  [ "$status" -eq 130 ]
  [ "$(records)" = "applied applied applied" ]
  is "$changed" 1 2 3
  is "$untouched" 4 5 6 7
  grep -q "interrupted: .*${hosts[2]} changed (run .*), ${hosts[3]}, " "$BATS_TEST_TMPDIR/output"
  # shellcheck disable=SC2046
  kcdfix $(apply_all)
  is "$changed" 1 2 3 4 5 6 7
}

# killed_at STEP COMMAND...: STEP is a system call and a number, and has to be reached.
killed_at() {
  local step=$1
  shift
  # shellcheck disable=SC2086
  run interrupted_at $step KILL "$@"
  [ "$status" -eq 137 ] || { echo "$step: $status"; return 1; }
}

@test "kill -9 while several are on their way: each has the old or the new state, and undo ends at the old one" {
  for step in "fsync 7" "fsync 8" "fsync 9" "link 2" "link 3" "rename 2" "rename 3" "fsync 17" "rename 5" "rename 7"; do
    rm -rf "$XDG_STATE_HOME/kcdfix"
    # shellcheck disable=SC2046
    killed_at "$step" $(apply_all)
    for number in 1 2 3 4 5 6 7; do
      is "$untouched" "$number" >/dev/null || is "$changed" "$number" || { echo "$step"; false; }
    done
    kcdfix undo -q --yes
    is "$untouched" 1 2 3 4 5 6 7 || { echo "$step"; false; }
  done
}

@test "kill -9 in the middle of undo: the same command finishes" {
  for step in "fsync 9" "rename 4" "rename 5" "rename 6" "rename 8"; do
    rm -rf "$XDG_STATE_HOME/kcdfix"
    # shellcheck disable=SC2046
    kcdfix $(apply_all)
    killed_at "$step" undo -q --yes
    kcdfix undo -q --yes
    is "$untouched" 1 2 3 4 5 6 7 || { echo "$step"; false; }
  done
}

@test "without rights each is refused, named, and nothing is written" {
  # shellcheck disable=SC2046
  run --separate-stderr as plain kcdfix $(apply_all --json)
  [ "$status" -eq 4 ]
  [ "$(jq -r '[.objects[].state] | unique | join(" ")' <<<"$output")" = refused ]
  is "$untouched" 1 2 3 4 5 6 7
}

@test "the lock: waited for before anything is read, and free again before the check afterwards" {
  mkdir -p "$XDG_STATE_HOME/kcdfix"
  chmod 700 "$XDG_STATE_HOME/kcdfix"
  exec 8>"$XDG_STATE_HOME/kcdfix/lock"
  flock 8
  # shellcheck disable=SC2046
  run kcdfix $(apply_all --timeout 1)
  [ "$status" -eq 6 ]
  [[ $output == *"another kcdfix of yours is changing something"* ]]
  is "$untouched" 1 2 3 4 5 6 7
  exec 8>&-
  # shellcheck disable=SC2046
  ASAN_OPTIONS=detect_leaks=0 strace -f -o "$BATS_TEST_TMPDIR/trace" -e trace=openat,flock,close,sendto,write \
    kcdfix $(apply_all)
  # the descriptor that was locked is closed, and the DC is asked again after that
  awk '/flock\(/ && match($0, /\([0-9]+/) { lock = substr($0, RSTART + 1, RLENGTH - 1) }
       lock != "" && index($0, "close(" lock ")") { closed = NR }
       closed && NR > closed && /(write|sendto)\([3-9]/ { asked = 1 }
       END { exit !asked }' "$BATS_TEST_TMPDIR/trace"
}
