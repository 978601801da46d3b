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
  for command in check apply undo history probe hosts audit explain stand-in doctor; do
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
  refused "--trace needs an argument" explain --trace
  refused "--trace takes its hosts and services from the capture" check --trace x.pcap HOST cifs/X
  refused "--trace takes its hosts and services from the capture" explain --trace x.pcap 0x80070005
  refused "give one of them" explain --trace x.pcap --file x.txt
  refused "--port is about the capture of --trace" explain --port 88 13000
  refused "--port" check --trace x.pcap --port 0
  refused "--port" check --trace x.pcap --port 65536
  refused "--port" explain --trace x.pcap --port kerberos
  refused "--trace" apply --trace x.pcap HOST cifs/X
  refused "--emit takes" apply --emit yaml HOST cifs/X
  refused "--kdc-flavour takes" check --kdc-flavour unknown HOST cifs/X
  refused "--timeout takes" check --timeout 0 HOST cifs/X
  refused "--timeout takes" check --timeout -5 HOST cifs/X
  refused "--timeout takes" check --timeout 99999999999999999999 HOST cifs/X
  refused "--color takes" check --color sometimes HOST cifs/X
  refused "--format takes text, json or junit here" check --format xml HOST cifs/X
  refused "--format takes text or json here" apply --format csv HOST cifs/X
  refused "--format takes text, json, csv, dot, opengraph or html here" audit --format xml
  refused "--format takes text, json or csv here" hosts --format dot
  refused "hosts takes no operands" hosts HV1
  refused "needs its password" check -U alice HOST cifs/X
  refused "needs --login-user" check -W HOST cifs/X
  refused "give one of them" check -S dc1 -H ldap://dc1 HOST cifs/X
  refused "give one of them" apply --json --emit ldif HOST cifs/X
  refused "--yes is unknown" probe --yes HOST cifs/X
  refused "empty argument" check --as "" HOST cifs/X
}

@test "options about temporary accounts are refused where they would do nothing, or prove nothing" {
  refused "--stand-in is unknown" apply --stand-in HOST cifs/X
  refused "--rehearse is unknown" check --rehearse HOST cifs/X
  refused "--keytab does not go with it" check --stand-in -k x.keytab HOST cifs/X
  refused "--no-probe does not go with it" check --stand-in --no-probe HOST cifs/X
  refused "goes with --stand-in" check --stand-in-ou OU=Lab,DC=x HOST cifs/X
  refused "goes with --rehearse" apply --stand-in-ou OU=Lab,DC=x HOST cifs/X
  refused "takes the DN of a container" check --stand-in --stand-in-ou Lab HOST cifs/X
  refused "takes the DN of a container" apply --rehearse --stand-in-ou Lab HOST cifs/X
  refused "empty argument" check --stand-in --stand-in-ou "" HOST cifs/X
  refused "takes --reason with --stand-in alone" check --reason CHG0042 HOST cifs/X
  refused "takes --yes with --stand-in alone" check --yes HOST cifs/X
  refused "at most 1000 bytes" check --stand-in --reason "$(printf '%1001s' x)" HOST cifs/X
  refused "no temporary account has" apply --rehearse --resource-based HOST cifs/X
  refused "--kerberos-only takes it away" apply --rehearse --kerberos-only HOST cifs/X
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

@test "a scenario takes hosts, and servers behind --" {
  refused "--for takes vm-storage" check --for migration HV1 HV2
  refused "--for needs an argument" check HV1 --for
  refused "--for is unknown" probe --for live-migration HV1 HV2
  refused "at least two hosts" check --for live-migration HV1
  refused "at least two hosts" check --for live-migration HV1 -- FS1
  refused "no host is named" check --for vm-storage
  refused "no host is named before --" check --for vm-storage -- FS1
  refused "takes the servers behind --" check --for vm-storage HV1 HV2
  refused "takes the servers behind --" apply -n --for library-iso HV1
  refused "finds the SPNs itself, and cifs/HV2 is one" check --for live-migration HV1 cifs/HV2
  refused "finds the SPNs itself, and cifs/FS1 is one" apply -n --for vm-storage HV1 -- cifs/FS1
  refused "stands behind --" check --for vm-storage HV1 -- FS1 --json
  refused "is an address" check --for vm-storage HV1 -- 192.0.2.1
  refused "path of a share" check --for vm-storage HV1 -- '\\FS1\VMs'
  refused "an operand is empty" check --for vm-storage HV1 -- ''
}

@test "a cluster is a name with its nodes" {
  refused "takes NAME=NODE" check --cluster HVCLU HVCLU cifs/FS1
  refused "a node is empty" check --cluster HVCLU=N1, HVCLU cifs/FS1
  refused "named twice" check --cluster HVCLU=N1,n1 HVCLU cifs/FS1
  refused "no node of itself" check --cluster HVCLU=HVCLU HVCLU cifs/FS1
  refused "twice; give all its nodes at once" check --cluster C=N1 --cluster c=N2 C cifs/FS1
  refused "at least two hosts" check --for live-migration --cluster HVCLU=N1 HVCLU
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

@test "stand-in takes no operands, and deletes nothing without an answer" {
  refused "takes no operands" stand-in CORE2016
  refused "no terminal to ask at" stand-in --clean </dev/null
  refused "no terminal to ask at" stand-in --clean --all </dev/null
}

@test "without a record stand-in asks no server and makes no directory" {
  for option in "" --clean; do
    run --separate-stderr "$kcdfix" stand-in $option --yes
    [ "$status" -eq 0 ]
    [ "$output" = "no temporary account is known to be left behind" ]
    [ -z "$stderr" ]
  done
  [ ! -e "$XDG_STATE_HOME" ]
  run --separate-stderr "$kcdfix" stand-in --json
  [ "$(jq -r '[.schema, (.stand_ins | length)] | @csv' <<<"$output")" = '"kcdfix.stand-in/1",0' ]
}

# An open record of this machine, as a run that was killed leaves it; its DC is of no domain that exists.
leave_a_record() {
  local place=$XDG_STATE_HOME/kcdfix/stand-ins
  (umask 077 && mkdir -p "$place" && cp "$KCDFIX_SOURCE_DIR/tests/fuzz/corpus/stand_in_record/made" \
    "$place/20261121T201403Z-KCDFIX-4F21.json")
}

@test "a temporary account that was left behind is named by whatever runs next, with the command" {
  leave_a_record
  run --separate-stderr "$kcdfix" history
  [[ "$stderr" == *"KCDFIX-4F21\$, a temporary account with the settings of CORE2016\$, may be left behind on "* ]]
  [[ "$stderr" == *"to remove it: kcdfix stand-in --clean"* ]]
  [[ "$output" == *"CORE2016\$: check through a temporary account   (left behind: kcdfix stand-in --clean)"* ]]
  run --separate-stderr "$kcdfix" stand-in
  [ "$status" -eq 1 ]
  [[ "$output" == *"left behind"*"next: kcdfix stand-in --clean" ]]
  [ -z "$stderr" ]
}

@test "an account that a running kcdfix has is left to it" {
  leave_a_record
  local lock=$XDG_STATE_HOME/kcdfix/stand-ins/20261121T201403Z-KCDFIX-4F21.lock
  touch "$lock"
  exec 9<>"$lock"
  flock 9
  run --separate-stderr "$kcdfix" stand-in --clean --yes 9>&-
  [ "$status" -eq 0 ]
  [[ "$output" == *"in use by a running"* ]]
  run --separate-stderr "$kcdfix" history 9>&-
  [ -z "$stderr" ]
  [[ "$output" == *"(in use by a running kcdfix)"* ]]
}

@test "a record that cannot be read is said, and where to look for its account" {
  leave_a_record
  echo '{' >"$XDG_STATE_HOME/kcdfix/stand-ins/20261121T201403Z-KCDFIX-4F21.json"
  run --separate-stderr "$kcdfix" stand-in
  [ "$status" -eq 3 ]
  [[ "$stderr" == *"kcdfix stand-in --all"* ]]
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
