#!/usr/bin/env bats
# What src/directory reads and writes on a real domain controller, by dirtool. Runs inside a lab.

bats_require_minimum_version 1.5.0

readonly HOST_DN=CN=CORE2016,CN=Computers,DC=kcd,DC=test
readonly LISTED=cifs/2016GUI
readonly LIMIT_MS=1500

setup_file() {
  if [[ ${KCDFIX_LAB:-} != 1 ]]; then
    echo "run this file inside a lab: tests/lab/lab run bats $BATS_TEST_FILENAME" >&2
    return 1
  fi
  kvno -q "ldap/$KCDFIX_DC"
}

# A test may end while the DC is paused or stopped.
teardown() {
  dc-resume 2>/dev/null || true
  dc-start
}

dirtool() {
  "$KCDFIX_BUILD_DIR/tests/live/dirtool" "$@"
}

has() {
  local line
  for line in "${lines[@]}"; do
    # shellcheck disable=SC2053 # a pattern on purpose
    [[ $line != $1 ]] || return 0
  done
  printf 'no line "%s" in:\n%s\n' "$1" "$output" >&2
  return 1
}

has_not() {
  local line
  for line in "${lines[@]}"; do
    # shellcheck disable=SC2053
    [[ $line == $1 ]] || continue
    printf 'a line "%s" in:\n%s\n' "$1" "$output" >&2
    return 1
  done
}

# gather [OPTION...] HOST|SPN...
gather() {
  run -0 dirtool "${@:1:$#-1}" "${@: -1}"
}

# raw_spn ADD|DELETE CN VALUE: in the file of the domain partition, below all modules: no DC lets two accounts have the
# same SPN, but replication and old domains do.
raw_spn() {
  /usr/bin/python3 -I - "$KCDFIX_LAB_DIR/dc1/private/sam.ldb.d/DC=KCD,DC=TEST.ldb" "$@" <<'PYTHON'
import sys, ldb
path, flag, cn, value = sys.argv[1:]
db = ldb.Ldb(f"tdb://{path}", options=["modules:"])
message = ldb.Message(ldb.Dn(db, f"CN={cn},CN=Computers,DC=kcd,DC=test"))
message["spn"] = ldb.MessageElement([value], getattr(ldb, f"FLAG_MOD_{flag}"), "servicePrincipalName")
db.modify(message)
PYTHON
}

# timed CMD...: runs it and leaves the time it took in $elapsed, in milliseconds.
timed() {
  local begin=${EPOCHREALTIME/./}
  run "$@"
  elapsed=$(((${EPOCHREALTIME/./} - begin) / 1000))
}

is_quick() {
  ((elapsed < $1)) || { echo "took $elapsed ms" >&2; return 1; }
}

# ---- the DC ----

@test "the DC is known from its RootDSE, and its account tells the flavour" {
  gather gather CORE2016 "$LISTED"
  has "dc.name: $KCDFIX_DC"
  has "dc.site: Default-First-Site-Name"
  has "dc.domain: kcd.test"
  has "dc.realm: KCD.TEST"
  has "dc.vendor: Samba Team *"
  has "dc.flavour: samba-heimdal-4.17"
  has "dc.sid: S-1-5-21-*-*-*"
  has "dc.read_only: 1"
  has "dc.clock: near"
}

@test "an ordinary check is RootDSE, bind, RootDSE and two flights: thirteen requests" {
  gather -u alice gather CORE2016 "$LISTED"
  has "requests: 13"
  has "host.matches: 1"
  has "target.owner: 2016GUI\$ mapped HOST/2016GUI"
  has "target.sibling: cifs/2016GUI.kcd.test"
  has "target.sibling_owner: 2016GUI\$ mapped HOST/2016GUI.kcd.test"
  has "user: CN=alice,*"
  has "krbtgt.uac: 0x202"
}

# ---- hosts ----

@test "a host is found by every form of its name" {
  local name
  for name in CORE2016 core2016 'CORE2016$' 'KCD\CORE2016' 'kcd\core2016$' 'kcd.test\CORE2016' core2016.kcd.test \
    CORE2016.KCD.TEST. "$HOST_DN"; do
    gather gather "$name" "$LISTED"
    has "host.matches: 1"
    has "host: $HOST_DN"
  done
}

@test "a host whose account has another name than its DNS name is found by the DNS name" {
  ad-set 'NODE2$' dNSHostName different.kcd.test
  gather gather different.kcd.test "$LISTED"
  has "host: CN=NODE2,*"
  has "host.token: *"
  gather gather node2.kcd.test "$LISTED" # its account name alone is not enough where its DNS name is another
  has "host.matches: 0"
  ad-set 'NODE2$' dNSHostName NODE2.kcd.test
}

@test "two computers of one DNS name are ambiguous" {
  ad-set 'NODE2$' dNSHostName twin.kcd.test
  ad-set 'NOSPN$' dNSHostName twin.kcd.test # one with HOST/ SPNs would get a second HOST/twin.kcd.test: refused
  gather gather twin.kcd.test "$LISTED" # NODE2 alone holds HOST/twin.kcd.test, but that is not all
  has "host.matches: 2"
  has "host: none"
  has "host.match: CN=NOSPN,*"
  has "host.match: CN=NODE2,*"
  ad-set 'NOSPN$' dNSHostName NOSPN.kcd.test
  ad-set 'NODE2$' dNSHostName NODE2.kcd.test
}

@test "a computer comes before a user of the same name, a user alone is told" {
  ad-new-user CORE2016
  gather gather CORE2016 "$LISTED"
  has "host.matches: 1"
  has "host: $HOST_DN"
  ad-delete CN=CORE2016,CN=Users,DC=kcd,DC=test
  gather gather alice "$LISTED"
  has "host: CN=alice,*"
  has "host.kind: 0"
}

@test "names that mean nothing here are not found, another domain is refused" {
  local name
  for name in nobody '*' 'a)(cn=*' core2016.other.test 'CN=nobody,DC=kcd,DC=test' 'CN=x,DC=other,DC=test' $'a\e[31m'; do
    gather gather "$name" "$LISTED"
    has "host.matches: 0"
  done
  run -1 dirtool gather 'OTHER\CORE2016' "$LISTED"
  has "code: 1"
  run -1 dirtool gather 'other.test\CORE2016' "$LISTED"
  has "code: 1"
}

@test "a disabled host and one without SPNs or keys are told as they are" {
  gather gather OFF "$LISTED"
  has "host.uac: 0x1002"
  gather gather NOSPN "$LISTED"
  has "host.spn.n: 0"
  gather gather CORE2016 host/NOKEYS
  has "target.owner: NOKEYS\$ direct HOST/NOKEYS"
}

# ---- users ----

@test "a user is found by every form of the name" {
  local name
  for name in alice ALICE 'KCD\alice' 'kcd.test\alice' alice@kcd.test ALICE@KCD.TEST \
    CN=alice,CN=Users,DC=kcd,DC=test; do
    gather -u "$name" gather CORE2016 "$LISTED"
    has "user.matches: 1"
    has "user: CN=alice,*"
  done
  gather -u 'Jörg Müller' gather CORE2016 "$LISTED"
  has "user: CN=Jörg Müller,*"
  has "user.sam: jmueller"
}

@test "a user of another realm or domain is told with it" {
  gather -u alice@other.test gather CORE2016 "$LISTED"
  has "user.matches: 0"
  has "user.realm: other.test"
  gather -u 'OTHER\alice' gather CORE2016 "$LISTED"
  has "user.matches: 0"
  has "user.realm: OTHER"
  gather -u nobody gather CORE2016 "$LISTED"
  has "user.matches: 0"
  has "user.realm: -"
}

@test "another suffix in userPrincipalName is no other realm" {
  ad-set alice userPrincipalName alice@mail.test
  gather -u alice@mail.test gather CORE2016 "$LISTED"
  has "user: CN=alice,*"
  has "user.realm: -"
  gather -u alice@KCD.TEST gather CORE2016 "$LISTED"
  has "user: CN=alice,*"
  ad-set alice userPrincipalName alice@kcd.test
}

@test "Protected Users: direct, nested, by primary group, and a host" {
  local user
  for user in carol nina paul; do
    gather -u "$user" gather CORE2016 "$LISTED"
    has "user.protected: yes"
  done
  gather -u alice gather CORE2016 "$LISTED"
  has "user.protected: no"
  has "host.protected: no"
  ad-add 'CN=Protected Users,CN=Users,DC=kcd,DC=test' member CN=HV1,CN=Computers,DC=kcd,DC=test
  gather gather HV1 "$LISTED"
  has "host.protected: yes"
  ad-del 'CN=Protected Users,CN=Users,DC=kcd,DC=test' member CN=HV1,CN=Computers,DC=kcd,DC=test
}

@test "the states of a user are read" {
  gather -u bob gather CORE2016 "$LISTED"
  has "user.uac: 0x100200"
  gather -u dave gather CORE2016 "$LISTED"
  has "user.uac: 0x202"
  gather -u lisa gather CORE2016 "$LISTED"
  has "user.computed: 0x10"
}

@test "a name made to break a filter is found as it is" {
  gather -u hostile gather CORE2016 "$LISTED"
  has 'user: CN=We*"ird (na\*me) back*RTL,CN=Users,*'
  [[ $output != *$'\u200f'* ]]
}

# ---- SPNs ----

@test "sPNMappings: cifs stands for host, a Hyper-V class and a foreign one do not" {
  gather gather CORE2016 cifs/WEB http/web MSSQLSvc/sql.kcd.test:1433 'Hyper-V Replica Service/HV1' nonsense/WEB
  has "target.owner: WEB\$ mapped HOST/WEB"
  has "target.owner: WEB\$ direct HTTP/web"
  has "target.owner: SQL\$ direct MSSQLSvc/sql.kcd.test:1433"
  [[ $(grep -c '^target.owner.n: 0' <<<"$output") == 2 ]]
  [[ $(grep -c '^target.mapped: 1' <<<"$output") == 2 ]] # cifs and http
}

@test "an SPN on two accounts has two owners" {
  raw_spn ADD WEB cifs/2016GUI
  raw_spn ADD SQL cifs/2016GUI
  gather gather CORE2016 "$LISTED"
  has "target.owner.n: 3"
  has "target.owner: WEB\$ direct cifs/2016GUI"
  has "target.owner: SQL\$ direct cifs/2016GUI"
  has "target.owner: 2016GUI\$ mapped HOST/2016GUI"
  raw_spn DELETE WEB cifs/2016GUI
  raw_spn DELETE SQL cifs/2016GUI
}

@test "the escaped form of a name with blanks is looked for as well" {
  gather gather HV1 'Microsoft Virtual System Migration Service/HV2'
  has "target.escaped: 1"
  has "target.owner: HV2\$ direct Microsoft Virtual System Migration Service/HV2"
  gather gather HV1 'Microsoft Virtual System Migration Service/WEB'
  has "target.escaped: 0"
  has "target.owner.n: 0"
}

@test "a target in another DNS domain: the FQDN form is that of its owner" {
  ad-set 'WEB$' dNSHostName web.elsewhere.test # Samba renames the HOST/ SPN with it
  gather gather CORE2016 cifs/WEB
  has "target.sibling: cifs/web.elsewhere.test"
  has "target.sibling_owner: WEB\$ mapped HOST/web.elsewhere.test"
  ad-set 'WEB$' dNSHostName WEB.kcd.test
}

@test "an account that lists the SPN in the host's place is named" {
  gather gather NODE1 "$LISTED"
  has "holder: CORE2016\$"
  has "holder: OUHOST\$"
  gather gather CORE2016 "$LISTED"
  has "holder.n: 0"
}

@test "without SPN operands every entry of the list is a target, with its owner" {
  ad-set 'NODE1$' msDS-AllowedToDelegateTo cifs/WEB cifs/2016GUI cifs/broken@KCD.TEST cifs/nowhere
  gather gather NODE1
  has "targets.n: 3"
  has "target.owner: WEB\$ mapped HOST/WEB"
  gather -r gather NODE1 cifs/WEB
  has "host.reachable: cifs/2016GUI -> 2016GUI\$"
  has "host.reachable: cifs/nowhere -> nobody"
  has "host.reachable.n: 4"
  ad-del 'NODE1$' msDS-AllowedToDelegateTo
}

@test "privileged users: neither the disabled nor the sensitive; this KDC does not heed Protected Users" {
  local user
  for user in alice bob carol nina paul dave; do ad-set "$user" adminCount 1; done
  gather -r gather CORE2016 "$LISTED"
  for user in alice carol nina paul; do has "privileged: $user"; done
  has_not "privileged: @(bob|dave)"
  for user in alice bob carol nina paul dave; do ad-del "$user" adminCount; done
}

# ---- much ----

@test "3000 values of a list, and pages of objects" {
  { printf 'dn: CN=NODE1,CN=Computers,DC=kcd,DC=test\nchangetype: modify\nreplace: msDS-AllowedToDelegateTo\n'
    printf 'msDS-AllowedToDelegateTo: cifs/pc%d.kcd.test\n' {1..3000}
  } | ldapmodify -Q -Y GSSAPI -N -H "ldap://$KCDFIX_DC" >/dev/null
  gather gather NODE1 cifs/pc7.kcd.test
  has "host.list.n: 3000"
  ad-del 'NODE1$' msDS-AllowedToDelegateTo
  run -0 dirtool count '(objectClass=*)'
  local objects=${lines[0]#objects: } all
  all=$(ldapsearch -LLL -Q -Y GSSAPI -N -H "ldap://$KCDFIX_DC" -E pr=500/noprompt -b DC=kcd,DC=test dn)
  [[ $objects == "$(grep -c ^dn: <<<"$all")" ]]
  run -0 dirtool count '(cn=*)'
  has "pages: 1"
}

# ---- the login ----

# between MODE PORT: somebody in the middle, who leaves what was sent in $seen.
between() {
  seen=$BATS_TEST_TMPDIR/seen-$1
  "$BATS_TEST_DIRNAME/tap.py" "$1" 127.0.0.10 "$2" "$seen" 3>&- &
  until [[ -e $seen ]]; do sleep 0.05; done
}

@test "the connection is sealed: after the login nothing crosses the wire in the clear" {
  between tap 3890
  run -0 dirtool -p 3890 gather CORE2016 "$LISTED"
  has "host: $HOST_DN"
  grep -aq dnsHostName "$seen" # the RootDSE is read before the login
  grep -aq GSSAPI "$seen"
  run ! grep -aqiE 'servicePrincipalName|CORE2016|tokenGroups' "$seen"
}

@test "a bind that somebody calls a success without proof is none" {
  between lie 3891
  run -1 dirtool -p 3891 gather CORE2016 "$LISTED"
  has_not "host: *"
  has "code: @(5|11)"
  run ! grep -aqiE 'servicePrincipalName|CORE2016|tokenGroups' "$seen"
}

@test "what somebody changes before the login is not believed after it" {
  between swap 3892
  run -0 dirtool -p 3892 gather CORE2016 "$LISTED"
  has "target.owner: 2016GUI\$ mapped HOST/2016GUI" # by sPNMappings, which are below configurationNamingContext
  between rename 3893
  run -1 dirtool -p 3893 gather CORE2016 "$LISTED"
  has_not "host: *"
  has "code: 5"
  has "id: dc-changed-identity"
  has 'error: *another name before the login than after it, "dc9.kcd.test" and not "dc1.kcd.test"*'
}

@test "environment and ldap.conf do not weaken it" {
  LDAPSASL_SECPROPS=minssf=0,maxssf=0 LDAPSASL_NOCANON=off LDAPREFERRALS=on LDAPSIZELIMIT=1 LDAPTIMELIMIT=1 \
    LDAPSASL_MECH=EXTERNAL LDAPURI=ldap://elsewhere.test run -0 dirtool -r -u alice gather CORE2016 "$LISTED"
  has "host: $HOST_DN"
  has "privileged.n: *"
}

@test "without the GSSAPI plugin the package is named" {
  mkdir "$BATS_TEST_TMPDIR/no-plugins"
  SASL_PATH=$BATS_TEST_TMPDIR/no-plugins run -1 dirtool dc
  has "id: sasl-plugin-missing"
  has "next: *libsasl2-modules-gssapi-mit*"
}

@test "without a ticket the login fails and says so" {
  KRB5CCNAME=FILE:$BATS_TEST_TMPDIR/none run -1 dirtool dc
  has "code: 5"
  has "error: cannot log in to *"
}

@test "ldaps: no GSSAPI inside TLS on this DC; an unknown CA is refused, whatever the environment says" {
  local ca=$KCDFIX_LAB_DIR/dc1/private/tls/ca.pem
  LDAPTLS_CACERT=$ca ASAN_OPTIONS=detect_leaks=0 run -1 dirtool -l dc
  has "error: *does not allow a Kerberos login (GSSAPI) inside TLS"
  has "next: use ldap://$KCDFIX_DC*"
  has "foreign: ldap 8 *"
  LDAPTLS_REQCERT=never run -1 dirtool -l dc
  has "error: no TLS connection to *"
}

# ---- writing ----

@test "a modify tells what became of it" {
  run -0 dirtool modify CORE2016 add msDS-AllowedToDelegateTo cifs/WEB
  has "usn_before: told"
  run -1 dirtool modify CORE2016 add msDS-AllowedToDelegateTo cifs/WEB
  has "code: 7"
  has "foreign: ldap 20 attributeOrValueExists"
  run -0 dirtool modify CORE2016 delete msDS-AllowedToDelegateTo cifs/WEB
  run -1 dirtool modify CORE2016 delete msDS-AllowedToDelegateTo cifs/WEB
  has "code: 7"
  has "foreign: ldap 16 noSuchAttribute"
}

@test "without rights a modify is denied, and the server's words are kept" {
  run -1 as plain "$KCDFIX_BUILD_DIR/tests/live/dirtool" modify CORE2016 add msDS-AllowedToDelegateTo cifs/WEB
  has "code: 6"
  has "said: *has no write property access"
  run -1 as ouadmin "$KCDFIX_BUILD_DIR/tests/live/dirtool" modify OUHOST add msDS-AllowedToDelegateTo cifs/WEB
  has "code: 6"
  has "said: *SePrivEnableDelegation*"
}

@test "the account read back has the metadata of the change" {
  run -0 dirtool account CORE2016
  has "account.uac_version: *"
  has "account.protected: unknown" # groups are not read anew
  has "account.list: $LISTED"
}

@test "a modify whose answer never comes is of unknown result, and was done here" {
  touch "$BATS_TEST_TMPDIR/login" # the hook runs after the login and again before the modify: only then is it to pause
  timed dirtool -t "$LIMIT_MS" -b "rm $BATS_TEST_TMPDIR/login 2>/dev/null || dc-pause" modify CORE2016 add \
    msDS-AllowedToDelegateTo cifs/LOST
  dc-resume
  [[ $status == 1 ]]
  has "code: 9"
  has "error: the change was sent to *, and no answer came in time: it is done or not done"
  is_quick 4000
  until ad-get 'CORE2016$' msDS-AllowedToDelegateTo | grep -qx cifs/LOST; do sleep 0.1; done
  ad-del 'CORE2016$' msDS-AllowedToDelegateTo cifs/LOST
}

# ---- stand-ins ----

readonly MARK='kcdfix stand-in 00112233445566778899aabbccddeeff'
readonly SECRET=Aa1-5be1f0c7d2a94e3388

# make [-b HOOK] CN [SPN...]: a stand-in in $container (CN=Computers where it is not set)
make() {
  local options=()
  [[ $1 != -b ]] || { options=(-t "$LIMIT_MS" -b "$2"); shift 2; }
  run dirtool "${options[@]}" stand-in-add "${container:-CN=Computers,DC=kcd,DC=test}" "$1" "$SECRET" "$MARK: test" \
    "${@:2}"
}

# eventually STATUS CMD...: CMD ends with STATUS, within five seconds
eventually() {
  local wanted=$1 got deadline=$((SECONDS + 5))
  shift
  while got=0; "$@" || got=$?; ((got != wanted)); do
    ((SECONDS < deadline)) || { echo "still status $got: $*" >&2; return 1; }
    sleep 0.1
  done
}

# child_right USER: an OU=Stand where USER may create computer objects, and nothing else
child_right() {
  local sid
  sid=$(as "$1" "$KCDFIX_BUILD_DIR/tests/live/dirtool" login-sid "$1@KCD.TEST")
  printf 'dn: OU=Stand,DC=kcd,DC=test\nchangetype: add\nobjectClass: organizationalUnit\n' |
    ldapmodify -Q -Y GSSAPI -N -H "ldap://$KCDFIX_DC" >/dev/null
  samba-tool dsacl set -H "ldap://$KCDFIX_DC" --use-kerberos=required --objectdn=OU=Stand,DC=kcd,DC=test \
    --sddl="(OA;;CC;bf967a86-0de6-11d0-a285-00aa003049e2;;${sid#login: })" >/dev/null
}

@test "the login's own SID is told" {
  local user
  for user in admin plain; do
    run -0 as "$user" "$KCDFIX_BUILD_DIR/tests/live/dirtool" login-sid "$user@KCD.TEST"
    has "login: $(/usr/bin/python3 -I -c '
import sys; from samba.ndr import ndr_unpack; from samba.dcerpc import security
print(ndr_unpack(security.dom_sid, sys.stdin.buffer.read()))' < <(ad-get -b "$user" objectSid | base64 -d))"
  done
}

@test "a stand-in is made, seen with all that proves it, and deleted" {
  make KCDFIX-4F21 cifs/WEB cifs/2016GUI
  [[ $status == 0 ]]
  has "dynamic: 0"
  run -0 ad-get 'KCDFIX-4F21$' objectClass userAccountControl msDS-SupportedEncryptionTypes msDS-AllowedToDelegateTo
  has computer
  has_not dynamicObject
  has 4096
  has 24
  has cifs/WEB
  has cifs/2016GUI
  kinit -c MEMORY: 'KCDFIX-4F21$' <<<"$SECRET" # its password is the one that was sent
  run -0 dirtool stand-in 'KCDFIX-4F21$'
  has "stand-in: CN=KCDFIX-4F21,CN=Computers,DC=kcd,DC=test"
  has "stand-in.name: KCDFIX-4F21\$"
  has "stand-in.description: $MARK: test"
  has "stand-in.spns: 0"
  has "stand-in.created: now"
  has "stand-in.children: 0"
  has "stand-in.owner: S-1-5-21-*-512" # what a domain administrator makes belongs to Domain Admins
  run -0 dirtool stand-ins
  has "stand-ins: 1"
  has "stand-in.name: KCDFIX-4F21\$"
  run -0 dirtool stand-in-delete 'KCDFIX-4F21$'
  run -1 ad-get 'KCDFIX-4F21$' description
  run -1 dirtool stand-in 'KCDFIX-4F21$'
  has "code: 2"
  has "error: there is no account KCDFIX-4F21\$ on $KCDFIX_DC"
  run -0 dirtool stand-ins
  has "stand-ins: 0"
}

@test "a name in use is taken, as DN and as account name; the one that has it stays" {
  make KCDFIX-4F22
  make KCDFIX-4F22
  [[ $status == 1 ]]
  has "code: 7"
  has "id: stand-in-name-taken"
  container=CN=Users,DC=kcd,DC=test make KCDFIX-4F22
  has "id: stand-in-name-taken"
  run -0 dirtool stand-in-delete 'KCDFIX-4F22$'
}

@test "objects below a stand-in are seen, and it is not deleted with them" {
  make KCDFIX-4F23
  printf '%s\n' "dn: CN=below,CN=KCDFIX-4F23,CN=Computers,DC=kcd,DC=test" "changetype: add" \
    "objectClass: serviceConnectionPoint" |
    ldapmodify -Q -Y GSSAPI -N -H "ldap://$KCDFIX_DC" >/dev/null
  run -0 dirtool stand-in 'KCDFIX-4F23$'
  has "stand-in.children: 1"
  run -1 dirtool stand-in-delete 'KCDFIX-4F23$'
  has "code: 7"
  has "foreign: ldap 66 *"
  ad-delete CN=below,CN=KCDFIX-4F23,CN=Computers,DC=kcd,DC=test
  run -0 dirtool stand-in-delete 'KCDFIX-4F23$'
}

@test "who may create, and who may not; a quota does not count" {
  run -0 dirtool may-create CN=Computers,DC=kcd,DC=test
  run -1 as plain "$KCDFIX_BUILD_DIR/tests/live/dirtool" may-create CN=Computers,DC=kcd,DC=test
  has "code: 6"
  has "error: you may not create computer objects in CN=Computers,DC=kcd,DC=test on $KCDFIX_DC (the right \
\"Create Computer objects\")"
  has "next: name a container where you may with --stand-in-ou, or run it as a domain administrator"
  run -1 as ouadmin "$KCDFIX_BUILD_DIR/tests/live/dirtool" may-create OU=HyperV,DC=kcd,DC=test
  has "id: stand-in-denied"
  local container
  for container in OU=Nope,DC=kcd,DC=test nonsense ''; do
    run -1 dirtool may-create "$container"
    has "code: 2"
    has "id: stand-in-container"
  done
  container=OU=Nope,DC=kcd,DC=test make KCDFIX-4F24
  has "code: 2"
  has "id: stand-in-container"
}

@test "the right to create is not the right to delegate: denied, and nothing is there" {
  child_right plain
  run -0 as plain "$KCDFIX_BUILD_DIR/tests/live/dirtool" may-create OU=Stand,DC=kcd,DC=test
  run -1 as plain "$KCDFIX_BUILD_DIR/tests/live/dirtool" stand-in-add OU=Stand,DC=kcd,DC=test KCDFIX-4F25 "$SECRET" \
    "$MARK: test" cifs/WEB
  has "code: 6"
  has "id: stand-in-denied"
  has "said: *SePrivEnableDelegation*"
  run -1 ad-get 'KCDFIX-4F25$' description
  run -0 as plain "$KCDFIX_BUILD_DIR/tests/live/dirtool" stand-in-add OU=Stand,DC=kcd,DC=test KCDFIX-4F25 "$SECRET" \
    "$MARK: test"
  run -0 as plain "$KCDFIX_BUILD_DIR/tests/live/dirtool" login-sid plain@KCD.TEST
  local own=${output#login: }
  run -0 dirtool stand-in 'KCDFIX-4F25$'
  has "stand-in.owner: $own"
  run -1 as ouadmin "$KCDFIX_BUILD_DIR/tests/live/dirtool" stand-in-delete 'KCDFIX-4F25$'
  has "code: 6"
  run -0 as plain "$KCDFIX_BUILD_DIR/tests/live/dirtool" stand-in-delete 'KCDFIX-4F25$' # its owner may
  ad-delete OU=Stand,DC=kcd,DC=test
}

@test "an add and a delete whose answers never come are of unknown result, and were done here" {
  touch "$BATS_TEST_TMPDIR/login" # as for the modify above
  local pause="rm $BATS_TEST_TMPDIR/login 2>/dev/null || dc-pause"
  make -b "$pause" KCDFIX-4F26
  dc-resume
  [[ $status == 1 ]]
  has "code: 9"
  has "error: the request to create the account was sent to *, and no answer came in time: it is done or not done"
  eventually 0 dirtool stand-in 'KCDFIX-4F26$'
  touch "$BATS_TEST_TMPDIR/login"
  run -1 dirtool -t "$LIMIT_MS" -b "$pause" stand-in-delete 'KCDFIX-4F26$'
  dc-resume
  has "code: 9"
  has "error: the request to delete the account was sent to *, and no answer came in time: it is done or not done"
  eventually 1 dirtool stand-in 'KCDFIX-4F26$'
}

# ---- a DC that does not answer ----

@test "DC stopped: refused at once; port closed: named" {
  dc-stop
  timed dirtool -t "$LIMIT_MS" dc
  [[ $status == 1 ]]
  is_quick 1000
  has "error: cannot connect to $KCDFIX_DC, port 389, at 127.0.0.10: Connection refused"
  has "id: dc-unreachable"
  dc-start
  run -1 dirtool -p 3999 dc
  has "error: *port 3999*Connection refused"
  run -1 dirtool -s nowhere.kcd.test dc
  has "error: there is no address for the name nowhere.kcd.test"
}

@test "DC paused before, after the connect and in the middle: one clear line within the limit" {
  dc-pause
  timed dirtool -t "$LIMIT_MS" dc
  dc-resume
  [[ $status == 1 ]]
  has "code: 4"
  has "error: *did not answer within 1.5 s"
  is_quick 4000
  timed dirtool -t "$LIMIT_MS" -o dc-pause dc
  dc-resume
  has "error: cannot log in: *did not answer within 1.5 s"
  is_quick 4000
  timed dirtool -t "$LIMIT_MS" -b dc-pause gather CORE2016 "$LISTED"
  dc-resume
  has "code: 4"
  has "error: *did not answer within 1.5 s"
  is_quick 4000
}

@test "DC stopped in the middle: the connection is gone, and nothing is sent on another" {
  run -1 dirtool -b dc-stop gather CORE2016 "$LISTED"
  has "code: 4"
  has "error: *closed the connection"
}

# ---- DNS ----

@test "DCs by DNS in order of priority, and the next one when the first does not answer" {
  run -0 dirtool locate kcd.test
  has "srv: dc1.kcd.test 389 0 100"
  dns-add _ldap._tcp.dc._msdcs.kcd.test SRV 'gone.kcd.test 389 0 0'
  dns-add gone.kcd.test A 127.0.0.99
  dns-del _ldap._tcp.dc._msdcs.kcd.test SRV 'dc1.kcd.test 389 0 100'
  dns-add _ldap._tcp.dc._msdcs.kcd.test SRV 'dc1.kcd.test 389 10 100'
  run -0 dirtool locate kcd.test
  [[ ${lines[0]} == "srv: gone.kcd.test 389 0 0" ]]
  [[ ${lines[1]} == "srv: dc1.kcd.test 389 10 100" ]]
  run -0 dirtool -D kcd.test gather CORE2016 "$LISTED"
  has "skipped: *gone.kcd.test*"
  has "dc.name: dc1.kcd.test"
}

@test "a domain without records, and DNS that is silent" {
  run -1 dirtool locate nowhere.kcd.test
  has "code: 2"
  has "error: DNS has no SRV record _ldap._tcp.dc._msdcs.nowhere.kcd.test (asked 127.0.0.10)"
  dc-pause
  timed dirtool -t 2000 locate kcd.test
  dc-resume
  [[ $status == 1 ]]
  has "code: 4"
  has "error: no DNS server answered *"
  is_quick 5000
}
