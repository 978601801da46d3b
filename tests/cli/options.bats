# The command line without any domain: what is refused, how it is said, and with which status.

bats_require_minimum_version 1.5.0

setup() {
  export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state KRB5CCNAME=FILE:$BATS_TEST_TMPDIR/ccache KRB5_CONFIG=/dev/null
  kcdfix=$KCDFIX_BIN
}

@test "without a command: the usage on stderr, status 2" {
  run --separate-stderr "$kcdfix"
  [ "$status" -eq 2 ]
  [ -z "$output" ]
  [[ "$stderr" == *"kcdfix check HOST SPN"* ]]
}

@test "--help and --version go to stdout" {
  run --separate-stderr "$kcdfix" --help
  [ "$status" -eq 0 ]
  [[ "$output" == *"kcdfix apply"* ]]
  run --separate-stderr "$kcdfix" --version
  [ "$status" -eq 0 ]
  [[ "$output" == "kcdfix "[0-9]* ]]
}

@test "every command has --help with its options" {
  for command in check apply undo history probe doctor; do
    run --separate-stderr "$kcdfix" "$command" --help
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    [[ "$output" == *"--json"* ]]
  done
}

@test "a mistyped command is guessed" {
  run "$kcdfix" chek
  [ "$status" -eq 2 ]
  [[ "$output" == *"did you mean kcdfix check?"* ]]
  run "$kcdfix" frobnicate
  [ "$status" -eq 2 ]
  [[ "$output" == *"--help"* ]]
}

refused() {
  local words=$1
  shift
  run "$kcdfix" "$@"
  [ "$status" -eq 2 ] || { printf 'status %s for: %s\n%s\n' "$status" "$*" "$output"; return 1; }
  [[ "$output" == *"$words"* ]] || { printf 'not said: %s\n%s\n' "$words" "$output"; return 1; }
}

@test "options that do not fit are refused in one clear line" {
  refused "option --frob is unknown" check --frob HOST cifs/X
  refused "--dry is unknown" apply --dry HOST cifs/X
  refused "-x is unknown" check -x HOST cifs/X
  refused "--as needs an argument" check HOST cifs/X --as
  refused "-k needs an argument" check HOST cifs/X -k
  refused "--json takes no argument" check --json=yes HOST cifs/X
  refused "exclude each other" apply --protocol-transition --kerberos-only HOST cifs/X
  refused "--emit takes" apply --emit yaml HOST cifs/X
  refused "--kdc-flavour takes" check --kdc-flavour unknown HOST cifs/X
  refused "--timeout takes" check --timeout 0 HOST cifs/X
  refused "--timeout takes" check --timeout -5 HOST cifs/X
  refused "--timeout takes" check --timeout 99999999999999999999 HOST cifs/X
  refused "--color takes" check --color sometimes HOST cifs/X
  refused "--format takes" check --format xml HOST cifs/X
  refused "needs its password" check -U alice HOST cifs/X
  refused "needs --login-user" check -W HOST cifs/X
  refused "give one of them" check -S dc1 -H ldap://dc1 HOST cifs/X
  refused "give one of them" apply --json --emit ldif HOST cifs/X
  refused "--yes is unknown" check --yes HOST cifs/X
  refused "empty argument" check --as "" HOST cifs/X
}

@test "passwords come from a private file or a terminal, never from the command line" {
  echo geheim >"$BATS_TEST_TMPDIR/pw"
  chmod 644 "$BATS_TEST_TMPDIR/pw"
  refused "can be read by others" check -U alice --password-file "$BATS_TEST_TMPDIR/pw" -S dc.invalid HOST cifs/X
  : >"$BATS_TEST_TMPDIR/empty"
  chmod 600 "$BATS_TEST_TMPDIR/empty"
  refused "no password in its first line" check -U alice --password-file "$BATS_TEST_TMPDIR/empty" HOST cifs/X
  refused "No such file" check -U alice --password-file /nonexistent HOST cifs/X
  refused "needs a terminal" check -U alice -W HOST cifs/X </dev/null
  run bash -c '"$0" check --help | grep -iE -- "--password[ =]"' "$kcdfix"
  [ "$status" -eq 1 ]
}

@test "the path of a share is told from a host, with the command to type" {
  refused "kcdfix check HOST cifs/2016GUI" check CORE2016 '\\2016GUI\VMs'
}

@test "doctor takes one host" {
  refused "one host at most" doctor A B
  refused "name of a host is empty" doctor ''
}

@test "probe says what it needs" {
  refused "at least one SPN" probe HOST
  refused "needs the host's own key" probe HOST cifs/X
  refused "one host" probe -k x A B cifs/X
}

@test "history takes no operands, undo one" {
  refused "no operands" history x
  refused "one change" undo --yes a b
  refused "no name of a change" undo --yes ../../etc/passwd
  refused "no record" undo --yes 20260101T000000Z-X
  refused "no change to take back" undo --yes
}

@test "no ticket is one line, says which cache, and what to type" {
  run "$kcdfix" check HOST cifs/X
  [ "$status" -eq 3 ]
  [[ "$output" == *"$BATS_TEST_TMPDIR/ccache"* ]]
  [[ "$output" == *"kinit"* ]]
}

@test "with --json every failure is one document" {
  run --separate-stderr "$kcdfix" check --json --frob
  [ "$status" -eq 2 ]
  [ "$(jq -r '[.schema, .exit_status, (.errors | length)] | @csv' <<<"$output")" = '"kcdfix.check/1",2,1' ]
  run --separate-stderr "$kcdfix" check --json HOST cifs/X
  [ "$status" -eq 3 ]
  [ "$(jq -r '[.exit_status, .errors[0].id] | @csv' <<<"$output")" = '3,"no-ticket"' ]
  [ "$(jq -r '.tool.name + " " + .time[19:20]' <<<"$output")" = "kcdfix Z" ]
}

@test "a full or closed stdout is an error" {
  run bash -c '"$0" --help >/dev/full' "$kcdfix"
  [ "$status" -eq 3 ]
  run bash -c '"$0" check --json X cifs/X >/dev/full' "$kcdfix"
  [ "$status" -eq 3 ]
  [[ "$output" == *"cannot write the result"* ]]
  run bash -c '"$0" history >&-' "$kcdfix"
  [ "$status" -eq 3 ]
}

@test "no core dump can be written" {
  ASAN_OPTIONS=detect_leaks=0 run strace -f -e trace=prlimit64,setrlimit "$kcdfix" --version
  [ "$status" -eq 0 ]
  [[ "$output" == *"RLIMIT_CORE, {rlim_cur=0, rlim_max=0}"* ]]
}

@test "names with control characters are shown harmless" {
  run "$kcdfix" $'chec\e[31mk'
  [ "$status" -eq 2 ]
  [[ "$output" != *$'\e'* ]]
  run "$kcdfix" undo --yes $'x\ey'
  [[ "$output" != *$'\e'* ]]
}

@test "the result can go to a file, whole or not at all" {
  run "$kcdfix" history --json -o "$BATS_TEST_TMPDIR/out.json"
  [ "$status" -eq 0 ]
  [ "$(jq -r .schema "$BATS_TEST_TMPDIR/out.json")" = kcdfix.history/1 ]
  run "$kcdfix" history --json -o "$BATS_TEST_TMPDIR/none/out.json"
  [ "$status" -eq 3 ]
  [ ! -e "$BATS_TEST_TMPDIR/none" ]
}
