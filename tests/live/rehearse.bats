# apply --rehearse on a real domain controller: what it makes there, what it proves, and what it leaves alone.

# shellcheck disable=SC2030,SC2031,SC2154 # each test has a shell of its own; `run` sets stderr

bats_require_minimum_version 1.5.0

readonly KERBEROS_ONLY=4096
readonly ANY_PROTOCOL=16781312
readonly BASE=DC=kcd,DC=test
readonly SHOW_DELETED='!1.2.840.113556.1.4.417'

search() {
  KRB5CCNAME=$KCDFIX_LAB_DIR/admin.ccache ldapsearch -Q -Y GSSAPI -N -LLL -o ldif-wrap=no -H "ldap://$KCDFIX_DC" "$@"
}

# The names of the temporary accounts that are there.
alive() {
  search -b "$BASE" '(sAMAccountName=KCDFIX-*)' sAMAccountName | sed -n 's/^sAMAccountName: //p'
}
export -f search alive
export BASE

# userAccountControl of those that were made since the test began and are deleted, in the order in which they were made.
made() {
  search -E "$SHOW_DELETED" -b "$BASE" "(&(isDeleted=TRUE)(sAMAccountName=KCDFIX-*)(uSNCreated>=$first_usn))" \
    uSNCreated userAccountControl |
    awk '/^uSNCreated/ { usn = $2 } /^userAccountControl/ { uac = $2 } /^$/ && usn { print usn, uac; usn = "" }' |
    sort -n | cut -d' ' -f2
}

# nothing_left COUNT: so many were made, and none of them is there, nor an open record.
nothing_left() {
  [ "$(made | wc -l)" = "$1" ] || { printf 'made: %s\n' "$(made)"; return 1; }
  [ -z "$(alive)" ]
  [ -z "$(compgen -G "$stand_ins/*.json")" ]
}

nothing_recorded() {
  [ -z "$(compgen -G "$changes/*.json")" ]
}

state_of() {
  ad-get "$1" userAccountControl
  ad-get "$1" msDS-AllowedToDelegateTo | sort
}

# With the number of its last change: not even the same values were written again.
witness() {
  state_of "$1"
  ad-get "$1" uSNChanged
}

setup() {
  for host in CORE2016 NODE1 NODE2; do
    ad-set "$host" userAccountControl "$KERBEROS_ONLY"
    ad-set "$host" msDS-AllowedToDelegateTo cifs/2016GUI
    ad-del "$host" msDS-SupportedEncryptionTypes 2>/dev/null || true
  done
  rm -rf "$XDG_STATE_HOME/kcdfix"
  stand_ins=$XDG_STATE_HOME/kcdfix/stand-ins
  changes=$XDG_STATE_HOME/kcdfix/changes
  first_usn=$(search -s base -b '' highestCommittedUSN | sed -n 's/^highestCommittedUSN: //p')
  first_usn=$((first_usn + 1))
  pair=(--as alice CORE2016 cifs/2016GUI)
}

teardown() {
  dc-start
}

# The output without its line breaks.
words() {
  tr -s ' \n' ' ' <<<"$output"
}

# The rows of the rehearsal.
rows() {
  sed -nE 's/^  (as it is|with the change) +/\1: /p' <<<"$output" | tr -s ' '
}

# in_the_middle COMMAND ARG...: kcdfix is stopped with its first temporary account made; COMMAND; it goes on. Slow at
# each write to the disk, so that there is time to see it. $account is the name; ends as kcdfix does. A job in the
# background ignores SIGINT, unless told not to.
in_the_middle() {
  local command=$1
  shift
  ASAN_OPTIONS=detect_leaks=0 env --default-signal=INT strace -f -qq -o /dev/null -e trace=fsync \
    -e inject=fsync:delay_exit=200000 kcdfix "$@" >"$BATS_TEST_TMPDIR/output" 2>&1 &
  local job=$! pid
  until account=$(jq -er 'select(.state == "made") | .name' "$stand_ins"/*.json 2>/dev/null); do kill -0 "$job"; done
  pid=$(pgrep -x kcdfix)
  kill -STOP "$pid"
  eval "$command"
  kill -CONT "$pid"
  wait "$job"
}

@test "the case of the article, without any key: refused, rehearsed, changed, working, and taken back" {
  before=$(state_of CORE2016)
  run -1 --separate-stderr kcdfix check --json --stand-in "${pair[@]}"
  [ "$(jq -r '.pairs[0] | .verdict + " " + .observed.by + " " + .observed.s4u2proxy.name' <<<"$output")" = \
    "fails stand-in KDC_ERR_BADOPTION" ]
  [ "$(jq -c '.pairs[0].observed.stand_in' <<<"$output")" = '{"covers":true,"limits":[]}' ]
  nothing_left 1
  run -0 kcdfix apply --protocol-transition --rehearse --yes "${pair[@]}"
  [ "$(rows)" = "as it is: S4U2Self not fwd S4U2Proxy to cifs/2016GUI KDC_ERR_BADOPTION (13)
with the change: S4U2Self fwd S4U2Proxy ticket for alice to cifs/2016GUI" ]
  [[ "$output" == *"changed and read back"*": WORKS"* ]]
  nothing_left 3
  [ "$(state_of CORE2016)" = $'16781312\ncifs/2016GUI\ncifs/2016GUI.kcd.test' ]
  run -0 kcdfix check --stand-in "${pair[@]}"
  [[ "${lines[*]}" == *": WORKS"* ]]
  run -0 kcdfix undo --yes
  [ "$(state_of CORE2016)" = "$before" ]
  nothing_left 4
}

@test "two accounts are made, the one as planned first, each with the settings that it stands for" {
  kcdfix apply --protocol-transition --rehearse --yes "${pair[@]}"
  [ "$(made | paste -sd,)" = "$ANY_PROTOCOL,$KERBEROS_ONLY" ]
  nothing_left 2
  ad-set CORE2016 userAccountControl "$KERBEROS_ONLY"
  ad-set CORE2016 msDS-AllowedToDelegateTo cifs/SQL
  ad-set CORE2016 msDS-SupportedEncryptionTypes 24
  look='state_of "$account" >"$BATS_TEST_TMPDIR/seen"; ad-get "$account" msDS-SupportedEncryptionTypes \
    distinguishedName >>"$BATS_TEST_TMPDIR/seen"'
  in_the_middle "$look" apply --protocol-transition --rehearse --yes "${pair[@]}"
  [ "$(cat "$BATS_TEST_TMPDIR/seen")" = "$ANY_PROTOCOL
cifs/2016GUI
cifs/2016GUI.kcd.test
cifs/SQL
24
CN=${account%\$},CN=Computers,DC=kcd,DC=test" ]
  nothing_left 4
}

@test "-n --rehearse shows the proof and writes nothing" {
  before=$(witness CORE2016)
  run -1 kcdfix apply -n --protocol-transition --rehearse "${pair[@]}"
  [[ "$(rows)" == *"with the change: S4U2Self fwd S4U2Proxy ticket for alice to cifs/2016GUI" ]]
  [[ "$output" == *"nothing was changed"* ]]
  [ "$(witness CORE2016)" = "$before" ]
  nothing_recorded
  nothing_left 2
}

@test "--rehearse with --emit: stdout is the script alone, and empty where the rehearsal fails" {
  before=$(witness CORE2016)
  run -1 --separate-stderr kcdfix apply --emit ldif --protocol-transition --rehearse "${pair[@]}"
  [[ "$stderr" == *"ticket for alice to cifs/2016GUI"* ]]
  [ "$(grep -cvE '^(#|dn:|changetype:|(add|delete):|msDS-AllowedToDelegateTo:|userAccountControl:|-$|$)' \
    <<<"$output")" = 0 ]
  [ "$(grep -c '^changetype: modify$' <<<"$output")" = 1 ]
  nothing_left 2
  run -1 --separate-stderr kcdfix apply --emit ldif --rehearse "${pair[@]}"
  [ -z "$output" ]
  [[ "$stderr" == *"the change did not help"* ]]
  [ "$(witness CORE2016)" = "$before" ]
  nothing_left 4
}

# declined ID WORDS ARG...: the rehearsal shows that it would not help, and CORE2016 is not written.
declined() {
  local id=$1 words=$2
  shift 2
  before=$(witness CORE2016)
  run -1 kcdfix apply --yes --rehearse "$@"
  [[ "$output" == *"CORE2016: not changed   [$id]"* ]]
  [[ "$(words)" == *"In the rehearsal the change did not help: for $words"* ]]
  [ "$(witness CORE2016)" = "$before" ]
  nothing_recorded
}

@test "a change that does not help is not made: the list alone, a sensitive user, a service without keys" {
  declined protocol-transition-off 'cifs/2016GUI the KDC answers KDC_ERR_BADOPTION (13). The SPN is listed, but' \
    "${pair[@]}"
  nothing_left 2
  ad-set CORE2016 userAccountControl "$ANY_PROTOCOL"
  declined user-sensitive 'cifs/2016GUI the KDC answers KDC_ERR_BADOPTION (13). bob is marked' \
    --as bob CORE2016 cifs/2016GUI
  nothing_left 4
  declined target-without-keys 'cifs/NOKEYS the KDC answers KDC_ERR_ETYPE_NOSUPP (14). NOKEYS,' \
    "${pair[@]}" cifs/NOKEYS
  nothing_left 6
}

@test "a user who is not there: the KDC says so" {
  ad-set CORE2016 userAccountControl "$ANY_PROTOCOL"
  declined user-not-found 'cifs/2016GUI there is no ticket to go on with. No user named' \
    --as no-such-user CORE2016 cifs/2016GUI
  nothing_left 2
}

@test "what the rules refuse already is not rehearsed" {
  before=$(witness CORE2016)
  run -1 kcdfix apply --yes --rehearse --as alice CORE2016 cifs/nobody-has-this
  [[ "$output" == *"[target-spn-missing]"* ]]
  run -1 kcdfix apply --yes --protocol-transition --rehearse --as bob CORE2016 cifs/2016GUI
  [[ "$(words)" == *"[user-sensitive] The change would not help: bob"* ]]
  [ "$(witness CORE2016)" = "$before" ]
  nothing_left 0
}

@test "what a stand-in cannot copy is not rehearsed, and no account is made" {
  ad-set CORE2016 userAccountControl "$ANY_PROTOCOL"
  group=CN="Protected Users",CN=Users,$BASE
  ad-add "$group" member "CN=CORE2016,CN=Computers,$BASE"
  before=$(witness CORE2016)
  run kcdfix apply --yes --rehearse "${pair[@]}"
  ad-del "$group" member "CN=CORE2016,CN=Computers,$BASE"
  [ "$status" -eq 3 ]
  [[ "$output" == *"CORE2016 is in Protected Users: a stand-in is not"* ]]
  [ "$(witness CORE2016)" = "$before" ]
  nothing_left 0
}

@test "hosts with equal settings share a rehearsal, others have their own" {
  run -0 kcdfix apply --protocol-transition --rehearse --yes --as alice NODE1 NODE2 cifs/SOFS2016
  [[ "$(words)" == *"temporary accounts with the settings of NODE1$ and NODE2$ (which are equal)"* ]]
  [ "$(rows | wc -l)" = 2 ]
  for host in NODE1 NODE2; do [ "$(ad-get "$host" userAccountControl)" = "$ANY_PROTOCOL" ]; done
  nothing_left 2
  kcdfix undo --yes
  ad-add NODE2 msDS-AllowedToDelegateTo cifs/SQL
  run -0 kcdfix apply --protocol-transition --rehearse --yes --as alice NODE1 NODE2 cifs/SOFS2016
  [ "$(rows | wc -l)" = 4 ]
  nothing_left 6
  # a Windows KDC asks for an SPN: a host without one does not share the proof of a host that has one
  kcdfix undo --yes
  ad-del NODE2 msDS-AllowedToDelegateTo
  ad-set NODE2 msDS-AllowedToDelegateTo cifs/2016GUI
  local spns
  mapfile -t spns < <(ad-get NODE2 servicePrincipalName)
  ad-del NODE2 servicePrincipalName
  run -1 kcdfix apply -n --protocol-transition --rehearse --as alice NODE1 NODE2 cifs/SOFS2016
  ad-set NODE2 servicePrincipalName "${spns[@]}"
  [ "$(rows | wc -l)" = 4 ]
  nothing_left 10
}

@test "some are proved and some are not: the proved ones are changed, status 7, and which is said" {
  ad-set NODE1 userAccountControl "$ANY_PROTOCOL"
  before=$(witness NODE2)
  run -7 kcdfix apply --rehearse --yes --as alice NODE1 NODE2 cifs/SOFS2016
  [[ "$output" == *"NODE2: not changed   [protocol-transition-off]"* ]]
  [[ "$output" == *"record "*-NODE1* ]]
  ad-get NODE1 msDS-AllowedToDelegateTo | grep -qx cifs/SOFS2016
  [ "$(witness NODE2)" = "$before" ]
  nothing_left 4
}

# at_the_question COMMAND ANSWER ARG...: COMMAND while the question stands; then the answer. Ends as kcdfix does.
at_the_question() {
  local command=$1 answer=$2
  shift 2
  expect -c "log_user 1; spawn kcdfix apply $*; expect {change it: }
    exec bash -c {$command}; send \"$answer\\r\"; expect eof; exit [lindex [wait] 3]"
}

@test "declined at the question: the accounts were gone before it was asked" {
  before=$(witness CORE2016)
  run -1 at_the_question "alive >$BATS_TEST_TMPDIR/alive" no --protocol-transition --rehearse "${pair[@]}"
  [ -e "$BATS_TEST_TMPDIR/alive" ]
  [ ! -s "$BATS_TEST_TMPDIR/alive" ]
  [ "$(witness CORE2016)" = "$before" ]
  nothing_left 2
}

@test "what was rehearsed has to be what is there when it is written" {
  for change in 'userAccountControl 4128' 'msDS-SupportedEncryptionTypes 3' 'msDS-AllowedToDelegateTo cifs/SQL'; do
    # shellcheck disable=SC2086 # two words
    run -6 at_the_question "ad-set CORE2016 $change" yes --protocol-transition --rehearse "${pair[@]}"
    [[ "$output" == *"changed since the difference was shown"* ]]
    [ $(($(ad-get CORE2016 userAccountControl) & 0x1000000)) -eq 0 ]
    nothing_recorded
    ad-set CORE2016 userAccountControl "$KERBEROS_ONLY"
    ad-del CORE2016 msDS-SupportedEncryptionTypes 2>/dev/null || true
  done
  nothing_left 6
}

@test "who may not create computers is told before anything is made" {
  before=$(witness CORE2016)
  run -4 as plain kcdfix apply --protocol-transition --rehearse --yes "${pair[@]}"
  [[ "$output" == *'the right "Create Computer objects"'*"[stand-in-denied]"* ]]
  [ "$(witness CORE2016)" = "$before" ]
  nothing_left 0
}

@test "who may create computers but not trust them for delegation: no object is made, not even the one as it is" {
  ad-del NODE1 msDS-AllowedToDelegateTo
  before=$(witness NODE1)
  sid=$(as plain "$KCDFIX_BUILD_DIR/tests/live/dirtool" login-sid plain@KCD.TEST)
  printf 'dn: OU=Stand,%s\nchangetype: add\nobjectClass: organizationalUnit\n' "$BASE" |
    ldapmodify -Q -Y GSSAPI -N -H "ldap://$KCDFIX_DC" >/dev/null
  samba-tool dsacl set -H "ldap://$KCDFIX_DC" --use-kerberos=required --objectdn="OU=Stand,$BASE" \
    --sddl="(OA;;CC;bf967a86-0de6-11d0-a285-00aa003049e2;;${sid#login: })" >/dev/null
  run -4 as plain kcdfix apply --protocol-transition --rehearse --yes --stand-in-ou "OU=Stand,$BASE" --as alice NODE1 \
    cifs/2016GUI
  [[ "$output" == *"SeEnableDelegationPrivilege"*"[no-delegation-privilege]"* ]]
  [ "$(witness NODE1)" = "$before" ]
  nothing_left 0
  # as it is, NODE1 needs no privilege: it is the order that keeps from making that one
  as plain kcdfix check --stand-in --stand-in-ou "OU=Stand,$BASE" --as alice NODE1 cifs/2016GUI || [ $? -eq 1 ]
  nothing_left 1
}

@test "interrupted in the middle of a rehearsal: nothing is changed, and no account is left" {
  for signal in INT TERM HUP; do
    before=$(witness CORE2016)
    run in_the_middle 'alive; kill -'"$signal"' "$pid"' apply --protocol-transition --rehearse --yes "${pair[@]}"
    [ "$status" -eq 130 ] || { echo "SIG$signal: $status"; cat "$BATS_TEST_TMPDIR/output"; return 1; }
    [[ "$output" == KCDFIX-* ]] # it was there
    grep -q "interrupted; nothing was changed" "$BATS_TEST_TMPDIR/output"
    [ "$(witness CORE2016)" = "$before" ]
    [ -z "$(alive)" ]
  done
  nothing_left 3
}

@test "the DC stops in the middle: nothing is changed, what may be left is said, and removed afterwards" {
  before=$(witness CORE2016)
  run in_the_middle dc-stop apply --protocol-transition --rehearse --yes --timeout 3 "${pair[@]}"
  dc-start
  [ "$status" -eq 3 ]
  grep -q "kcdfix stand-in --clean" "$BATS_TEST_TMPDIR/output"
  [ "$(witness CORE2016)" = "$before" ]
  [ "$(alive | wc -l)" = 1 ]
  run -0 kcdfix stand-in --clean --yes
  nothing_left 1
}

@test "--json: the rehearsals and their accounts stand in the document" {
  run -0 --separate-stderr kcdfix apply --json --protocol-transition --rehearse --yes --as alice NODE1 NODE2 \
    cifs/SOFS2016
  [ "$(jq -s length <<<"$output")" = 1 ]
  [ "$(jq -c '.rehearsals[] | [.hosts, .user, .proved, .limits, (.pairs[] | .spn, .before.s4u2self.forwardable,
    .before.s4u2proxy.name, .after.s4u2self.forwardable, .after.s4u2proxy.outcome)]' <<<"$output")" = \
    '[["NODE1$","NODE2$"],"alice",true,[],"cifs/SOFS2016",false,"KDC_ERR_BADOPTION",true,"ticket"]' ]
  [ "$(jq -c '[.rehearsals[0] | .after_account, .before_account] == [.stand_ins[].name]' <<<"$output")" = true ]
  [ "$(jq -c '[.stand_ins[] | .purpose, .end, .dc] | unique' <<<"$output")" = '["dc1.kcd.test","deleted","rehearsal"]' ]
  [ "$(jq -c '[.objects[].state] | unique' <<<"$output")" = '["applied"]' ]
  run -1 --separate-stderr kcdfix apply --json --rehearse --yes "${pair[@]}"
  [ "$(jq -c '[.rehearsals[0].proved, .changed, (.objects[0] | .state, .error.id)]' <<<"$output")" = \
    '[false,false,"refused","protocol-transition-off"]' ]
  nothing_left 4
}

@test "with the host's key too: rehearsed without it, and checked with it afterwards" {
  run -0 kcdfix apply --protocol-transition --rehearse --yes -k "$KCDFIX_LAB_DIR/keytabs/core2016.keytab" "${pair[@]}"
  [ "$(rows | wc -l)" = 2 ]
  [[ "$output" == *"WORKS"*"confirmed by its KDC: ticket for alice to cifs/2016GUI"* ]]
  nothing_left 2
}

@test "what cannot be rehearsed is a wrong command" {
  run -2 kcdfix apply --resource-based --rehearse --yes "${pair[@]}"
  [[ "$output" == *"--rehearse cannot prove it"* ]]
  run -2 kcdfix apply --kerberos-only --rehearse --yes "${pair[@]}"
  [[ "$output" == *"--kerberos-only takes it away"* ]]
  run -2 kcdfix apply --stand-in-ou OU=Stand,DC=kcd,DC=test --yes "${pair[@]}"
  run -2 kcdfix apply --rehearse --stand-in-ou Computers --yes "${pair[@]}"
  run -2 kcdfix apply --rehearse "${pair[@]}" </dev/null # nobody to ask
  nothing_left 0
}
