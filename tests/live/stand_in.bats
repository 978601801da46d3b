# Every way in which check --stand-in can end, on a real domain controller. After each a search finds no temporary
# account, and no record is open; where one may be left, the next run says so, and stand-in --clean removes it.

# shellcheck disable=SC2030,SC2031,SC2154 # each test has a shell of its own; `run` sets stderr

bats_require_minimum_version 1.5.0
load moments

readonly BASE=DC=kcd,DC=test
readonly OU=OU=Stand,$BASE

setup_file() {
  kvno -q "ldap/$KCDFIX_DC" >/dev/null # so that every run makes the same calls
}

teardown_file() {
  echo "# $(wc -l <"$BATS_FILE_TMPDIR/ends") ends" >&3
}

setup() {
  ad-set CORE2016 userAccountControl 4096
  ad-set CORE2016 msDS-AllowedToDelegateTo cifs/2016GUI
  rm -rf "$XDG_STATE_HOME/kcdfix"
  open=$XDG_STATE_HOME/kcdfix/stand-ins
  # shellcheck disable=SC2034 # for record of moments.bash
  changes=$open
  pair=(CORE2016 cifs/2016GUI)
  before=$(witness)
}

# What a test that failed left does not make the next one fail.
teardown() {
  [ -z "${proxy:-}" ] || kill "$proxy" 2>/dev/null || true
  dc-resume 2>/dev/null || true
  dc-start
  local name
  if [ -n "$(search "(ou=Stand)" 1.1 | grep '^dn:')" ]; then rights ''; fi
  for name in $(accounts); do
    ad-local-set "$name" nTSecurityDescriptor 'O:DAG:DAD:(A;;GA;;;DA)(A;;GA;;;SY)'
    ldapdelete -r -Q -N -Y GSSAPI -H "ldap://$KCDFIX_DC" "$(dn_of "$name")" || true
  done
  ad-delete "$OU" 2>/dev/null || true
}

# ---- what is there ----

# With the number of its last change: not even the same values were written again.
witness() {
  ad-get CORE2016 userAccountControl msDS-AllowedToDelegateTo uSNChanged
}

search() {
  ldapsearch -LLL -Q -N -Y GSSAPI -o ldif-wrap=no -H "ldap://$KCDFIX_DC" -b "$BASE" "$@"
}

accounts() {
  search '(sAMAccountName=KCDFIX-*)' sAMAccountName | sed -n 's/^sAMAccountName: //p'
}

dn_of() {
  search "(sAMAccountName=$1)" 1.1 | sed -n 's/^dn: //p'
}

open_records() {
  local file
  for file in "$open"/*.json; do
    if [ -e "$file" ] && [ ! -e "$open/closed/${file##*/}" ]; then echo "$file"; fi
  done
}

closed() {
  jq -r "$1" "$open"/closed/*.json
}

# Nothing of a stand-in in the directory (a search that fails is no proof), no open record, no word about one in the
# next run, and the host as it was.
nothing_left() {
  local found
  found=$(search '(sAMAccountName=KCDFIX-*)' sAMAccountName description)
  [[ $found != *KCDFIX-* ]] || { echo "left: $found"; return 1; }
  found=$(open_records)
  [ -z "$found" ] || { echo "open: $found"; return 1; }
  found=$(kcdfix history 2>&1 >/dev/null)
  [ -z "$found" ] || { echo "said: $found"; return 1; }
  [ "$(witness)" = "$before" ]
  echo . >>"$BATS_FILE_TMPDIR/ends"
}

says_left_behind() {
  grep -qE 'KCDFIX-....\$ may be left behind on dc1.kcd.test.*\[stand-in-left-behind\]' "$BATS_TEST_TMPDIR/errors"
  grep -q '^  kcdfix stand-in --clean$' "$BATS_TEST_TMPDIR/errors"
  tr -s ' \n' ' ' <"$BATS_TEST_TMPDIR/output" | grep -q 'was made and MAY BE LEFT BEHIND'
}

# The next run of any command says what may be left.
is_said() {
  local reminder='kcdfix: KCDFIX-????$, a temporary account with the settings of *, may be left behind on dc1.kcd.test *
kcdfix: to remove it: kcdfix stand-in --clean'
  run --separate-stderr kcdfix history
  [ "$status" -eq 0 ]
  # shellcheck disable=SC2053 # a pattern
  [[ $stderr == $reminder ]] || { echo "history: $stderr"; return 1; }
  run --separate-stderr kcdfix check "${pair[@]}"
  [ "$status" -eq 1 ]
  # shellcheck disable=SC2053
  [[ $stderr == $reminder ]] || { echo "check: $stderr"; return 1; }
}

clean() {
  run --separate-stderr kcdfix stand-in --clean --timeout 1 "$@" </dev/null
}

is_said_and_cleaned() {
  is_said
  clean --yes
  [ "$status" -eq 0 ] || { echo "clean: $status"; echo "$output$stderr"; return 1; }
  nothing_left
}

# one_document STATUS [JSON]: stdout, or the text, is one document, and knows its exit status.
one_document() {
  local text=${2-$output}
  [ "$(jq -s length <<<"$text")" = 1 ]
  [ "$(jq .exit_status <<<"$text")" = "$1" ]
}

# ---- helpers that make something ----

# A run that was killed when its account was made; sets `name`.
leave_one() {
  interrupted_at sendto 1 KILL check --stand-in -S "$KCDFIX_DC" "${pair[@]}" >/dev/null 2>&1 || [ $? -eq 137 ]
  local records
  mapfile -t records < <(ls -t "$open"/*.json)
  [ "$(jq -r .state "${records[0]}")" = made ]
  name=$(jq -r .name "${records[0]}")
}

make_ou() {
  printf 'dn: %s\nchangetype: add\nobjectClass: organizationalUnit\n' "$OU" |
    ldapmodify -Q -N -Y GSSAPI -H "ldap://$KCDFIX_DC" >/dev/null
}

# rights ACE...: what may be done in OU besides what administrators may
rights() {
  ad-local-set "$OU" nTSecurityDescriptor "O:DAG:DAD:$1(A;;GA;;;DA)(A;;GA;;;SY)(A;;RPLCLORC;;;AU)"
}

# fixed NAMES CMD...: CMD with these names and a known password
fixed() {
  local names=$1
  shift
  LD_PRELOAD=$KCDFIX_BUILD_DIR/tests/live/libfixed_random.so FIXED_NAMES=$names \
    ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 "$@"
}

# ---- it works ----

@test "a failing pair: asked as the stand-in for the host, and with the login's own ticket" {
  run --separate-stderr kcdfix check --stand-in "${pair[@]}"
  [ "$status" -eq 1 ]
  [[ $stderr == "kcdfix: making KCDFIX-"????"\$, a temporary account with the delegation settings of CORE2016\$, in \
CN=Computers,DC=kcd,DC=test on dc1.kcd.test; it is deleted again as soon as the KDC has answered" ]]
  [[ $output == *"KDC        dc1.kcd.test, asked as KCDFIX-"????"\$ for CORE2016\$ "* ]]
  [[ $output == *"was made and is"*"deleted again (events 4741 and 4743 on dc1; Defender for Identity may report"* ]]
  [[ $output =~ "admin's own ticket (2012 R2)"\ +ticket\ +ticket ]]
  nothing_left
  run --separate-stderr kcdfix check --stand-in --json "${pair[@]}"
  one_document 1
  [ "$(jq -c '.pairs[0] | [.verdict, .agree, .observed.by, .observed.user_ticket.outcome, .observed.stand_in.covers]' \
    <<<"$output")" = '["fails",true,"stand-in","ticket",true]' ]
  [ "$(jq -c '.stand_ins | map([.host, .end, .dynamic, .purpose])' <<<"$output")" = \
    '[["CORE2016$","deleted",false,"check"]]' ]
  [ "$(jq -r '.stand_ins[0].name' <<<"$output")" = "$(jq -r '.pairs[0].observed.client' <<<"$output")" ]
  nothing_left
  [ "$(closed .state | uniq)" = deleted ]
}

@test "a healthy pair" {
  ad-set CORE2016 userAccountControl 16781312
  before=$(witness)
  run --separate-stderr kcdfix check -v --stand-in --json "${pair[@]}"
  [ "$status" -eq 0 ]
  one_document 0
  [ "$(jq -c '.pairs[0] | [.verdict, .agree, .observed.by]' <<<"$output")" = '["works",true,"stand-in"]' ]
  [ "$(jq -c '.pairs[0].observed | map_values(.outcome?) | [.s4u2proxy, .user_ticket]' <<<"$output")" = \
    '["ticket","ticket"]' ]
  nothing_left
  run kcdfix check --stand-in -q "${pair[@]}"
  [ "$status" -eq 0 ]
  [ "$output" = "CORE2016 -> cifs/2016GUI as admin: WORKS" ]
  nothing_left
}

@test "several hosts and SPNs: one stand-in for each host" {
  run --separate-stderr kcdfix check --stand-in --json CORE2016 NODE1 NOSUCH cifs/2016GUI cifs/SQL
  [ "$status" -eq 1 ]
  one_document 1
  [ "$(jq -c '.stand_ins | map([.host, .end])' <<<"$output")" = '[["CORE2016$","deleted"],["NODE1$","deleted"]]' ]
  [ "$(jq -c '.pairs | map(.observed.by)' <<<"$output")" = \
    '["stand-in","stand-in","stand-in","stand-in",null,null]' ]
  nothing_left
}

# What is seen at a moment, for tests that look at it afterwards.
snapshot() {
  accounts >"$BATS_TEST_TMPDIR/accounts"
  cp "$open"/*.json "$BATS_TEST_TMPDIR/record"
  stat -c %a "$open" "$open/closed" "$open"/*.json "$open"/*.lock >"$BATS_TEST_TMPDIR/modes"
  [ ! -s "$BATS_TEST_TMPDIR/accounts" ] ||
    ad-get "$(<"$BATS_TEST_TMPDIR/accounts")" userAccountControl msDS-AllowedToDelegateTo description \
      >"$BATS_TEST_TMPDIR/account"
}

of_record() {
  jq -r "$1" "$BATS_TEST_TMPDIR/record"
}

@test "the record is private, and on disk before the account can exist; the reason is in it and in the account" {
  run with_a_pause_at fsync 4 snapshot check --stand-in --reason 'ticket 4711' "${pair[@]}"
  [ "$status" -eq 1 ]
  [ ! -s "$BATS_TEST_TMPDIR/accounts" ]
  [ "$(paste -sd ' ' "$BATS_TEST_TMPDIR/modes")" = "700 700 600 600" ]
  [ "$(of_record '[.state, .guid, .by, .host, .dc, .purpose, .reason] | join(" ")')" = \
    "planned  admin@KCD.TEST CORE2016\$ dc1.kcd.test check ticket 4711" ]
  nothing_left

  run with_a_pause_at fsync 6 snapshot check --stand-in --reason 'ticket 4711' "${pair[@]}"
  [ "$status" -eq 1 ]
  [ "$(<"$BATS_TEST_TMPDIR/accounts")" = "$(of_record .name)" ]
  [ "$(of_record .state)" = made ]
  mapfile -t account <"$BATS_TEST_TMPDIR/account"
  [ "${account[0]}" = 4096 ]
  [ "${account[1]}" = cifs/2016GUI ]
  [[ ${account[2]} == "kcdfix stand-in $(of_record .nonce) temporary account with the delegation settings of \
CORE2016\$, made by admin@KCD.TEST, of no use after 20"*"Z, may be deleted: ticket 4711" ]]
  nothing_left
  run --separate-stderr kcdfix history --json
  [ "$(jq -c '.stand_ins | map([.state, .reason])' <<<"$output")" = \
    '[["deleted","ticket 4711"],["deleted","ticket 4711"]]' ]
}

# ---- secrets ----

readonly PASSWORD_PART=Aa1+Aa1+

watch_process() {
  tr '\0' ' ' <"/proc/$pid/cmdline" >"$BATS_TEST_TMPDIR/cmdline"
  cp "/proc/$pid/limits" "$BATS_TEST_TMPDIR/limits"
  ad-keytab 'KCDFIX-4F21$' "$BATS_TEST_TMPDIR/keytab"
  printf 'Aa1+%.0s' {1..32} >"$BATS_TEST_TMPDIR/password"
  kinit -c MEMORY: 'KCDFIX-4F21$' <"$BATS_TEST_TMPDIR/password" >"$BATS_TEST_TMPDIR/kinit" 2>&1 &&
    touch "$BATS_TEST_TMPDIR/right-password"
}

# Which of these, in hexadecimal, are in the memory of the process; in freed memory too, which ASan keeps as it was.
look_into_memory() {
  /usr/bin/python3 -I - "$pid" "$@" <<'PYTHON' >"$BATS_TEST_TMPDIR/memory"
import sys

pid, *wanted = sys.argv[1:]
found = set()
with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
    for line in maps:
        start, end = (int(number, 16) for number in line.split()[0].split("-"))
        if line.split()[1].startswith("rw") and end - start < 1 << 30:
            memory.seek(start)
            data = memory.read(end - start)
            found.update(one for one in wanted if bytes.fromhex(one) in data)
print(*sorted(found))
PYTHON
}

# As strace -xx shows it.
in_hex() {
  printf '%s' "$1" | od -An -v -tx1 | tr -d '\n' | sed 's/ /\\x/g'
}

@test "no password and no key in the output, the trace, the records, the process list, or readable on the wire" {
  local secret secrets=("$PASSWORD_PART" $'A\\x00a\\x001\\x00+')
  run fixed 4F21 with_a_pause_at fsync 6 watch_process check --stand-in -vv "${pair[@]}"
  [ "$status" -eq 1 ]
  [ -e "$BATS_TEST_TMPDIR/right-password" ] # so this is what has to be kept
  nothing_left
  while read -r secret; do
    secrets+=("$secret" "${secret^^}" "$(xxd -r -p <<<"$secret" | base64)")
  done < <(klist -k -K -e "$BATS_TEST_TMPDIR/keytab" | sed -n 's/.*(0x\([0-9a-f]*\)).*/\1/p' | sort -u)
  [ "${#secrets[@]}" -gt 8 ]
  for secret in "${secrets[@]}"; do
    run grep -raiFl -e "$secret" "$XDG_STATE_HOME" "$BATS_TEST_TMPDIR"/{output,errors,cmdline,trace}
    [ "$status" -eq 1 ] || { echo "$secret in $output"; return 1; }
  done
  grep -q KCDFIX-4F21 "$BATS_TEST_TMPDIR/errors"
  grep -q 'S4U2Proxy' "$BATS_TEST_TMPDIR/errors" "$BATS_TEST_TMPDIR/output"
  grep -qE 'Max core file size +0 +0' "$BATS_TEST_TMPDIR/limits"

  fixed 4F22 strace -f -xx -s 100000 -e trace=write,writev,sendto,sendmsg,sendmmsg,pwrite64 \
    -o "$BATS_TEST_TMPDIR/wire" kcdfix check --stand-in "${pair[@]}" >/dev/null 2>&1 || [ $? -eq 1 ]
  grep -qF "$(in_hex KCDFIX-4F22)" "$BATS_TEST_TMPDIR/wire"
  run ! grep -qF -e "$(in_hex "$PASSWORD_PART")" -e '\x41\x00\x61\x00\x31\x00\x2b' "$BATS_TEST_TMPDIR/wire"
  nothing_left
}

# The name, which is no secret, proves that the search would find it. libldap's copy of the request is not kcdfix's to
# wipe (stand_in_dir.h).
@test "the password is wiped from memory as soon as the KDC has had it" {
  local password=4161312b4161312b name=4b43444649582d34463231
  run fixed 4F21 with_a_pause_at fsync 6 "look_into_memory $name $password" check --stand-in "${pair[@]}"
  [ "$(<"$BATS_TEST_TMPDIR/memory")" = "$password $name" ] # it is still needed
  nothing_left
  rm -rf "$open"
  run fixed 4F21 with_a_pause_at sendto 3 "look_into_memory $name $password" \
    check --stand-in -S "$KCDFIX_DC" "${pair[@]}"
  [ "$(<"$BATS_TEST_TMPDIR/memory")" = "$name" ]
  nothing_left
}

# ---- where it is made, and for whom ----

@test "a container of one's choice, one that is not there, and names with blanks, umlauts and quotes" {
  local office='OU=Büro \"Süd\"\, 2. Stock'
  make_ou
  run --separate-stderr kcdfix check --stand-in --json --stand-in-ou "$OU" "${pair[@]}"
  [ "$status" -eq 1 ]
  [[ $(jq -r '.stand_ins[0].dn' <<<"$output") == "CN=KCDFIX-"????",$OU" ]]
  nothing_left
  ad-delete "$OU"
  for where in "$OU" "CN=Nope,$BASE"; do
    run --separate-stderr kcdfix check --stand-in --stand-in-ou "$where" "${pair[@]}"
    [ "$status" -eq 3 ]
    [[ ${stderr_lines[0]} == "kcdfix: there is no container $where on dc1.kcd.test"*"[stand-in-container]" ]]
    [[ $output == *"not asked: no stand-in could be made"* ]]
    nothing_left
  done
  run --separate-stderr kcdfix check --stand-in --stand-in-ou nonsense "${pair[@]}"
  [ "$status" -eq 2 ]
  ad-new-computer 'Küche 1' >/dev/null
  ad-move 'Küche 1$' "$office"
  run --separate-stderr kcdfix check --stand-in --json --reason 'für "uns"' 'Küche 1' cifs/2016GUI
  [ "$status" -eq 1 ] || { echo "$output$stderr"; false; }
  [ "$(jq -r '.stand_ins[0] | .host + " " + .end' <<<"$output")" = 'Küche 1$ deleted' ]
  [[ $(jq -r '.stand_ins[0].dn' <<<"$output") == "CN=KCDFIX-"????",OU=Büro "*"Süd"*"2. Stock,$BASE" ]]
  nothing_left
  run --separate-stderr kcdfix check --stand-in --stand-in-ou "$office,$BASE" "${pair[@]}"
  [ "$status" -eq 1 ]
  [[ $stderr == *" in OU=Büro "*"Süd"*" on dc1.kcd.test"* ]]
  nothing_left
  ad-delete 'Küche 1$'
  ad-delete "$office,$BASE"
}

@test "the strictest password policy" {
  local set=(samba-tool domain passwordsettings set -H "ldap://$KCDFIX_DC" --use-kerberos=required)
  "${set[@]}" --complexity=on --min-pwd-length=14 --history-length=24 --min-pwd-age=998 --max-pwd-age=999 >/dev/null
  run --separate-stderr kcdfix check --stand-in "${pair[@]}"
  "${set[@]}" --complexity=on --min-pwd-length=7 --history-length=0 --min-pwd-age=0 --max-pwd-age=0 >/dev/null
  [ "$status" -eq 1 ]
  [[ $output == *"asked as KCDFIX-"* ]]
  nothing_left
}

@test "a host that no stand-in can be for: nothing is made" {
  for host in DC1 alice krbtgt; do
    run --separate-stderr kcdfix check --stand-in "$host" cifs/2016GUI
    [ "$status" -eq 3 ]
    [[ ${stderr_lines[0]} == "kcdfix: no temporary account can stand in for $host: it is "*"[stand-in-not-possible]" ]]
    [[ $output == *"$host -> cifs/2016GUI as admin: "* ]]
    [ ! -e "$open" ]
    nothing_left
  done
}

@test "a host that nothing is asked about: no account is made for nothing" {
  ad-del CORE2016 msDS-AllowedToDelegateTo
  run --separate-stderr kcdfix check --stand-in CORE2016
  [ "$status" -eq 1 ]
  [[ $output == *"lists no service, so there is nothing to check without an SPN."* ]]
  [ -z "$stderr" ]
  [ ! -e "$open" ]
  before=$(witness)
  nothing_left
}

@test "a state directory that cannot be written: nothing is made, and the prediction is shown" {
  : >"$BATS_TEST_TMPDIR/file"
  mkdir -p "$BATS_TEST_TMPDIR/state/kcdfix/stand-ins"
  : >"$BATS_TEST_TMPDIR/state/kcdfix/stand-ins/closed"
  for state in /proc "$BATS_TEST_TMPDIR/file" "$BATS_TEST_TMPDIR/state"; do
    run --separate-stderr env XDG_STATE_HOME="$state" kcdfix check --stand-in "${pair[@]}"
    [ "$status" -eq 3 ]
    [[ $stderr == *"[state-not-writable]"* ]]
    [[ $stderr != *"making KCDFIX"* ]]
    [[ $output == *"FAILS"*"not asked: no stand-in could be made"* ]]
    nothing_left
  done
  run --separate-stderr env -u XDG_STATE_HOME -u HOME kcdfix check --stand-in --json "${pair[@]}"
  [ "$status" -eq 3 ]
  one_document 3
  [ "$(jq -r '.errors[0].id' <<<"$output")" = state-not-writable ]
  nothing_left
}

# ---- rights ----

@test "a user who may not create: one line, the prediction, and nothing was tried" {
  run --separate-stderr as plain kcdfix check --stand-in "${pair[@]}"
  [ "$status" -eq 3 ]
  [[ ${stderr_lines[0]} == "kcdfix: you may not create computer objects in CN=Computers,"*"[stand-in-denied]" ]]
  [ "${#stderr_lines[@]}" -eq 2 ]
  [[ $output == *"FAILS"*"[protocol-transition-off]"*"not asked: no stand-in could be made"* ]]
  [ ! -e "$open" ]
  nothing_left
}

@test "a user who may create and not delegate: refused with the right that is missing; without settings it is made" {
  make_ou
  rights '(OA;;CC;bf967a86-0de6-11d0-a285-00aa003049e2;;{plain})'
  run --separate-stderr as plain kcdfix check --stand-in --stand-in-ou "$OU" "${pair[@]}"
  [ "$status" -eq 3 ]
  [[ $stderr == *"SeEnableDelegationPrivilege"*"[no-delegation-privilege]"* ]]
  [[ $output == *"not asked: no stand-in could be made"* ]]
  nothing_left
  [ "$(closed .state)" = refused ]
  run --separate-stderr as plain kcdfix check --stand-in --json --stand-in-ou "$OU" NODE1 cifs/2016GUI
  [ "$status" -eq 1 ]
  [ "$(jq -r '.stand_ins[0].end' <<<"$output")" = deleted ]
  nothing_left
  ad-delete "$OU"
}

take_the_right_away() {
  ad-local-set "$(accounts)" nTSecurityDescriptor 'O:DAG:DAD:(D;;SDDT;;;{admin})(A;;GA;;;DA)(A;;GA;;;SY)'
  rights '(D;;DC;;;{admin})'
}

@test "the right to delete goes away in the middle: said, and cleaned when it is back" {
  make_ou
  rights ''
  run with_a_pause_at fsync 6 take_the_right_away check --stand-in --stand-in-ou "$OU" "${pair[@]}"
  [ "$status" -eq 3 ]
  says_left_behind
  [ "$(record .state)" = made ]
  is_said
  clean --yes
  [ "$status" -eq 4 ]
  [[ $output == *"NOT DELETED"*"insufficientAccessRights"* ]]
  clean --yes --json
  one_document 4
  [ "$(record .state)" = made ]
  rights ''
  ad-local-set "$(accounts)" nTSecurityDescriptor 'O:DAG:DAD:(A;;GA;;;DA)(A;;GA;;;SY)'
  is_said_and_cleaned
  ad-delete "$OU"
}

@test "an account that its DC made and does not show: told, and its record stays open until somebody sees it" {
  make_ou
  # the container is shown, and nothing in it
  ad-local-set "$OU" nTSecurityDescriptor \
    'O:DAG:DAD:P(OA;;CC;bf967a86-0de6-11d0-a285-00aa003049e2;;{plain})(A;;RP;;;AU)(A;;GA;;;DA)(A;;GA;;;SY)'
  run --separate-stderr as plain kcdfix check --stand-in --stand-in-ou "$OU" NODE1 cifs/2016GUI
  [ "$status" -eq 3 ]
  [[ $stderr == *"may be left behind"*"does not show it to plain@"*"[stand-in-left-behind]"* ]]
  [ -n "$(accounts)" ]
  [ "$(record .state)" = made ]
  run --separate-stderr as plain kcdfix stand-in --clean --yes
  [ "$status" -eq 3 ]
  [[ $stderr == *"does not show it to plain@"*"should it be gone for good, remove $open/"* ]]
  [ "$(record .state)" = made ]
  is_said_and_cleaned # by an administrator
  ad-delete "$OU"
}

# ---- names in use ----

@test "a name that is in use: another one is taken, and whose it is stays untouched" {
  local stranger
  ad-new-computer KCDFIX-4F21 >/dev/null
  ad-local-set 'KCDFIX-4F21$' whenCreated 20250101000000.0Z
  stranger=$(ad-get 'KCDFIX-4F21$' uSNChanged)
  run --separate-stderr fixed 4F21,4F22 kcdfix check --stand-in "${pair[@]}"
  [ "$status" -eq 1 ]
  [[ $output == *"asked as KCDFIX-4F22\$ for CORE2016\$"* ]]
  [ "$(closed .name)" = 'KCDFIX-4F22$' ]
  # all that are tried are taken
  rm -rf "$open"
  run --separate-stderr fixed 4F21,4F21,4F21,4F21,4F21,4F21,4F21,4F21 kcdfix check --stand-in "${pair[@]}"
  [ "$status" -eq 3 ]
  [[ $stderr == *"[stand-in-name-taken]"* ]]
  # killed between the refusal and the next name
  rm -rf "$open"
  fixed 4F21,4F23 interrupted_at rename 2 KILL check --stand-in "${pair[@]}" >/dev/null 2>&1 || [ $? -eq 137 ]
  [ "$(record .name)" = 'KCDFIX-4F21$' ]
  is_said
  clean --yes
  [ "$status" -eq 0 ]
  [ "$(ad-get 'KCDFIX-4F21$' uSNChanged)" = "$stranger" ]
  ad-delete 'KCDFIX-4F21$'
  nothing_left
}

# A record of the same name and second as a closed one would pass for closed.
@test "the same name twice in a second" {
  until [ -e "$open/closed" ] && [ "$(closed .created | uniq | wc -l)" = 1 ]; do
    rm -rf "$open"
    for _ in 1 2; do
      fixed 4F21,4F22 kcdfix check --stand-in "${pair[@]}" >/dev/null 2>&1 || [ $? -eq 1 ]
    done
  done
  [ "$(closed .name | paste -sd,)" = 'KCDFIX-4F21$,KCDFIX-4F22$' ]
  nothing_left
}

# ---- signals ----

@test "SIGINT, SIGTERM and SIGHUP at any moment: one line, 130, and the account is gone" {
  for moment in "fsync 4" "fsync 5" "fsync 6" "sendto 1" "sendto 3" "fsync 7"; do
    for signal in INT TERM HUP; do
      # shellcheck disable=SC2086
      run --separate-stderr interrupted_at $moment "$signal" check --stand-in -S "$KCDFIX_DC" "${pair[@]}"
      [ "$status" -eq 130 ] || { echo "$moment $signal: $status $output $stderr"; return 1; }
      [ "${#stderr_lines[@]}" -eq 2 ]
      [[ ${stderr_lines[0]} == "kcdfix: making KCDFIX-"* ]]
      [[ ${stderr_lines[1]} == "kcdfix: interrupted; the check is not complete   [interrupted]" ]]
      nothing_left
    done
  done
  [ "$(closed .state | uniq -c | tr -s ' ')" = ' 18 deleted' ]
  run --separate-stderr interrupted_at "fsync" 6 INT check --stand-in --json "${pair[@]}"
  [ "$status" -eq 130 ]
  one_document 130
  [ "$(jq -r '.errors[0].id + " " + .stand_ins[0].end' <<<"$output")" = "interrupted deleted" ]
  nothing_left
}

@test "a signal before the record: nothing was changed" {
  run --separate-stderr interrupted_at fsync 1 INT check --stand-in --json "${pair[@]}"
  [ "$status" -eq 130 ]
  one_document 130
  [ "$stderr" = "kcdfix: interrupted; nothing was changed" ]
  [ -z "$(ls "$open")" ] || [ "$(ls "$open")" = closed ]
  nothing_left
}

@test "a second signal ends it there, and says what may be left" {
  run with_a_pause_at fsync 6 'kill -TERM "$pid"; kill -HUP "$pid"' check --stand-in "${pair[@]}"
  [ "$status" -eq 130 ]
  [ "$(tail -n 2 "$BATS_TEST_TMPDIR/errors")" = \
    $'kcdfix: interrupted twice; a temporary account may be left behind\n  kcdfix stand-in --clean' ]
  is_said_and_cleaned
  run with_a_pause_at fsync 6 'kill -TERM "$pid"; kill -HUP "$pid"' check --stand-in --json "${pair[@]}"
  [ "$status" -eq 130 ]
  one_document 130 "$(<"$BATS_TEST_TMPDIR/output")"
  [ "$(jq -r '.errors[0] | .id + ": " + .next' "$BATS_TEST_TMPDIR/output")" = "interrupted: kcdfix stand-in --clean" ]
  is_said_and_cleaned
}

# ---- the DC goes away ----

stop_and_start() {
  dc-stop
  { sleep 1; dc-start; } >/dev/null 2>&1 3>&- &
}

@test "the DC is stopped and comes back within the time limit: the account is deleted" {
  run with_a_pause_at fsync 6 stop_and_start check --stand-in --timeout 20 --json "${pair[@]}"
  [ "$status" -eq 3 ] # the KDC was away too
  one_document 3 "$(<"$BATS_TEST_TMPDIR/output")"
  [ "$(jq -r '.errors[0].id + " " + .stand_ins[0].end' "$BATS_TEST_TMPDIR/output")" = "kdc-unreachable deleted" ]
  grep -q 'dc1.kcd.test does not answer; waiting for it up to 20 s, to delete KCDFIX-' "$BATS_TEST_TMPDIR/errors"
  nothing_left
  [ "$(closed .state)" = deleted ]
}

@test "the DC is stopped and does not come back: said, with the command that removes it later" {
  run with_a_pause_at fsync 6 dc-stop check --stand-in --timeout 1 "${pair[@]}"
  [ "$status" -eq 3 ]
  says_left_behind
  clean --yes # and the DC is still away
  [ "$status" -eq 3 ]
  [[ $output == *"NOT DELETED"* ]]
  clean --yes --json
  one_document 3
  dc-start
  is_said_and_cleaned
  [ "$(closed .state)" = deleted ]
}

@test "the DC is stopped before the add: it is not there, twice, and then the record is closed" {
  run with_a_pause_at fsync 4 dc-stop check --stand-in --json --timeout 1 "${pair[@]}"
  [ "$status" -eq 3 ]
  one_document 3 "$(<"$BATS_TEST_TMPDIR/output")"
  [ "$(jq -r '.errors[0].id' "$BATS_TEST_TMPDIR/output")" = stand-in-left-behind ]
  [ "$(record .state)" = unknown ]
  dc-start
  is_said_and_cleaned
  [ "$(closed .state)" = absent ]
}

@test "the DC answers the add too late: unknown, and the account that it makes later is deleted" {
  run with_a_pause_at fsync 4 dc-pause check --stand-in --timeout 1 "${pair[@]}"
  [ "$status" -eq 3 ]
  grep -q '\[stand-in-left-behind\]' "$BATS_TEST_TMPDIR/errors"
  [ "$(record .state)" = unknown ]
  dc-resume
  until [ -n "$(accounts)" ]; do :; done
  is_said_and_cleaned
  [ "$(closed .state)" = deleted ]
}

# Starts the proxy that loses answers; sets `proxy`.
start_lossy_proxy() {
  coproc LOSSY { exec /usr/bin/python3 "$KCDFIX_SOURCE_DIR/tests/live/lossy.py" 3890 389; }
  # shellcheck disable=SC2154 # set by coproc
  proxy=$LOSSY_PID
  read -r _ <&"${LOSSY[0]}"
  lossy=(-H "ldap://$KCDFIX_DC:3890")
}

@test "the answer to the add is lost: a new connection finds the account, and the check goes on" {
  start_lossy_proxy
  run with_a_pause_at fsync 4 'kill -USR1 "$proxy"' check --stand-in --json "${lossy[@]}" "${pair[@]}"
  [ "$status" -eq 1 ]
  one_document 1 "$(<"$BATS_TEST_TMPDIR/output")"
  [ "$(jq -r '.pairs[0].observed.by + " " + .stand_ins[0].end' "$BATS_TEST_TMPDIR/output")" = "stand-in deleted" ]
  nothing_left
  [ "$(closed .state)" = deleted ]
}

# The number of the write behind which the delete is sent: the last but two of the look before it.
write_before_delete() {
  strace -f -o "$BATS_TEST_TMPDIR/calls" -e trace=write,sendto kcdfix check --stand-in "$@" "${pair[@]}" \
    >/dev/null 2>&1 || [ $? -eq 1 ]
  awk '/ write\(/ { n++ } / sendto\(/ { last = n } END { print last + 2 }' "$BATS_TEST_TMPDIR/calls"
}

@test "the answer to the delete is lost: a new connection finds it gone" {
  local number
  start_lossy_proxy
  number=$(ASAN_OPTIONS=detect_leaks=0 write_before_delete "${lossy[@]}")
  run with_a_pause_at write "$number" 'sleep 0.3; kill -USR1 "$proxy"' check --stand-in "${lossy[@]}" "${pair[@]}"
  [ "$status" -eq 1 ]
  grep -q 'to delete KCDFIX-' "$BATS_TEST_TMPDIR/errors"
  nothing_left
  [ "$(closed .state | uniq)" = deleted ]

  run with_a_pause_at write "$number" 'sleep 0.3; dc-pause' check --stand-in --timeout 1 "${lossy[@]}" "${pair[@]}"
  [ "$status" -eq 3 ]
  grep -q '\[stand-in-left-behind\]' "$BATS_TEST_TMPDIR/errors"
  dc-resume
  is_said_and_cleaned
}

# ---- stand-in --clean: what it does not delete ----

# is_kept STATUS WHY: stand-in --clean ends with STATUS and says WHY, deletes nothing, and the record stays open.
is_kept() {
  local state
  state=$(record .state)
  clean --yes
  [ "$status" -eq "$1" ] || { echo "status $status: $output$stderr"; return 1; }
  [[ $stderr == *"is not the account that was recorded, and is not deleted: "*"$2"*"[stand-in-not-ours]"* ]] ||
    { echo "$stderr"; return 1; }
  clean --yes --json
  one_document "$1"
  [ "$(jq -r '.stand_ins[0].state' <<<"$output")" = left ]
  [ "$(accounts)" = "$name" ]
  [ -n "$(open_records)" ]
}

@test "a stranger that took the name is not deleted; when it is gone, the record is closed" {
  interrupted_at fsync 4 KILL check --stand-in "${pair[@]}" >/dev/null 2>&1 || [ $? -eq 137 ]
  name=$(record .name) # recorded, and never made
  ad-new-computer "${name%\$}" >/dev/null
  is_kept 6 "the description of KCDFIX-"
  ad-delete "$name"
  is_said_and_cleaned
  rm -rf "$open"

  leave_one # made, deleted by somebody else, and its name taken
  ad-delete "$name"
  ad-new-computer "${name%\$}" >/dev/null
  local stranger
  stranger=$(ad-get "$name" uSNChanged)
  clean --yes
  [ "$status" -eq 0 ]
  [ "$(closed .state)" = absent ]
  [ "$(ad-get "$name" uSNChanged)" = "$stranger" ]
  ad-delete "$name"
  nothing_left
}

@test "a stand-in that somebody took over is not deleted: another description, an SPN, something below it" {
  local description
  leave_one
  description=$(ad-get "$name" description)
  ad-set "$name" description 'the new file server'
  is_kept 6 "does not begin with the mark of a stand-in"
  ad-set "$name" description "kcdfix stand-in 00112233445566778899aabbccddeeff"
  is_kept 6 "is that of another stand-in"
  ad-set "$name" description "$description"
  ad-set "$name" servicePrincipalName HTTP/mine
  is_kept 6 "has a service principal name that kcdfix did not give it, HTTP/mine"
  ad-del "$name" servicePrincipalName
  printf 'dn: CN=below,%s\nchangetype: add\nobjectClass: serviceConnectionPoint\n' "$(dn_of "$name")" |
    ldapmodify -Q -N -Y GSSAPI -H "ldap://$KCDFIX_DC" >/dev/null
  is_kept 6 "has objects below it"
  ad-delete "CN=below,$(dn_of "$name")"
  is_said_and_cleaned
}

@test "a stand-in that was moved is found by its objectGUID" {
  leave_one
  ad-move "$name" OU=Stand
  is_said_and_cleaned
  ad-delete "$OU"
}

@test "records that cannot be used: nothing is deleted on a guess, and the file is named" {
  leave_one
  local file spoil
  file=$(open_records)
  cp "$file" "$BATS_TEST_TMPDIR/whole"
  for spoil in 'truncate -s 60' 'truncate -s 0' 'truncate -s 100000' 'chmod 666' 'chown 1' \
    'sed -i s/CORE2016/\"/' 'sed -i s/stand-in-record.1/stand-in-record_9/' 'sed -i s/made/made-up/' \
    'sed -i s/KCDFIX-..../KCDFIX-ABCDE/' 'ln -sfT /etc/hosts'; do
    eval "$spoil" '"$file"'
    run --separate-stderr kcdfix check "${pair[@]}"
    [ "$status" -eq 1 ]
    [[ $stderr == "kcdfix: a temporary account may be left behind: "*"${file##*/}"* ]]
    run --separate-stderr kcdfix history --json
    [ "$status" -eq 3 ]
    one_document 3
    clean --yes
    [ "$status" -eq 3 ] || { echo "$spoil: $status"; return 1; }
    [[ $stderr == *"${file##*/}"*"kcdfix stand-in --all; then remove the file"* ]]
    run --separate-stderr kcdfix stand-in --json
    one_document 3
    [ "$(accounts)" = "$name" ]
    rm -f "$file"
    (umask 077 && cp "$BATS_TEST_TMPDIR/whole" "$file")
  done
  is_said_and_cleaned
}

# ---- stand-in --clean: how it asks, and how it ends ----

# asked SCRIPT ARG...: kcdfix stand-in ARG on a terminal of its own, with expect's SCRIPT; ends with its status.
asked() {
  local script=$1
  shift
  run expect -c "set timeout 20; spawn -noecho kcdfix stand-in $*; $script; expect eof; exit [lindex [wait] 3]"
}

@test "it asks, and only the word yes deletes; without a terminal it needs --yes; without --clean it only lists" {
  leave_one
  local answer
  for answer in 'no\r' 'y\r' 'YES\r' '\r' '\004'; do
    asked "expect {Type yes to delete it: }; send \"$answer\"" --clean
    [ "$status" -eq 1 ]
    [[ $output == *"CN=$(tr -d '$' <<<"$name"),CN=Computers,DC=kcd,DC=test on dc1.kcd.test"*"nothing was deleted"* ]]
    [ "$(accounts)" = "$name" ]
  done
  asked 'expect {Type yes to delete it: }; send "\003"' --clean
  [ "$status" -eq 130 ]
  run --separate-stderr setsid -w kcdfix stand-in --clean --json </dev/null
  [ "$status" -eq 2 ]
  one_document 2
  run --separate-stderr kcdfix stand-in
  [ "$status" -eq 1 ]
  [[ $output == "$name on dc1.kcd.test, settings of CORE2016\$, made 20"*": left behind"* ]]
  run --separate-stderr kcdfix stand-in --json
  [ "$status" -eq 1 ]
  one_document 1
  [ "$(accounts)" = "$name" ]
  asked 'expect {Type yes to delete it: }; send "yes\r"' --clean
  [ "$status" -eq 0 ]
  nothing_left
  run kcdfix stand-in
  [ "$output" = "no temporary account is known to be left behind" ]
}

@test "two clean at once: what the first has deleted stays recorded so" {
  leave_one
  asked 'expect {Type yes to delete it: }; exec kcdfix stand-in --clean --yes 2>@stderr; send "yes\r"' --clean
  [ "$status" -eq 0 ]
  [ "$(closed .state)" = deleted ]
  [ -z "$(compgen -G "$open/*.lock")" ]
  nothing_left
}

@test "kill -9 at every step of a clean: the next one finishes" {
  local syscall number killed
  for syscall in rename unlink write; do
    for ((number = 1; ; number++)); do
      leave_one
      killed=0
      interrupted_at "$syscall" "$number" KILL stand-in --clean --yes >/dev/null 2>&1 || killed=$?
      clean --yes
      [ "$status" -eq 0 ] || { echo "$syscall $number: $output$stderr"; return 1; }
      nothing_left
      rm -rf "$open"
      [ "$killed" -eq 137 ] || break
    done
  done
}

# rename 1 is in the middle of the first, flock 4 between the two: behind the looks at both and the first's own.
@test "SIGINT in a clean of two: what was deleted is said, and nothing else was" {
  local moment gone
  for moment in "rename 1" "flock 4"; do
    leave_one
    leave_one
    # shellcheck disable=SC2086
    run --separate-stderr interrupted_at $moment INT stand-in --clean --yes
    [ "$status" -eq 130 ]
    [[ $stderr == *"kcdfix: interrupted; what is not listed was not touched   [interrupted]" ]]
    gone=$(grep -c ': deleted$' <<<"$output")
    [ "$gone" -ge 1 ]
    [ "$(accounts | wc -l)" = $((2 - gone)) ]
    [ "$moment" != "rename 1" ] || is_said
    clean --yes
    [ "$status" -eq 0 ]
    nothing_left
    rm -rf "$open"
  done
}

# ---- stand-in --all ----

# age NAME: as if it had been made long ago
age() {
  ad-local-set "$1" whenCreated 20250101000000.0Z
}

@test "--all: every marked account older than an hour; what is young, owned by others or in use is kept, and why" {
  local old young foreign used name
  leave_one; old=$name; age "$old"
  leave_one; young=$name
  leave_one; foreign=$name; age "$foreign"
  ad-local-set "$foreign" nTSecurityDescriptor 'O:{alice}G:DAD:(A;;GA;;;DA)(A;;GA;;;SY)'
  leave_one; used=$name; age "$used"
  ad-set "$used" servicePrincipalName HTTP/mine
  leave_one; recorded=$name
  ad-new-computer KCDFIX-MINE >/dev/null # no mark
  age 'KCDFIX-MINE$'
  local file
  for file in $(open_records); do
    [[ $file == *"${recorded%\$}.json" ]] || rm "$file"
  done

  run --separate-stderr kcdfix stand-in --all --json
  [ "$status" -eq 1 ]
  one_document 1
  [ "$(jq -r '.stand_ins[] | select(.record == null) | .name + " " + .state' <<<"$output" | sort)" = \
    "$(printf '%s\n' "$old open" "$young kept" "$foreign kept" "$used kept" | sort)" ]
  [ "$(accounts | wc -l)" = 6 ]

  asked 'expect {Type yes to delete it: }; send "no\r"' --clean --all
  [ "$status" -eq 1 ]
  [ "$(accounts | wc -l)" = 6 ]
  clean --all --yes
  [ "$status" -eq 0 ] || { echo "$output$stderr"; false; }
  text=$(tr -s ' \n' ' ' <<<"$output")
  [[ $text == *"$old on dc1.kcd.test, made 2025-01-01 00:00Z: deleted "* ]]
  [[ $text == *": kept $young is younger than an hour: another run may be using it"* ]]
  [[ $text == *": kept $foreign belongs to S-1-5-21-"*", neither to you nor to an administrators' group"* ]]
  [[ $text == *": kept $used has a service principal name that kcdfix did not give it, HTTP/mine"* ]]
  [ "$(accounts | sort)" = "$(printf '%s\n' 'KCDFIX-MINE$' "$young" "$foreign" "$used" | sort)" ]
  for name in KCDFIX-MINE "$young" "$foreign" "$used"; do ad-delete "$name"; done
  nothing_left
}

@test "--all: one's own is one's own, also without being an administrator" {
  make_ou
  rights '(OA;;CC;bf967a86-0de6-11d0-a285-00aa003049e2;;{plain})'
  pair=(NODE1 cifs/2016GUI)
  as plain bash -c "$(declare -f interrupted_at); interrupted_at fsync 6 KILL check --stand-in --stand-in-ou $OU \
    ${pair[*]}" >/dev/null 2>&1 || [ $? -eq 137 ]
  name=$(accounts)
  age "$name"
  rm -rf "$open"
  run --separate-stderr as alice kcdfix stand-in --clean --all --yes
  [ "$status" -eq 0 ]
  [ "$(accounts)" = "$name" ]
  run --separate-stderr as plain kcdfix stand-in --clean --all --yes
  [ "$status" -eq 0 ] || { echo "$output$stderr"; false; }
  nothing_left
  ad-delete "$OU"
}

# ---- several at once ----

meanwhile() {
  kcdfix history >/dev/null 2>"$BATS_TEST_TMPDIR/reminder"
  kcdfix check --stand-in --json "${pair[@]}" >"$BATS_TEST_TMPDIR/second" 2>/dev/null
  kcdfix stand-in --clean --all --yes --json >"$BATS_TEST_TMPDIR/clean" 2>/dev/null
  echo $? >"$BATS_TEST_TMPDIR/clean-status"
  accounts >"$BATS_TEST_TMPDIR/still"
}

@test "two runs at once: each has its own, and a clean in between leaves the one in use alone" {
  run with_a_pause_at fsync 6 meanwhile check --stand-in --json "${pair[@]}"
  [ "$status" -eq 1 ]
  local first second
  first=$(jq -r '.stand_ins[0].name' "$BATS_TEST_TMPDIR/output")
  second=$(jq -r '.stand_ins[0].name' "$BATS_TEST_TMPDIR/second")
  [ "$first" != "$second" ]
  [ "$(jq -r '.pairs[0].observed.by' "$BATS_TEST_TMPDIR/"{output,second} | uniq)" = stand-in ]
  [ ! -s "$BATS_TEST_TMPDIR/reminder" ]
  [ "$(<"$BATS_TEST_TMPDIR/still")" = "$first" ]
  [ "$(<"$BATS_TEST_TMPDIR/clean-status")" = 0 ]
  [ "$(jq -c '.stand_ins | map([.name, .state])' "$BATS_TEST_TMPDIR/clean")" = "[[\"$first\",\"in-use\"]]" ]
  nothing_left
}

@test "many runs at once, and a clean beside them" {
  local i jobs=()
  for i in 1 2 3 4 5 6; do
    kcdfix check --stand-in --json "${pair[@]}" >"$BATS_TEST_TMPDIR/run.$i" 2>"$BATS_TEST_TMPDIR/said.$i" 3>&- &
    jobs+=($!)
  done
  clean --yes
  [ "$status" -eq 0 ]
  for i in "${jobs[@]}"; do
    wait "$i" || [ $? -eq 1 ]
  done
  [ "$(jq -r '.stand_ins[0].end' "$BATS_TEST_TMPDIR"/run.* | uniq -c | tr -s ' ')" = ' 6 deleted' ]
  run ! grep -h 'left behind' "$BATS_TEST_TMPDIR"/said.*
  nothing_left
}

# ---- the disk ----

@test "a disk that is full at any step: nothing is made without its record, and nothing is left" {
  local syscall number
  for syscall in fsync link rename unlink; do
    for ((number = 1; ; number++)); do
      rm -rf "$XDG_STATE_HOME/kcdfix"
      run --separate-stderr env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o "$BATS_TEST_TMPDIR/trace" \
        -e trace="$syscall" -e inject="$syscall:error=ENOSPC:when=$number" \
        kcdfix check --stand-in "${pair[@]}"
      grep -q INJECTED "$BATS_TEST_TMPDIR/trace" || break
      [ "$status" -eq 1 ] || [ "$status" -eq 3 ]
      [ -z "$(accounts)" ]
      if [ -n "$(open_records)" ]; then is_said_and_cleaned; else nothing_left; fi
    done
  done
}

@test "an output that cannot be written, and closed streams: the account is gone all the same" {
  local where
  for where in '>/dev/full' '>&-' '2>/dev/full' '2>&- <&-' '>&- 2>&-' '| true'; do
    run --separate-stderr bash -c "kcdfix check --stand-in CORE2016 cifs/2016GUI $where"
    [ "$status" -eq 3 ] || [[ $where == 2* && $status -eq 1 ]] || [ "$where" = '| true' ]
    nothing_left
  done
  [ "$(closed .state | uniq -c | tr -s ' ')" = ' 6 deleted' ]
}

# ---- kill -9 ----

# What the record and the directory were when it died; "none" without record.
kind_of_end() {
  local files
  files=$(open_records)
  if [ -n "$files" ]; then
    echo "$(jq -r .state "$files") $(accounts | wc -l)"
  elif [ -n "$(ls "$open/closed" 2>/dev/null)" ]; then
    echo closed
  else
    echo none
  fi
}

@test "kill -9 at every step: what may be left is said, cleaned, and gone" {
  local syscall number status kind
  declare -A kinds
  ad-set CORE2016 userAccountControl 16781312 # a healthy pair asks the KDC least
  before=$(witness)
  pair=(-q CORE2016 cifs/SQL) # and this one fails, as is_said has it
  for syscall in fsync flock link rename unlink write sendto connect; do
    for ((number = 1; ; number++)); do
      rm -rf "$XDG_STATE_HOME/kcdfix"
      status=0
      interrupted_at "$syscall" "$number" KILL check --stand-in -S "$KCDFIX_DC" CORE2016 cifs/2016GUI \
        >/dev/null 2>&1 || status=$?
      [ "$status" -eq 137 ] || break
      kind=$(kind_of_end)
      kinds[$kind]=1
      if [[ $kind == none || $kind == closed ]]; then
        nothing_left
      else
        is_said_and_cleaned || { echo "$syscall $number: $kind"; return 1; }
      fi
    done
    [ "$status" -eq 0 ] || { echo "$syscall $number ended with $status"; return 1; }
    nothing_left
  done
  [ "$(printf '%s\n' "${!kinds[@]}" | sort | paste -sd,)" = "closed,made 0,made 1,none,planned 0,planned 1" ]
}
