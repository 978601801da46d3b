# kcdfix explain: what people paste, and what it says. No domain, no ticket, no packet.

bats_require_minimum_version 1.5.0

setup() {
  export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state KRB5CCNAME=FILE:$BATS_TEST_TMPDIR/ccache KRB5_CONFIG=/dev/null
  kcdfix=$KCDFIX_BIN
  cd "$BATS_TEST_TMPDIR" || return 1
  cat >event.txt <<'END'
Hyper-V-VMMS-Admin  Event ID: 13000
User 'CONTOSO\admin' failed to create external configuration store at '\\2016GUI\VMs':
General access denied error. (0x80070005)
END
}

@test "0x8009030E in every spelling gives the same page" {
  "$kcdfix" explain 0x8009030E >page
  for spelling in 0x8009030e 8009030E 2148074254 SEC_E_NO_CREDENTIALS; do
    "$kcdfix" explain "$spelling" | diff page -
  done
  "$kcdfix" explain -2146893042 | diff page -
  "$kcdfix" explain -- -2146893042 | diff page -
  grep -q '^0x8009030E SEC_E_NO_CREDENTIALS: "No credentials are available in the security package"' page
  grep -q 'Delegation: usually yes.' page
  for id in protocol-transition-off host-uses-credssp credssp-blocked-by-credential-guard list-empty spn-not-listed \
    service-class-missing user-protected negative-cache; do
    grep -qE "\[(.*, )?$id(, .*)?\]" page || { echo "$id"; false; }
  done
  grep -qF "next: kcdfix check --for live-migration SOURCE DESTINATION" page
}

@test "KDC_ERR_BADOPTION in every spelling gives the same page" {
  "$kcdfix" explain KDC_ERR_BADOPTION >page
  for spelling in KRB5KDC_ERR_BADOPTION kdc_err_badoption 13 0xD 0xd BADOPTION -1765328371; do
    "$kcdfix" explain "$spelling" | diff page -
  done
}

@test "0x80070005 in every spelling, and what it says of itself" {
  "$kcdfix" explain 0x80070005 >page
  for spelling in 80070005 2147942405 -2147024891 E_ACCESSDENIED; do
    "$kcdfix" explain "$spelling" | diff page -
  done
  grep -q 'Most uses of this code have nothing to do with delegation' page
}

@test "what is not delegation says so" {
  for code in 0x80090322 0x80070534 0x8007274C 20100; do
    run -0 "$kcdfix" explain "$code"
    [[ "$output" == *"not delegation"* ]]
  done
  run -0 "$kcdfix" explain 14050
  [[ "$output" == *"First mend the"* ]]
  run -0 "$kcdfix" explain 12700
  [[ "$output" == *"First look at the rights of the machine account"* ]]
}

@test "a pasted event 13000: the names are in the command" {
  run -0 --separate-stderr "$kcdfix" explain "$(cat event.txt)"
  [ -z "$stderr" ]
  [ "${lines[0]}" = \
    'event 13000 with 0x80070005: the host was refused when it opened \\2016GUI\VMs as CONTOSO\admin' ]
  [[ "$output" == *"Delegation: usually yes. It is, if the same works when you are logged on at the host"* ]]
  [[ "$output" == *"cifs/2016GUI is not listed on the host, or in one form only"* ]]
  [[ "$output" == *"next: kcdfix check --as 'CONTOSO\admin' HOST cifs/2016GUI"* ]]
  [[ "$output" == *"(HOST: the machine that logged the event"* ]]
}

@test "the same from a file, from standard input, and in the UTF-16 of a Windows export" {
  "$kcdfix" explain "$(cat event.txt)" >page
  "$kcdfix" explain --file event.txt | diff page -
  "$kcdfix" explain - <event.txt | diff page -
  { printf '\xff\xfe'; iconv -f UTF-8 -t UTF-16LE event.txt; } >event16.txt
  "$kcdfix" explain --file event16.txt | diff page -
  iconv -f UTF-8 -t UTF-16LE event.txt | "$kcdfix" explain - | diff page -
  sed 's/$/\r/' event.txt | "$kcdfix" explain - | diff page -
  "$kcdfix" explain event 13000 | diff <("$kcdfix" explain 13000) -
}

@test "a path that is local to the host is checked with the host's own name" {
  run -0 "$kcdfix" explain "event 13000 at 'C:\\VMs'  Computer: CORE2016"
  [[ "$output" == *"next: kcdfix check CORE2016 cifs/CORE2016"* ]]
  [[ "$output" == *"local to the host"* ]]
}

@test "restart and gpupdate: what counts is said" {
  run -0 "$kcdfix" explain gpupdate /force
  [[ "$output" == *"gpupdate /force has no documented effect"* ]]
  [[ "$output" == *"domain controller"*"fresh tickets"* ]]
}

@test "-v says why, what it grants, and who says so; -q the first line only" {
  run -0 "$kcdfix" explain -v 13000
  [[ "$output" == *"why: "*"S4U2Self"* ]]
  [[ "$output" == *"security: "*"mark the privileged accounts first"* ]]
  [[ "$output" == *"sources: "* ]]
  run -0 "$kcdfix" explain -q 13000
  [ "${#lines[@]}" -eq 1 ]
}

@test "unknown input: it is said, the nearest are offered, status 3" {
  run -3 --separate-stderr "$kcdfix" explain 13001
  [[ "$stderr" == *"no symptom"*"[unknown-symptom]"* ]]
  [[ "$output" == *"kcdfix explain 13000"* ]]
  run -3 "$kcdfix" explain 61
  [[ "$output" == *"KRB_ERR_FIELD_TOOLONG is not known as a symptom"* ]]
  run -3 "$kcdfix" explain - </dev/null
  run -3 --separate-stderr "$kcdfix" explain --json frobnicate
  [ "$(jq -r '.schema, .exit_status, .errors[0].id, (.symptoms | length), (.nearest | length)' <<<"$output")" = \
    $'kcdfix.explain/1\n3\nunknown-symptom\n0\n3' ]
}

@test "nothing, too much, or no such file: status 2" {
  run -2 "$kcdfix" explain
  [[ "$output" == *"- reads standard input"* ]]
  run -2 "$kcdfix" explain --file event.txt 13000
  run -2 "$kcdfix" explain --file /nonexistent
  [[ "$output" == *"No such file"* ]]
  run -2 "$kcdfix" explain -x
  run -2 "$kcdfix" check -5 cifs/X
}

@test "with --json: one document, the names as they are, the command quoted" {
  run -0 --separate-stderr "$kcdfix" explain --json --file event.txt
  [ "$(jq -r '.exit_status, .symptoms[0].id, .symptoms[0].with[0], .names.user, .names.server' <<<"$output")" = \
    $'0\nevent-13000\nhresult-0x80070005\nCONTOSO\\admin\n2016GUI' ]
  [ "$(jq -r '.symptoms[0].next.command' <<<"$output")" = "kcdfix check --as 'CONTOSO\\admin' HOST cifs/2016GUI" ]
}

# The command that is shown, run by a shell in which kcdfix only says what it was given.
words_of_next() {
  local next
  next=$("$kcdfix" explain --json --file "$1" | jq -r '.symptoms[0].next.command')
  bash -c "kcdfix() { printf '<%s>' \"\$@\"; }; $next"
}

@test "names that want out of the command stay one word" {
  printf "13000 User 'C\\\\a\$(touch out);b' at '\\\\\\\\fs\`touch out\`;reboot\\\\x'" >hostile
  [ "$(words_of_next hostile)" = '<check><--as><C\a$(touch out);b><HOST><cifs/fs`touch out`;reboot>' ]
  printf "13000 C\\\\a'b\"c at \\\\\\\\f\$x\\\\y" >hostile
  words_of_next hostile
  printf '13000\nComputer: -o/etc/passwd\n' >hostile
  [ "$(words_of_next hostile)" = '<check><HOST><cifs/SERVER>' ]
  [ ! -e out ]
}

@test "escape sequences come out harmless, whatever the bytes" {
  printf '13000 \e]0;x\a User "C\\\e[31mx" at "\\\\f\e[2Js\\x" \0 \xff\xfe \xe2\x80\xae' >hostile
  for options in "" -v --json; do
    # shellcheck disable=SC2086
    run -0 "$kcdfix" explain $options --file hostile
    [[ "$output" != *$'\e'* && "$output" != *$'\a'* && "$output" != *$'\xe2\x80\xae'* ]]
  done
}

@test "megabytes of anything are read in bounded time" {
  head -c 6000000 /dev/zero | tr '\0' 'a' >big
  printf '\n13000\n' | cat - big >first
  run -0 timeout 60 "$kcdfix" explain -q --file first
  [[ "$output" == *"only the first 4 MiB"* && "$output" == *"event 13000"* ]]
  for filler in '\\' 'User ' '-' '13 ' "'"; do
    yes "$filler" | tr -d '\n' | head -c 3000000 >big
    run timeout 60 "$kcdfix" explain -q --file big
    [[ "$status" -eq 3 ]] || { echo "$filler: $status $output"; false; }
  done
}

@test "each command that is shown is one that the program takes" {
  for symptom in 13000 0x80070005 0x8009030E 13 7 STATUS_NO_MATCH 14050 12700 protocol-transition-off 21502 gpupdate; do
    "$kcdfix" explain --json "$symptom" | jq -r '.symptoms[] | .next.command'
  done | grep '^kcdfix ' | sort -u >commands
  [ "$(wc -l <commands)" -ge 4 ]
  while IFS= read -r command; do
    run bash -c "${command/#kcdfix/\"\$0\"}" "$kcdfix"
    [ "$status" -eq 3 ] || { echo "$command: $status $output"; false; }
  done <commands
}

@test "nothing is asked of anybody" {
  ASAN_OPTIONS=detect_leaks=0 run -0 strace -f -e trace=socket,connect,sendto,sendmsg "$kcdfix" explain 13000
  [[ "$output" != *"socket("* && "$output" != *"connect("* ]]
  [ ! -e "$XDG_STATE_HOME" ]
}

@test "every id of the catalogue is explained" {
  "$KCDFIX_BUILD_DIR/tests/unit/print_findings" | sed -n 's/^| `\([a-z0-9-]*\)`.*/\1/p' >"$BATS_TEST_TMPDIR/ids"
  [ "$(wc -l <"$BATS_TEST_TMPDIR/ids")" -ge 70 ]
  while read -r id; do
    run --separate-stderr "$KCDFIX_BIN" explain --json "$id"
    [ "$status" -eq 0 ] || { echo "$id"; false; }
    [[ "$output" == *"\"$id\""* ]] || { echo "$id"; false; }
  done <"$BATS_TEST_TMPDIR/ids"
}
