# What a change leaves behind: records, races, crashes, and undo. Real writes on a real domain controller.

bats_require_minimum_version 1.5.0
load moments

setup() {
  for host in CORE2016 OUHOST; do
    ad-set "$host" userAccountControl 4096
    ad-set "$host" msDS-AllowedToDelegateTo cifs/2016GUI
  done
  rm -rf "$XDG_STATE_HOME/kcdfix"
  changes=$XDG_STATE_HOME/kcdfix/changes
}

state_of() {
  ad-get "$1" userAccountControl msDS-AllowedToDelegateTo
}

@test "the record is private, complete, and written before the change" {
  kcdfix apply --protocol-transition --yes --reason 'ticket 4711' CORE2016 cifs/2016GUI
  [ "$(stat -c %a "$changes")" = 700 ]
  [ "$(stat -c %a "$changes"/*.json)" = 600 ]
  [ "$(record .schema)" = kcdfix.record/3 ]
  [ "$(record .state)" = applied ]
  [ "$(record .reason)" = 'ticket 4711' ]
  run --separate-stderr kcdfix history --json
  [ "$(jq -r '.records[0] | .by + " " + .dc + " " + .host' <<<"$output")" = 'admin@KCD.TEST dc1.kcd.test CORE2016$' ]
}

@test "nothing unnamed is touched" {
  ad-set CORE2016 userAccountControl 4128
  ad-add CORE2016 msDS-AllowedToDelegateTo cifs/SQL HTTP/WEB
  kcdfix apply --protocol-transition --exact --yes CORE2016 cifs/2016GUI
  [ "$(ad-get CORE2016 userAccountControl)" = $((4128 | 16777216)) ]
  [ "$(ad-get CORE2016 msDS-AllowedToDelegateTo | sort | paste -sd,)" = "HTTP/WEB,cifs/2016GUI,cifs/SQL" ]
  kcdfix undo --yes
  [ "$(ad-get CORE2016 userAccountControl)" = 4128 ]
  [ "$(ad-get CORE2016 msDS-AllowedToDelegateTo | sort | paste -sd,)" = "HTTP/WEB,cifs/2016GUI,cifs/SQL" ]
}

@test "undo keeps what others did meanwhile" {
  kcdfix apply --protocol-transition --yes CORE2016 cifs/2016GUI
  ad-add CORE2016 msDS-AllowedToDelegateTo cifs/SQL
  ad-set CORE2016 userAccountControl $((4096 | 16777216 | 32))
  kcdfix undo --yes
  [ "$(ad-get CORE2016 userAccountControl)" = 4128 ]
  [ "$(ad-get CORE2016 msDS-AllowedToDelegateTo | sort | paste -sd,)" = "cifs/2016GUI,cifs/SQL" ]
}

@test "undo is refused when a value of the change is gone, and says which" {
  kcdfix apply --protocol-transition --yes CORE2016 cifs/2016GUI
  ad-del CORE2016 msDS-AllowedToDelegateTo cifs/2016GUI.kcd.test
  before=$(state_of CORE2016)
  run kcdfix undo --yes
  [ "$status" -eq 6 ]
  [[ "$output" == *"cifs/2016GUI.kcd.test"* ]]
  [ "$(state_of CORE2016)" = "$before" ]
  [ "$(record .state)" = applied ]
}

@test "undo is refused when the bit was cleared by somebody else" {
  kcdfix apply --protocol-transition --yes CORE2016 cifs/2016GUI
  ad-set CORE2016 userAccountControl 4096
  before=$(state_of CORE2016)
  run kcdfix undo --yes
  [ "$status" -eq 6 ]
  [ "$(state_of CORE2016)" = "$before" ]
}

@test "undo is refused while a later change of kcdfix stands" {
  kcdfix apply --exact --yes OUHOST cifs/SQL || [ $? -eq 5 ]
  first=$(kcdfix history --json | jq -r '.records[0].id')
  sleep 1
  kcdfix apply --exact --yes OUHOST cifs/WEB || [ $? -eq 5 ]
  run kcdfix undo --yes "$first"
  [ "$status" -eq 6 ]
  [[ "$output" == *"later change"* ]]
  kcdfix undo --yes
  kcdfix undo --yes
  [ "$(ad-get OUHOST msDS-AllowedToDelegateTo)" = cifs/2016GUI ]
}

@test "undo of a change that is taken back already says so" {
  kcdfix apply --protocol-transition --yes CORE2016 cifs/2016GUI
  id=$(kcdfix history --json | jq -r '.records[0].id')
  kcdfix undo --yes "$id"
  run kcdfix undo --yes "$id"
  [ "$status" -eq 0 ]
  [[ "$output" == *"already"* ]]
  run kcdfix undo --yes
  [ "$status" -eq 2 ]
}

@test "undo asks, and only the word yes counts" {
  kcdfix apply --protocol-transition --exact --yes CORE2016 cifs/2016GUI
  for answer in y YES "yes " no ""; do
    run expect -c "spawn kcdfix undo; expect {take it back: }; send \"$answer\\r\"; expect eof; exit [lindex [wait] 3]"
    [ "$status" -eq 1 ]
    [ "$(ad-get CORE2016 userAccountControl)" = 16781312 ]
  done
  run expect -c 'spawn kcdfix undo; expect {take it back: }; send "yes\r"; expect eof; exit [lindex [wait] 3]'
  [ "$status" -eq 0 ]
  [ "$(ad-get CORE2016 userAccountControl)" = 4096 ]
}

# Between our read and our write somebody else sets the same bit: Samba answers our stale delete/add with success.
@test "a bit that somebody else set meanwhile is theirs, and undo leaves it" {
  with_a_pause_before_the_write 'ad-set CORE2016 userAccountControl 16781312' \
    apply --protocol-transition --exact --yes CORE2016 cifs/2016GUI
  [ "$(record .state)" = already ]
  run kcdfix undo --yes "$(record .id)"
  [ "$status" -eq 0 ]
  [ "$(ad-get CORE2016 userAccountControl)" = 16781312 ]
}

@test "with list values beside it, only they are ours" {
  with_a_pause_before_the_write 'ad-set CORE2016 userAccountControl 16781312' \
    apply --protocol-transition --yes CORE2016 cifs/2016GUI
  [ "$(record .state)" = applied ]
  kcdfix undo --yes
  [ "$(state_of CORE2016)" = $'16781312\ncifs/2016GUI' ]
}

@test "an object that changed between read and write is a conflict, and nothing is written" {
  run with_a_pause_before_the_write 'ad-set CORE2016 userAccountControl 4128' \
    apply --protocol-transition --yes CORE2016 cifs/2016GUI
  [ "$status" -eq 6 ]
  [ "$(state_of CORE2016)" = $'4128\ncifs/2016GUI' ]
  [ "$(record .state)" = conflict ]
  grep -q "16" "$BATS_TEST_TMPDIR/output"
}

@test "a value that somebody else added between read and write is a conflict" {
  run with_a_pause_before_the_write 'ad-add CORE2016 msDS-AllowedToDelegateTo cifs/2016GUI.kcd.test' \
    apply --yes CORE2016 cifs/2016GUI
  [ "$status" -eq 6 ]
  [ "$(record .state)" = conflict ]
  [ "$(ad-get CORE2016 msDS-AllowedToDelegateTo | sort | paste -sd,)" = "cifs/2016GUI,cifs/2016GUI.kcd.test" ]
}

@test "an object that is gone between read and write is said, and nothing else happens" {
  ad-new-computer VICTIM HOST/VICTIM HOST/VICTIM.kcd.test
  run with_a_pause_before_the_write 'ad-delete VICTIM' apply --protocol-transition --yes VICTIM cifs/2016GUI
  [ "$status" -eq 3 ]
  [[ "$(cat "$BATS_TEST_TMPDIR/output")" == *VICTIM* ]]
}

@test "kill -9 before the write leaves the old state and a record that tells so" {
  before=$(state_of CORE2016)
  run interrupted_at fsync 4 KILL apply --protocol-transition --yes CORE2016 cifs/2016GUI
  [ "$(state_of CORE2016)" = "$before" ]
  [ "$(record .state)" = planned ]
  run kcdfix history
  [ "$status" -eq 0 ]
  run kcdfix undo --yes
  [ "$status" -eq 0 ]
  [ "$(state_of CORE2016)" = "$before" ]
  run kcdfix undo --yes
  [ "$status" -eq 2 ]
}

@test "kill -9 after the write leaves the new state, and undo finds out and takes it back" {
  before=$(state_of CORE2016)
  run interrupted_at rename 2 KILL apply --protocol-transition --yes CORE2016 cifs/2016GUI
  [ "$(ad-get CORE2016 userAccountControl)" = 16781312 ]
  [ "$(record .state)" = planned ]
  run kcdfix undo --yes
  [ "$status" -eq 0 ]
  [ "$(state_of CORE2016)" = "$before" ]
}

# Runs apply until its record is written and nothing else; moves the record's time an hour back.
die_before_the_write_an_hour_ago() {
  interrupted_at fsync 4 KILL apply --protocol-transition --yes CORE2016 cifs/2016GUI >/dev/null 2>&1 || true
  [ "$(record .state)" = planned ]
  local file
  for file in "$changes"/*.json; do
    jq '.created |= (fromdate - 3600 | todate)' "$file" >"$BATS_TEST_TMPDIR/earlier"
    cat "$BATS_TEST_TMPDIR/earlier" >"$file"
  done
}

@test "the same change made later by somebody else is not taken for ours" {
  die_before_the_write_an_hour_ago
  ad-set CORE2016 userAccountControl 16781312
  ad-add CORE2016 msDS-AllowedToDelegateTo cifs/2016GUI.kcd.test
  before=$(state_of CORE2016)
  run kcdfix undo --yes
  [ "$status" -eq 6 ]
  [[ "$output" == *"cannot be told"* ]]
  [ "$(state_of CORE2016)" = "$before" ]
}

@test "the same change made at once by somebody else, in two writes, is not taken for ours" {
  interrupted_at fsync 4 KILL apply --protocol-transition --yes CORE2016 cifs/2016GUI >/dev/null 2>&1 || true
  ad-set CORE2016 userAccountControl 16781312
  ad-add CORE2016 msDS-AllowedToDelegateTo cifs/2016GUI.kcd.test
  before=$(state_of CORE2016)
  run kcdfix undo --yes
  [ "$status" -eq 6 ]
  [ "$(state_of CORE2016)" = "$before" ]
}

@test "kill -9 at every system call that names a file leaves the old or the new state, and undo restores the old one" {
  before=$(state_of CORE2016)
  for syscall in fsync link rename unlink; do
    for number in 1 2 3 4 5 6; do
      rm -rf "$XDG_STATE_HOME/kcdfix"
      interrupted_at "$syscall" "$number" KILL apply --protocol-transition --yes CORE2016 cifs/2016GUI \
        >/dev/null 2>&1 || true
      now=$(state_of CORE2016)
      if [ "$now" != "$before" ]; then
        [ "$now" = $'16781312\ncifs/2016GUI\ncifs/2016GUI.kcd.test' ] ||
          [ "$now" = $'16781312\ncifs/2016GUI.kcd.test\ncifs/2016GUI' ]
        kcdfix undo --yes
      fi
      [ "$(state_of CORE2016)" = "$before" ] || { echo "$syscall $number"; false; }
    done
  done
}

@test "kill -9 in the middle of undo leaves the old or the new state, and the same command finishes" {
  before=$(state_of CORE2016)
  for step in "fsync 4" "rename 2" "rename 3"; do
    rm -rf "$XDG_STATE_HOME/kcdfix"
    kcdfix apply --protocol-transition --yes CORE2016 cifs/2016GUI
    # shellcheck disable=SC2086
    interrupted_at $step KILL undo --yes >/dev/null 2>&1 || true
    kcdfix undo --yes || [ $? -eq 2 ]
    [ "$(state_of CORE2016)" = "$before" ] || { echo "$step"; false; }
  done
}

@test "SIGINT during the write: the write is finished, said, and recorded; status 130" {
  run with_a_pause_before_the_write 'kill -INT "$pid"' apply --protocol-transition --yes CORE2016 cifs/2016GUI
  [ "$status" -eq 130 ]
  [ "$(state_of CORE2016)" = $'4096\ncifs/2016GUI' ] || [ "$(record .state)" = applied ]
  kcdfix undo --yes
  [ "$(state_of CORE2016)" = $'4096\ncifs/2016GUI' ]
}

@test "the answer to the write is lost: what became of it is read, or said to be unknown" {
  run with_a_pause_before_the_write 'dc-stop' apply --protocol-transition --yes --timeout 3 CORE2016 cifs/2016GUI
  [ "$status" -eq 3 ]
  dc-start
  [ "$(ad-get CORE2016 userAccountControl)" = 4096 ]
  state=$(record .state)
  [ "$state" = unknown ] || [ "$state" = refused ] || [ "$state" = conflict ]
  run kcdfix undo --yes
  [ "$status" -eq 0 ] || [ "$status" -eq 2 ]
  [ "$(ad-get CORE2016 userAccountControl)" = 4096 ]
}

@test "the write arrives and its answer does not: unknown is said, and undo finds out" {
  before=$(state_of CORE2016)
  run with_a_pause_before_the_write 'dc-pause' apply --protocol-transition --yes --timeout 2 CORE2016 cifs/2016GUI
  [ "$status" -eq 3 ]
  [ "$(record .state)" = unknown ]
  grep -q "kcdfix undo" "$BATS_TEST_TMPDIR/output"
  dc-resume
  # The server carries out what it had received.
  until [ "$(ad-get CORE2016 userAccountControl)" = 16781312 ]; do :; done
  run kcdfix history
  [ "$status" -eq 0 ]
  run kcdfix undo --yes
  [ "$status" -eq 0 ]
  [ "$(state_of CORE2016)" = "$before" ]
}

teardown() {
  [ -z "${proxy:-}" ] || kill "$proxy" 2>/dev/null || true
}

@test "the answer is lost: a new connection tells that the change was made" {
  start_lossy_proxy
  with_a_pause_before_the_write 'kill -USR1 "$proxy"' \
    apply -H "ldap://$KCDFIX_DC:3890" --protocol-transition --yes CORE2016 cifs/2016GUI ||
    { cat "$BATS_TEST_TMPDIR/output"; return 1; }
  [ "$(record .state)" = applied ]
  [ "$(ad-get CORE2016 userAccountControl)" = 16781312 ]
  grep -q WORKS "$BATS_TEST_TMPDIR/output"
  kcdfix undo --yes
  [ "$(state_of CORE2016)" = $'4096\ncifs/2016GUI' ]
}

@test "the answer is lost and the bit was somebody else's: that cannot be told, and undo takes nothing" {
  start_lossy_proxy
  run with_a_pause_before_the_write 'ad-set CORE2016 userAccountControl 16781312; kill -USR1 "$proxy"' \
    apply -H "ldap://$KCDFIX_DC:3890" --protocol-transition --yes CORE2016 cifs/2016GUI
  [ "$status" -eq 3 ] || { cat "$BATS_TEST_TMPDIR/output"; cat "$changes"/*.json; return 1; }
  [ "$(record .state)" = unknown ]
  run kcdfix undo --yes
  [ "$status" -eq 6 ]
  [ "$(ad-get CORE2016 userAccountControl)" = 16781312 ]
}

@test "several hosts, and the answer for the first is lost: the second is changed all the same" {
  start_lossy_proxy
  with_a_pause_before_the_write 'kill -USR1 "$proxy"' \
    apply -H "ldap://$KCDFIX_DC:3890" --protocol-transition --yes CORE2016 OUHOST cifs/2016GUI ||
    { cat "$BATS_TEST_TMPDIR/output"; return 1; }
  [ "$(ad-get OUHOST userAccountControl)" = 16781312 ]
  kcdfix undo --yes
  [ "$(ad-get OUHOST userAccountControl)" = 4096 ]
  [ "$(ad-get CORE2016 userAccountControl)" = 4096 ]
}

@test "a record that is taken away from undo, or cut off, is said, and nothing is guessed" {
  kcdfix apply --protocol-transition --exact --yes CORE2016 cifs/2016GUI
  chmod 666 "$changes"/*.json
  run kcdfix undo --yes
  [ "$status" -eq 3 ]
  [[ "$output" == *"nothing was taken back"* ]]
  chmod 600 "$changes"/*.json
  cp "$changes"/*.json "$BATS_TEST_TMPDIR/whole"
  for file in "$changes"/*.json; do head -c 200 "$BATS_TEST_TMPDIR/whole" >"$file"; done
  run kcdfix undo --yes
  [ "$status" -eq 3 ]
  [ "$(ad-get CORE2016 userAccountControl)" = 16781312 ]
  for file in "$changes"/*.json; do cp "$BATS_TEST_TMPDIR/whole" "$file"; done
  kcdfix undo --yes
}

@test "a change that somebody else took back by hand is said to be gone, and its record is closed" {
  kcdfix apply --protocol-transition --yes CORE2016 cifs/2016GUI
  ad-set CORE2016 userAccountControl 4096
  ad-del CORE2016 msDS-AllowedToDelegateTo cifs/2016GUI.kcd.test
  run kcdfix undo --yes
  [ "$status" -eq 0 ]
  [[ "$output" == *"somebody else took it back"* ]]
  run kcdfix undo --yes
  [ "$status" -eq 2 ]
}

@test "a reason that no record could hold, and a state directory of somebody else, stop apply before anything is sent" {
  run kcdfix apply --yes --reason "$(head -c 2000 /dev/zero | tr '\0' x)" CORE2016 cifs/2016GUI
  [ "$status" -eq 2 ]
  mkdir -p "$changes"
  chmod 777 "$changes"
  run kcdfix apply --protocol-transition --yes CORE2016 cifs/2016GUI
  [ "$status" -eq 3 ]
  [[ "$output" == *"can be written by others"* ]]
  [ "$(ad-get CORE2016 userAccountControl)" = 4096 ]
}

@test "hosts whose names are alike in a file name are one run, and undo takes all of it back" {
  for name in "K$(printf '\303\226')LN" "K$(printf '\303\234')LN"; do
    ad-get "$name" sAMAccountName >/dev/null 2>&1 || ad-new-computer "$name"
  done
  run kcdfix apply --protocol-transition --yes "K$(printf '\303\226')LN" "K$(printf '\303\234')LN" cifs/2016GUI
  [ "$status" -eq 0 ]
  [ "$(cat "$changes"/*.json | jq -s '[.[].run] | unique | length')" = 1 ]
  kcdfix undo --yes
  [ "$(ad-get "K$(printf '\303\226')LN" userAccountControl)" = 4096 ]
  [ "$(ad-get "K$(printf '\303\234')LN" userAccountControl)" = 4096 ]
}

@test "the same host under two names is changed once" {
  run kcdfix apply --protocol-transition --yes CORE2016 'KCD\core2016' cifs/2016GUI
  [ "$status" -eq 0 ]
  [ "$(record .state)" = applied ]
  kcdfix undo --yes
}

@test "what changed while the question stood is not written" {
  expect -c 'spawn kcdfix apply --protocol-transition CORE2016 cifs/2016GUI
    expect {change it: }
    exec ad-set CORE2016 userAccountControl 4128
    send "yes\r"
    expect eof
    exit [lindex [wait] 3]' >"$BATS_TEST_TMPDIR/output" && false
  grep -q "changed since the difference was shown" "$BATS_TEST_TMPDIR/output"
  [ "$(state_of CORE2016)" = $'4128\ncifs/2016GUI' ]
}

@test "two applies at once: one writes, the other finds nothing to do" {
  kcdfix apply --protocol-transition --yes CORE2016 cifs/2016GUI >"$BATS_TEST_TMPDIR/a" 2>&1 &
  a=$!
  kcdfix apply --protocol-transition --yes CORE2016 cifs/2016GUI >"$BATS_TEST_TMPDIR/b" 2>&1 &
  b=$!
  wait "$a"
  wait "$b"
  kcdfix undo --yes
  [ "$(state_of CORE2016)" = $'4096\ncifs/2016GUI' ]
  [ "$(kcdfix history --json | jq '[.records[] | select(.state == "applied")] | length')" = 0 ]
}

@test "two applies of two machines at once: one writes, the other says so or meets a conflict" {
  XDG_STATE_HOME=$BATS_TEST_TMPDIR/other
  export XDG_STATE_HOME
  kcdfix apply --protocol-transition --yes CORE2016 cifs/2016GUI >"$BATS_TEST_TMPDIR/a" 2>&1 &
  a=$!
  XDG_STATE_HOME=$KCDFIX_LAB_DIR/state kcdfix apply --protocol-transition --yes CORE2016 cifs/2016GUI \
    >"$BATS_TEST_TMPDIR/b" 2>&1 &
  b=$!
  wait "$a" || [ $? -eq 6 ]
  wait "$b" || [ $? -eq 6 ]
  [ "$(ad-get CORE2016 msDS-AllowedToDelegateTo | wc -l)" = 2 ]
  cat "$BATS_TEST_TMPDIR/other/kcdfix/changes"/*.json "$KCDFIX_LAB_DIR/state/kcdfix/changes"/*.json |
    jq -s '[.[] | select(.state == "applied")] | length' | grep -qx 1
}

@test "several hosts, one of them refused: status 7, both are named, and the same command finishes" {
  run kcdfix apply --protocol-transition --yes NODE1 NOSUCHHOST cifs/SOFS2016
  [ "$status" -eq 7 ]
  [[ "$output" == *"NODE1"*"changed and read back"* || "$output" == *"changed and read back"*"NODE1"* ]]
  [[ "$output" == *"NOSUCHHOST"* ]]
  kcdfix undo --yes
}

@test "the state directory of the undo has to be writable before anything is sent" {
  kcdfix apply --protocol-transition --exact --yes CORE2016 cifs/2016GUI
  mv "$XDG_STATE_HOME/kcdfix" "$BATS_TEST_TMPDIR/kept"
  touch "$XDG_STATE_HOME/kcdfix"
  run kcdfix apply --kerberos-only --exact --yes CORE2016 cifs/2016GUI
  [ "$status" -eq 3 ]
  [[ "$output" == *"no change is made without a record"* ]]
  [ "$(ad-get CORE2016 userAccountControl)" = 16781312 ]
  rm "$XDG_STATE_HOME/kcdfix"
  mv "$BATS_TEST_TMPDIR/kept" "$XDG_STATE_HOME/kcdfix"
  kcdfix undo --yes
}

@test "a record of the run that cannot be read is told, and the run does not count as taken back" {
  kcdfix apply --protocol-transition --yes --as alice NODE1 NODE2 cifs/SOFS2016
  file=$(echo "$XDG_STATE_HOME"/kcdfix/changes/*-NODE2.json)
  changed=$(ad-get NODE2 userAccountControl)
  echo garbage >"$file"
  run kcdfix undo --yes
  [ "$status" -eq 7 ]
  [[ "$output" == *"a record that may belong to this change cannot be read"* ]]
  [ "$(ad-get NODE1 userAccountControl)" -eq 4096 ]
  [ "$(ad-get NODE2 userAccountControl)" -eq "$changed" ]
  run kcdfix undo --yes "$(basename "$file" .json)"
  [ "$status" -ne 0 ]
  [[ "$output" == *"nothing was taken back"* ]]
  # later runs are not blamed for it
  ad-set NODE2 userAccountControl 4096
  sleep 1.1
  kcdfix apply --protocol-transition --yes --as alice NODE1 cifs/SOFS2016
  run kcdfix undo --yes
  [ "$status" -eq 0 ]
}
