#!/usr/bin/env bats
# The lab itself: what the other live tests stand on. Needs root and the packages of `tests/packages lab`.
# A test that looks at the domain runs one function inside a lab: in_lab [OPTION...] FUNCTION.
# shellcheck disable=SC2317 # those functions are called by name

bats_require_minimum_version 1.5.0

setup_file() {
  LAB=$(dirname "$BATS_TEST_FILENAME")/../lab/lab
  export LAB LC_ALL=C.UTF-8 # for \u in the values
  # A lab of its own even where the whole suite runs inside one.
  unset KCDFIX_LAB KCDFIX_LAB_DIR KCDFIX_BIN
  [[ $EUID == 0 ]] || return 0
  # The first run of all makes the domain: not in somebody's measured time.
  local samba dcs
  for samba in 4.17 4.22; do
    for dcs in 1 2; do "$LAB" --samba "$samba" --dcs "$dcs" run true 3>&-; done
  done
}

setup() {
  [[ $EUID == 0 ]] || skip "needs root"
  export TMPDIR="$BATS_TEST_TMPDIR/with blank"
  mkdir "$TMPDIR"
}

in_lab() {
  local function=${!#}
  # shellcheck disable=SC2163 # the function that the variable names
  export -f "$function" equal contains refused within
  "$LAB" "${@:1:$#-1}" run bash -euo pipefail -c "$function" 3>&-
}

# Inside the lab: equal GOT WANTED, contains TEXT PART, and refused CMD... for what must fail.
equal() {
  [[ $1 == "$2" ]] || { printf 'got:    %s\nwanted: %s\n' "$1" "$2" >&2; return 1; }
}

contains() {
  [[ $1 == *"$2"* ]] || { printf 'got:     %s\nwithout: %s\n' "$1" "$2" >&2; return 1; }
}

refused() {
  ! "$@" >/dev/null 2>&1 || { echo "was not refused: $*" >&2; return 1; }
}

# within SECONDS CMD...: CMD succeeds before that.
within() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" 2>/dev/null; do
    ((SECONDS < deadline)) || { echo "not in time: $*" >&2; return 1; }
    sleep 0.1
  done
}

nothing_left() {
  [[ -z $(ls -A "$TMPDIR") ]]
}

wait_until() {
  within 10 "$@"
}

# start_lab: a lab in the background that writes its network namespace to a file. Sets lab_pid.
# SIGINT by default again: a background job has it ignored.
start_lab() {
  # shellcheck disable=SC2016 # expanded inside
  env --default-signal=INT "$LAB" run bash -c 'readlink /proc/self/ns/net >"$1.new"; mv "$1.new" "$1"; sleep 600' \
    bash "$BATS_TEST_TMPDIR/namespace" 3>&- &
  lab_pid=$!
  wait_until test -s "$BATS_TEST_TMPDIR/namespace"
}

# The network namespace stands for all of them: unlike the PID namespace, a zombie has none any more.
namespace_is_empty() {
  local id link
  id=$(cat "$BATS_TEST_TMPDIR/namespace")
  for link in /proc/[0-9]*/ns/net; do
    [[ $(readlink "$link" 2>/dev/null) != "$id" ]] || return 1
  done
}

@test "a command runs with its arguments, input and directory, and its status comes back" {
  cd "$TMPDIR"
  # shellcheck disable=SC2016 # expanded inside
  run -7 --separate-stderr "$LAB" run sh -c 'pwd; echo "[$1]"; cat; exit 7' sh 'a  b' <<<input
  [[ $output == "$TMPDIR"$'\n[a  b]\ninput' ]]
  nothing_left
}

@test "wrong usage and a command that does not exist" {
  run -2 "$LAB"
  run -2 "$LAB" run
  run -2 "$LAB" shell extra
  run -2 "$LAB" --samba 4.21 run true
  run -2 "$LAB" --samba
  run -2 "$LAB" --dcs 3 run true
  run -2 "$LAB" --no-such-option run true
  run -2 "$LAB" --dcs 2 clean
  run -127 "$LAB" run no-such-command
  run -0 "$LAB" --help
  KCDFIX_BIN=/does/not/exist run -125 "$LAB" run true
  nothing_left
}

@test "a helper command outside a lab refuses" {
  run -1 "$(dirname "$LAB")/bin/ad-get" alice cn
  [[ $output == "ad-get: only works inside a lab"* ]]
}

@test "the binary under test is on PATH" {
  KCDFIX_BIN=/bin/echo run -0 "$LAB" run kcdfix works
  [[ $output == works ]]
}

environment() {
  equal "$KCDFIX_LAB $KCDFIX_DC $KCDFIX_REALM $KCDFIX_DOMAIN" "1 dc1.kcd.test KCD.TEST KCD"
  equal "${KCDFIX_DC2-none}" none
  equal "$XDG_STATE_HOME" "$KCDFIX_LAB_DIR/state"
  equal "$HOME" "$KCDFIX_LAB_DIR/home"
  equal "$(klist | sed -n 's/^Default principal: //p')" admin@KCD.TEST
  equal "$(ip -o link | wc -l)" 1
  equal "$(find "$KCDFIX_LAB_DIR/passwords" "$KCDFIX_LAB_DIR/keytabs" -type f -perm /077)" ""
  local keytab
  for keytab in core2016 2016gui node1 node2 sofs2016 hv1 hv2 web sql nospn off ouhost fs1 alice; do
    test -s "$KCDFIX_LAB_DIR/keytabs/$keytab.keytab"
  done
  test ! -e "$KCDFIX_LAB_DIR/keytabs/nokeys.keytab"
}

@test "the environment, the files and the network are as documented" {
  in_lab environment
  in_lab --samba 4.22 environment
}

answers() {
  ldapsearch -LLL -Q -N -Y GSSAPI -H "ldap://$KCDFIX_DC" -s base -b DC=kcd,DC=test dn
  kinit -k -t "$KCDFIX_LAB_DIR/keytabs/alice.keytab" -c MEMORY: alice
  local name site=Default-First-Site-Name._sites
  for name in _ldap._tcp _ldap._tcp.dc._msdcs "_ldap._tcp.$site" "_ldap._tcp.$site.dc._msdcs"; do
    equal "$(dig +short SRV "$name.kcd.test")" "0 100 389 dc1.kcd.test."
  done
  for name in _kerberos._tcp _kerberos._udp _kerberos._tcp.dc._msdcs "_kerberos._tcp.$site"; do
    equal "$(dig +short SRV "$name.kcd.test")" "0 100 88 dc1.kcd.test."
  done
  equal "$(dig +short dc1.kcd.test)" 127.0.0.10
  equal "$(dig +short SRV _ldap._tcp.no-such.kcd.test)" ""
}

@test "the domain answers LDAP, Kerberos and DNS" {
  in_lab answers
  in_lab --samba 4.22 answers
}

generation() {
  root() { ldapsearch -LLL -Q -N -Y GSSAPI -H "ldap://$KCDFIX_DC" -s base -b '' "$1" | sed -n "s/^$1: //p"; }
  equal "$(root domainFunctionality)" "$1"
  equal "$(root domainControllerFunctionality)" "$2"
  equal "$KCDFIX_LAB_FLAVOUR" "$3"
}

older() { generation 4 4 samba-heimdal-4.17; }
newer() { generation 7 7 samba-heimdal-4.19; }

@test "two generations: this machine's Samba, and that of Debian 13 at level 2016" {
  export -f generation
  in_lab older
  in_lab --samba 4.22 newer
}

# The one thing that only the newer KDC does.
resource_based() {
  local ccache=FILE:$KCDFIX_LAB_DIR/web.ccache status=0
  ad-set 'WEB$' userAccountControl $((0x1001000))
  kinit -f -k -t "$KCDFIX_LAB_DIR/keytabs/web.keytab" -c "$ccache" 'WEB$'
  kvno -q -c "$ccache" -U alice -P cifs/FS1 2>/dev/null || status=$?
  case $KCDFIX_LAB_FLAVOUR in
    samba-heimdal-4.17) equal "$status" 1 ;;
    *) equal "$status" 0 ;;
  esac
  refused kvno -q -c "$ccache" -U alice -P cifs/2016GUI
  refused kvno -q -c "$ccache" -U bob -P cifs/FS1
}

@test "FS1 accepts WEB: granted by the newer KDC alone" {
  in_lab resource_based
  in_lab --samba 4.22 resource_based
}

@test "a tree that could not be made is not used, and leaves nothing" {
  local cache=$BATS_TEST_TMPDIR/cache bin=$BATS_TEST_TMPDIR/bin
  mkdir "$bin"
  # shellcheck disable=SC2016 # expanded inside
  printf '#!/bin/sh\nmkdir -p "$5/usr"; echo no network; exit 1\n' >"$bin/debootstrap"
  chmod +x "$bin/debootstrap"
  KCDFIX_LAB_CACHE=$cache PATH=$bin:$PATH run -125 "$LAB" --samba 4.22 run true
  [[ $output == *"no network"*"could not make the tree of Debian 13"* ]]
  [[ $(ls -A "$cache") == tree.lock ]]
  nothing_left
}

delegation() {
  local ccache=FILE:$KCDFIX_LAB_DIR/host.ccache
  host_ticket() { kinit -f -k -t "$KCDFIX_LAB_DIR/keytabs/core2016.keytab" -c "$ccache" 'CORE2016$'; }
  host_ticket
  contains "$(kvno -c "$ccache" -U alice -P cifs/2016GUI 2>&1)" "can't fulfill requested option"
  grep -q 'Missing forwardable flag' "$KCDFIX_LAB_DIR/samba.log"
  ad-set 'CORE2016$' userAccountControl $((0x1001000))
  host_ticket
  kvno -q -c "$ccache" -U alice -P cifs/2016GUI
  contains "$(kvno -c "$ccache" HOST/NOKEYS 2>&1)" "no support for encryption type"
}

@test "CORE2016 is refused as in the story, and served with protocol transition" {
  in_lab delegation
}

accounts() {
  uac() { ad-get "$1" userAccountControl msDS-User-Account-Control-Computed | paste -sd ' '; }
  equal "$(uac alice)" "512 0"
  equal "$(uac bob)" "$((0x100200)) 0"
  equal "$(uac dave)" "514 0"
  equal "$(uac gina)" "512 $((0x800000))"
  equal "$(uac hank)" "$((0x40200)) 0"
  equal "$(uac lisa)" "512 16"
  equal "$(uac 'CORE2016$')" "4096 0"
  equal "$(uac 'OFF$')" "4098 0"
  equal "$(ad-get 'CORE2016$' msDS-AllowedToDelegateTo dNSHostName)" $'cifs/2016GUI\nCORE2016.kcd.test'
  equal "$(ad-get 'OUHOST$' msDS-AllowedToDelegateTo distinguishedName)" \
    $'cifs/2016GUI\nCN=OUHOST,OU=HyperV,DC=kcd,DC=test'
  equal "$(ad-get 'NOSPN$' servicePrincipalName)" ""
  equal "$(ad-get 'SQL$' servicePrincipalName | sort)" $'HOST/SQL\nHOST/SQL.kcd.test\nMSSQLSvc/sql.kcd.test:1433'
  equal "$(ad-get 'HV1$' servicePrincipalName | grep -c '^Microsoft.* Virtual.* System.* Migration.* Service/HV1')" 4
  equal "$(ad-get jmueller cn)" 'Jörg Müller'
  equal "$(ad-get hostile cn)" $'We"ird (na*me) back\\slash \u200fRTL'
  equal "$(ad-get paul primaryGroupID)" 525
  local user
  for user in dave erin gina lisa hank; do refused as "$user" true; done
  for user in admin ouadmin plain alice bob carol nina paul jmueller; do as "$user" true; done
}

@test "the accounts are as documented" {
  in_lab accounts
}

protected_users() {
  local group user
  group=$(ad-get -b 'Protected Users' objectSid)
  for user in carol nina paul; do
    contains "$(ad-get -b "$user" tokenGroups)" "$group"
  done
  refused contains "$(ad-get -b alice tokenGroups)" "$group"
}

@test "carol, nina (nested) and paul (primary group) are in Protected Users" {
  in_lab protected_users
}

rights() {
  write_as() {
    as "$1" ldapmodify -Q -N -Y GSSAPI -H "ldap://$KCDFIX_DC" <<LDIF 2>&1 >/dev/null
dn: $(ad-get "$2" distinguishedName)
changetype: modify
replace: $3
$3: $4
LDIF
  }
  write_as admin 'CORE2016$' userAccountControl $((0x1001000))
  write_as ouadmin 'OUHOST$' description mine
  refused write_as ouadmin 'CORE2016$' description mine
  refused write_as plain 'OUHOST$' description mine
  contains "$(write_as ouadmin 'OUHOST$' msDS-AllowedToDelegateTo cifs/x)" SePrivEnableDelegation
  contains "$(write_as ouadmin 'OUHOST$' userAccountControl $((0x1001000)))" SeEnableDelegationPrivilege
}

@test "admin may change delegation; ouadmin lacks the privilege, plain any right" {
  in_lab rights
}

values() {
  local value=$'  \\ "quo\'te" * () ü \e[31m \u202e end '
  ad-set alice description "$value"
  equal "$(ad-get alice description)" "$value"
  refused ad-set 'CN=nobody,CN=Users,DC=kcd,DC=test' description x
  ad-set "$(ad-get hostile distinguishedName)" description by-dn
  equal "$(ad-get hostile description)" by-dn
  ad-set 'WEB$' msDS-AllowedToDelegateTo cifs/one cifs/two
  ad-add 'WEB$' msDS-AllowedToDelegateTo cifs/three
  refused ad-add 'WEB$' msDS-AllowedToDelegateTo cifs/three
  ad-del 'WEB$' msDS-AllowedToDelegateTo cifs/one
  equal "$(ad-get 'WEB$' msDS-AllowedToDelegateTo | sort | paste -sd ' ')" "cifs/three cifs/two"
  ad-del 'WEB$' msDS-AllowedToDelegateTo
  equal "$(ad-get 'WEB$' msDS-AllowedToDelegateTo)" ""
  refused ad-del 'WEB$' msDS-AllowedToDelegateTo
  refused ad-get nobody cn
}

@test "ad-get, ad-set, ad-add and ad-del keep every byte and fail loudly" {
  in_lab values
}

local_values() {
  ad-local-set 'SQL$' msDS-AllowedToActOnBehalfOfOtherIdentity 'O:BAD:(A;;0xf01ff;;;{WEB$})'
  hex() { ad-get -b "$@" | base64 -d | od -An -v -tx1 | tr -d ' \n'; }
  contains "$(hex 'SQL$' msDS-AllowedToActOnBehalfOfOtherIdentity)" "$(hex 'WEB$' objectSid)"
  ad-local-set 'SQL$' msDS-AllowedToActOnBehalfOfOtherIdentity base64:AAEC
  equal "$(ad-get -b 'SQL$' msDS-AllowedToActOnBehalfOfOtherIdentity)" AAEC
  ad-local-set 'SQL$' msDS-AllowedToActOnBehalfOfOtherIdentity
  equal "$(ad-get -b 'SQL$' msDS-AllowedToActOnBehalfOfOtherIdentity)" ""
  refused ad-local-set 'NOBODY$' description x
}

@test "ad-local-set writes what LDAP refuses" {
  in_lab local_values
  in_lab --samba 4.22 local_values
}

# An empty descriptor and one with an owner, as base64.
rbcd_over_ldap() {
  local old=AQAAgAAAAAAAAAAAAAAAAAAAAAA= new=AQAAgBQAAAAAAAAAAAAAAAAAAAABAgAAAAAABSAAAAAgAgAA
  modify() {
    {
      printf 'dn: CN=SQL,CN=Computers,DC=kcd,DC=test\nchangetype: modify\n'
      printf '%s: msDS-AllowedToActOnBehalfOfOtherIdentity\nmsDS-AllowedToActOnBehalfOfOtherIdentity:: %s\n-\n' "$@"
    } | ldapmodify -Q -N -Y GSSAPI -H "ldap://$KCDFIX_DC" >/dev/null 2>&1 || return $?
  }
  status() { local status=0; "$@" || status=$?; echo "$status"; }
  equal "$(status modify add "$old")" "$EXPECTED_STATUS"
  [[ $EXPECTED_STATUS == 0 ]] || return 0
  equal "$(ad-get -b 'SQL$' msDS-AllowedToActOnBehalfOfOtherIdentity)" "$old"
  equal "$(status modify delete "$old" add "$new")" 0
  equal "$(ad-get -b 'SQL$' msDS-AllowedToActOnBehalfOfOtherIdentity)" "$new"
  equal "$(status modify delete "$old" add "$new")" 16
}

@test "--rbcd-writable lets LDAP write the resource-based entries, and nothing else does" {
  EXPECTED_STATUS=19 in_lab rbcd_over_ldap
  EXPECTED_STATUS=0 in_lab --rbcd-writable rbcd_over_ldap
  EXPECTED_STATUS=0 in_lab --samba 4.22 --rbcd-writable rbcd_over_ldap
  EXPECTED_STATUS=0 in_lab --dcs 2 --rbcd-writable rbcd_over_ldap
}

two_dcs() {
  at_2() { KCDFIX_DC=$KCDFIX_DC2 "$@"; }
  shows() { equal "$("${@:2}" ad-get alice description)" "$1"; }
  equal "$KCDFIX_DC2 $(dig +short dc2.kcd.test)" "dc2.kcd.test 127.0.0.11"
  equal "$(dig +short SRV _ldap._tcp.kcd.test | sort | paste -sd ' ')" "0 100 389 dc1.kcd.test. 0 100 389 dc2.kcd.test."
  equal "$(dig +short SRV _kerberos._udp.kcd.test | wc -l)" 2
  ad-set alice description one
  within 20 shows one at_2
  at_2 ad-set alice description two
  within 20 shows two
  replication hold
  ad-set alice description three
  sleep 4
  shows two at_2
  replication now
  shows three at_2
  at_2 ad-set alice description four
  sleep 3
  shows three
  replication release
  shows four
  at_2 ad-local-set 'SQL$' msDS-AllowedToActOnBehalfOfOtherIdentity base64:AAEC
  replication now
  equal "$(ad-get -b 'SQL$' msDS-AllowedToActOnBehalfOfOtherIdentity)" AAEC
  dc-stop dc1
  shows four at_2
  kinit -k -t "$KCDFIX_LAB_DIR/keytabs/alice.keytab" -c MEMORY: alice
}

@test "two DCs replicate, held back and let go; each serves alone" {
  in_lab --dcs 2 two_dcs
  in_lab --samba 4.22 --dcs 2 two_dcs
  run -1 "$LAB" run replication hold
  [[ $output == *"one domain controller"* ]]
}

new_accounts() {
  local keytab=$KCDFIX_LAB_DIR/keytabs/new.keytab
  by_key() { kinit -k -t "$keytab" -c MEMORY: 'NEW$'; }
  ad-new-computer NEW HTTP/new
  equal "$(ad-get 'NEW$' servicePrincipalName userAccountControl)" $'HTTP/new\n4096'
  by_key
  ad-password 'NEW$'
  refused by_key
  ad-keytab 'NEW$' "$keytab"
  by_key
  ad-delete 'NEW$'
  refused ad-get 'NEW$' cn
  refused ad-keytab 'NOKEYS$' "$keytab"
  ad-new-user newuser
  contains "$(as newuser klist -f)" "Flags: F"
  ad-password newuser
  as newuser true
}

@test "new accounts, new passwords, old keys" {
  in_lab new_accounts
}

outages() {
  search() { timeout 1 ldapsearch -Q -N -Y GSSAPI -H "ldap://$KCDFIX_DC" -s base -b DC=kcd,DC=test dn >/dev/null; }
  log_in() { kinit -k -t "$KCDFIX_LAB_DIR/keytabs/alice.keytab" -c MEMORY: alice; }
  kdc-close
  search
  refused log_in
  ad-set alice description closed
  kdc-open
  log_in
  equal "$(ad-get alice description)" closed
  dc-pause
  refused search
  dc-resume
  search
  dc-stop
  refused search
  refused ad-get alice cn
  refused dc-pause
  dc-start
  search
  dc-pause
  dc-stop
}

@test "the DC stops, pauses and starts again; its KDC closes alone" {
  in_lab outages
}

dns() {
  dns-add _ldap._tcp.kcd.test SRV 'dead.kcd.test 389 0 100'
  equal "$(dig +short SRV _ldap._tcp.kcd.test | sort)" $'0 100 389 dc1.kcd.test.\n0 100 389 dead.kcd.test.'
  dns-del _ldap._tcp.kcd.test SRV 'dead.kcd.test 389 0 100'
  dns-del _ldap._tcp.dc._msdcs.kcd.test SRV 'dc1.kcd.test 389 0 100'
  equal "$(dig +short SRV _ldap._tcp.dc._msdcs.kcd.test)" ""
  refused dns-del _ldap._tcp.dc._msdcs.kcd.test SRV 'dc1.kcd.test 389 0 100'
  dns-add dead.kcd.test A 127.0.0.99
  equal "$(dig +short dead.kcd.test)" 127.0.0.99
}

@test "DNS records come and go" {
  in_lab dns
}

# shellcheck disable=SC2016 # expanded inside
@test "two labs at once do not see each other" {
  "$LAB" run bash -c 'ad-set alice description one; sleep 1; ad-get alice description' >"$BATS_TEST_TMPDIR/one" 3>&- &
  run -0 "$LAB" run bash -c 'ad-set alice description two; sleep 1; ad-get alice description'
  wait $!
  [[ $output == two ]]
  [[ $(cat "$BATS_TEST_TMPDIR/one") == one ]]
  nothing_left
}

@test "a signal ends the lab and removes everything" {
  local signal
  for signal in INT TERM HUP; do
    rm -f "$BATS_TEST_TMPDIR/namespace"
    start_lab
    kill -s "$signal" "$lab_pid"
    status=0
    wait "$lab_pid" || status=$?
    [[ $status == $((128 + $(kill -l "$signal"))) ]]
    namespace_is_empty
    nothing_left
  done
}

@test "kill -9 leaves no process, and the next start removes the directory" {
  start_lab
  kill -KILL "$lab_pid"
  wait_until namespace_is_empty
  "$LAB" run true 3>&-
  nothing_left
}

@test "two first runs at once make one domain; clean forgets it" {
  export KCDFIX_LAB_CACHE=$BATS_TEST_TMPDIR/cache
  "$LAB" run true 3>&- &
  "$LAB" run true 3>&-
  wait $!
  [[ $(find "$KCDFIX_LAB_CACHE" -name 'domain.*' | wc -l) == 1 ]]
  [[ -z $(find "$KCDFIX_LAB_CACHE" -name 'building.*') ]]
  "$LAB" clean
  [[ -z $(find "$KCDFIX_LAB_CACHE" -name 'domain.*') ]]
  nothing_left
}

@test "the shell says what to try and has the keytabs at hand" {
  cat >"$BATS_TEST_TMPDIR/talk" <<'TALK'
set timeout 20
spawn [lindex $argv 0] shell
expect "kcdfix check -k core2016.keytab" {} default { exit 90 }
expect "KCD.TEST\\] " {} default { exit 91 }
send "klist -s && sh -c 'ls -L core2016.keytab && exec sleep 60'\r"
expect "core2016.keytab\r\n" {} default { exit 92 }
send "\003"
expect "KCD.TEST\\] " {} default { exit 93 }
send "exit 9\r"
expect eof {} default { exit 94 }
exit [lindex [wait] 3]
TALK
  run -9 expect "$BATS_TEST_TMPDIR/talk" "$LAB" 3>&-
  nothing_left
}
