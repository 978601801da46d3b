#!/usr/bin/env bats
# Every domain controller: --all-dcs, --wait, the compare before a write, and which DC is asked. Each test runs one
# function inside a fresh domain of two DCs: in_lab FUNCTION. Inside, replication is held back with `replication hold`.
# shellcheck disable=SC2317 # those functions are called by name

bats_require_minimum_version 1.5.0

setup_file() {
  LAB=$(readlink -f "$BATS_TEST_DIRNAME/../lab/lab")
  RELAY=$(readlink -f "$BATS_TEST_DIRNAME/relay.py")
  export LAB RELAY LC_ALL=C.UTF-8
  export BATS_TEST_RETRIES=2 # in a fresh domain each: two DCs on one busy machine lose sight of each other at times
  unset KCDFIX_LAB KCDFIX_LAB_DIR
  [[ $EUID != 0 ]] || "$LAB" --dcs 2 run true 3>&- # makes the domain, where that was not done yet
}

in_lab() {
  # shellcheck disable=SC2163 # the function that the variable names
  export -f "$1" has lacks status uac2 list2 query start_relay
  "$LAB" --dcs 2 run bash -uo pipefail -c "$1" 3>&-
}

# ---- inside the lab ----

# status WANTED CMD...: its output goes to $out, the seconds it took to $took; the output is shown where the status is
# another one. A Samba DC that looks for a lost partner answers nobody for a while: not kcdfix's doing, so it is asked
# again.
status() {
  local wanted=$1 got try
  shift
  for ((try = 0; try < 8; try++)); do
    took=$SECONDS got=0
    out=$("$@" 2>&1) || got=$?
    took=$((SECONDS - took))
    [[ $out == *"dc1.kcd.test:389 did not answer"* || $out == *"KDC dc1.kcd.test, port 88: no answer"* ]] || break
  done
  [[ $got == "$wanted" ]] || { printf 'status %s, wanted %s: %s\n%s\n' "$got" "$wanted" "$*" "$out" >&2; exit 1; }
}

# has PART...: $out with its line breaks taken as blanks holds each of them. lacks: none of them.
has() {
  local flat part
  flat=$(tr -s ' \n' '  ' <<<"$out")
  for part in "$@"; do
    [[ $flat == *"$part"* ]] || { printf 'not there: %s\n%s\n' "$part" "$out" >&2; exit 1; }
  done
}

lacks() {
  local part
  for part in "$@"; do
    [[ $out != *"$part"* ]] || { printf 'is there: %s\n%s\n' "$part" "$out" >&2; exit 1; }
  done
}

query() {
  out=$(jq -r "$1" <<<"$out")
}

# Ends with the lab.
start_relay() {
  "$RELAY" "$@" >"$HOME/relay" &
  until [[ -s $HOME/relay ]]; do sleep 0.05; done
}

uac2() { KCDFIX_DC=$KCDFIX_DC2 ad-get 'CORE2016$' userAccountControl; }
list2() { KCDFIX_DC=$KCDFIX_DC2 ad-get 'CORE2016$' msDS-AllowedToDelegateTo; }

# ---- check --all-dcs ----

laggard() {
  replication hold
  status 5 kcdfix apply -S dc1.kcd.test --yes --wait=0 --protocol-transition CORE2016 cifs/2016GUI
  status 1 kcdfix check -S dc1.kcd.test --all-dcs CORE2016 cifs/2016GUI
  has "WORKS, but not on every domain controller" "dc2.kcd.test (site Default-First-Site-Name) is behind" \
    'there CORE2016 has "Use Kerberos only", lists cifs/2016GUI;' \
    'on dc1.kcd.test "Use any authentication protocol", lists cifs/2016GUI and cifs/2016GUI.kcd.test' \
    "The KDC of dc2.kcd.test refuses" "[change-not-replicated]" \
    "fix: samba-tool drs replicate dc2.kcd.test dc1.kcd.test DC=kcd,DC=test" "behind: dc2.kcd.test"
  status 1 kcdfix check -S dc1.kcd.test --all-dcs --json CORE2016 cifs/2016GUI
  query '.dcs[1] | .name, .site, .flavour, .reached, .standing'
  [[ $out == $'dc2.kcd.test\nDefault-First-Site-Name\nsamba-heimdal-4.17\ntrue\nbehind' ]] || { echo "$out"; exit 1; }
  status 1 kcdfix check -S dc1.kcd.test --all-dcs --json CORE2016 cifs/2016GUI
  query '.pairs[0].findings[] | select(.id == "change-not-replicated") | .severity, (.evidence
    | .dc, .userAccountControl, (.["msDS-AllowedToDelegateTo"] | join(" ")),
    .compared_dc, .compared_userAccountControl)'
  [[ $out == $'error\ndc2.kcd.test\n4096\ncifs/2016GUI\ndc1.kcd.test\n16781312' ]] || { echo "$out"; exit 1; }
}

@test "check --all-dcs names the laggard, the values and the DC of each" {
  in_lab laggard
}

from_the_laggard() {
  replication hold
  status 5 kcdfix apply -S dc1.kcd.test --yes --wait=0 --protocol-transition CORE2016 cifs/2016GUI
  status 1 kcdfix check -S dc2.kcd.test --all-dcs CORE2016 cifs/2016GUI
  has "FAILS dc1.kcd.test (site Default-First-Site-Name) is ahead" "The KDC of dc1.kcd.test gives the ticket" \
    "fix: samba-tool drs replicate dc2.kcd.test dc1.kcd.test"
  lacks protocol-transition-cleared-again
  # the record of this machine tells the same without a look at the other DC, where the object was last written so long
  # before that no difference of clocks explains it; in a new lab it is younger than that
  later=$(jq '.changed |= (fromdate + 900 | todate)' "$XDG_STATE_HOME"/kcdfix/changes/*.json)
  printf '%s' "$later" >"$(echo "$XDG_STATE_HOME"/kcdfix/changes/*.json)"
  status 1 kcdfix check -S dc2.kcd.test CORE2016 cifs/2016GUI
  has "dc2.kcd.test does not show it yet. [change-not-replicated]"
  lacks protocol-transition-cleared-again
}

@test "seen from the laggard, the other one is ahead, and nobody is blamed for taking it back" {
  in_lab from_the_laggard
}

released() {
  replication hold
  status 5 kcdfix apply -S dc1.kcd.test --yes --wait=0 --protocol-transition CORE2016 cifs/2016GUI
  replication release
  status 0 kcdfix check -S dc1.kcd.test --all-dcs CORE2016 cifs/2016GUI
  has "the same on dc2.kcd.test"
  lacks change-not-replicated
}

@test "after the release all are the same" {
  in_lab released
}

one_down() {
  replication hold # else dc1 may be busy with looking for dc2
  dc-stop dc2
  status 3 kcdfix check -S dc1.kcd.test --all-dcs CORE2016 cifs/2016GUI
  has "cannot connect to dc2.kcd.test" "CORE2016 -> cifs/2016GUI as admin: FAILS" "not reached: dc2.kcd.test"
  status 3 kcdfix check -S dc1.kcd.test --all-dcs --json CORE2016 cifs/2016GUI
  query '.exit_status, .dcs[1].name, .dcs[1].reached, .errors[0].id, .pairs[0].verdict'
  [[ $out == $'3\ndc2.kcd.test\nfalse\ndc-unreachable\nfails' ]] || { echo "$out"; exit 1; }
  status 1 kcdfix check -S dc1.kcd.test CORE2016 cifs/2016GUI
}

@test "a DC that is down is named, the rest is shown, status 3; without --all-dcs it does not matter" {
  in_lab one_down
}

silent() {
  replication hold # else dc1 may wait for dc2 itself
  dc-pause dc2
  status 3 kcdfix check -S dc1.kcd.test --timeout 5 --all-dcs CORE2016 cifs/2016GUI
  ((took <= 9)) || { echo "took $took s"; exit 1; }
  has "dc2.kcd.test:389 did not answer" "not reached: dc2.kcd.test"
  dc-resume dc2
}

@test "a DC that is silent costs its time limit and no more" {
  in_lab silent
}

all_alike() {
  status 1 kcdfix check -S dc1.kcd.test --all-dcs --json CORE2016 cifs/2016GUI
  query '[.findings[].id, .pairs[].findings[].id] | join(" ")'
  lacks change-not-replicated mixed-patch-level
}

@test "two DCs alike: neither laggard nor mixed kinds" {
  in_lab all_alike
}

mixed() {
  local dn="CN=DC2,OU=Domain Controllers,DC=kcd,DC=test"
  printf 'dn: %s\nchangetype: modify\nreplace: operatingSystemVersion\noperatingSystemVersion: 4.19.1\n' "$dn" |
    ldapmodify -Q -N -Y GSSAPI -H ldap://dc1.kcd.test >/dev/null || exit 1
  status 1 kcdfix check -S dc1.kcd.test --all-dcs -v CORE2016 cifs/2016GUI
  has "warning: The domain controllers of kcd.test run different systems" "[mixed-patch-level]" \
    "4.19.1"
}

@test "DCs of different builds are warned of" {
  in_lab mixed
}

# ---- apply ----

waits() {
  local begin=$SECONDS
  status 0 kcdfix apply -S dc1.kcd.test --yes --wait=60 --protocol-transition CORE2016 cifs/2016GUI
  ((SECONDS - begin < 30)) || { echo "took $((SECONDS - begin)) s"; exit 1; }
  has "waiting for the other domain controllers: dc2.kcd.test (site Default-First-Site-Name)"
  [[ $(uac2) == 16781312 ]] || { uac2; exit 1; }
  status 0 kcdfix apply -S dc1.kcd.test --yes --wait=60 --json --protocol-transition CORE2016 cifs/2016GUI
  query '.changed, .replication.complete, .replication.dcs[0].name, .replication.dcs[0].shows'
  [[ $out == $'false\ntrue\ndc2.kcd.test\ntrue' ]] || { echo "$out"; exit 1; }
}

@test "apply --wait ends as soon as all show it, 0; also where nothing was left to do" {
  in_lab waits
}

runs_out() {
  replication hold
  status 5 kcdfix apply -S dc1.kcd.test --yes --wait=2 --protocol-transition CORE2016 cifs/2016GUI
  has "CORE2016 -> cifs/2016GUI as admin: WORKS" "not within 2 s" \
    'dc2.kcd.test (site Default-First-Site-Name) still has "Use Kerberos only", lists cifs/2016GUI for CORE2016' \
    "samba-tool drs replicate dc2.kcd.test dc1.kcd.test DC=kcd,DC=test" \
    "then: kcdfix check --all-dcs -S dc1.kcd.test CORE2016 cifs/2016GUI" "undo: kcdfix undo"
  [[ $(uac2) == 4096 && $(list2) == cifs/2016GUI ]] || { echo "dc2 was written to"; exit 1; }
  # undo goes to the DC of the record, whatever is asked first
  status 2 kcdfix undo -S dc2.kcd.test --yes
  status 0 kcdfix undo --yes
  [[ $(ad-get 'CORE2016$' userAccountControl) == 4096 ]] || exit 1
}

@test "apply --wait runs out: 5, names who lacks it; the write and its undo went to one DC only" {
  in_lab runs_out
}

target_runs_out() {
  replication hold
  for _ in 0 1; do
    status 5 kcdfix apply -S dc1.kcd.test --yes --wait=1 --resource-based --protocol-transition CORE2016 cifs/2016GUI
    has "dc2.kcd.test (site Default-First-Site-Name) not within 1 s"
  done
  replication now
  status 0 kcdfix apply -S dc1.kcd.test --yes --wait=60 --resource-based CORE2016 cifs/2016GUI
}

@test "apply --wait waits for a target's descriptor too, also where nothing was left to do" {
  # shellcheck disable=SC2163
  export -f status has target_runs_out
  "$LAB" --samba 4.22 --dcs 2 --rbcd-writable run bash -uo pipefail -c target_runs_out 3>&-
}

later() {
  replication hold
  (sleep 2; replication release) &
  status 0 kcdfix apply -S dc1.kcd.test --yes --wait=60 --protocol-transition CORE2016 cifs/2016GUI
  has "waiting for the other domain controllers: dc2.kcd.test"
  wait
}

@test "apply --wait sees a change that arrives meanwhile" {
  in_lab later
}

interrupted() {
  replication hold
  kcdfix apply -S dc1.kcd.test --yes --wait=60 --protocol-transition CORE2016 cifs/2016GUI >"$HOME/out" 2>&1 &
  local pid=$! i got=0
  for ((i = 0; i < 200; i++)); do
    [[ $(ad-get 'CORE2016$' userAccountControl) == 16781312 ]] && break
    sleep 0.05
  done
  sleep 1
  kill -TERM "$pid"
  wait "$pid" || got=$?
  [[ $got == 130 ]] || { echo "status $got"; cat "$HOME/out"; exit 1; }
  out=$(<"$HOME/out")
  has "changed and read back, record"
  out=$(kcdfix history --json)
  query '.records[0].state'
  [[ $out == applied ]] || { echo "$out"; exit 1; }
}

@test "a signal while waiting: 130, and the record says that the change was made" {
  in_lab interrupted
}

another_list() {
  replication hold
  status 0 kcdfix apply -S dc2.kcd.test --yes --exact --protocol-transition CORE2016 cifs/2016GUI
  status 1 kcdfix apply -S dc1.kcd.test -n --all-dcs CORE2016 cifs/SQL
  has 'dc2.kcd.test (site Default-First-Site-Name) has "Use any authentication protocol", lists cifs/2016GUI for' \
    "with a write on dc1.kcd.test now, what was added there can be lost"
  status 1 kcdfix apply -S dc1.kcd.test -n CORE2016 cifs/SQL
  lacks "can be lost"
}

@test "apply compares first and warns of what another DC holds" {
  in_lab another_list
}

# ---- the KDC answers otherwise than the directory lets expect ----

# A name for dc1's LDAP and dc2's KDC: what a balancer, or a change between two questions, makes of two DCs.
differs() {
  replication hold
  status 5 kcdfix apply -S dc1.kcd.test --yes --wait=0 --protocol-transition CORE2016 cifs/2016GUI
  kdc-close dc1
  start_relay 127.0.0.10:88 127.0.0.11:88
  status 1 kcdfix check -S dc1.kcd.test -k "$KCDFIX_LAB_DIR/keytabs/core2016.keytab" --as alice CORE2016 cifs/2016GUI
  has "FAILS" "[prediction-differs]" "The domain controllers do not hold the same" "[change-not-replicated]" \
    "behind: dc2.kcd.test"
}

@test "a prediction that the KDC contradicts looks at the other DCs and names replication" {
  in_lab differs
}

# ---- which DC ----

nearest() {
  # two sites: this machine's network belongs to Branch, and so does dc2
  local sites=CN=Sites,CN=Configuration,DC=kcd,DC=test
  samba-tool sites create Branch -H ldap://dc1.kcd.test -k yes >/dev/null 2>&1 || exit 1
  ldapmodify -Q -N -Y GSSAPI -H ldap://dc1.kcd.test >/dev/null <<LDIF || exit 1
dn: CN=127.0.0.0/8,CN=Subnets,$sites
changetype: add
objectClass: subnet
siteObject: CN=Branch,$sites

dn: CN=DC2,CN=Servers,CN=Default-First-Site-Name,$sites
changetype: modrdn
newrdn: CN=DC2
deleteoldrdn: 1
newsuperior: CN=Servers,CN=Branch,$sites
LDIF
  dns-add _ldap._tcp.Branch._sites.dc._msdcs.kcd.test SRV "dc2.kcd.test 389 0 100" || exit 1
  local i
  for ((i = 0; i < 8; i++)); do
    status 1 kcdfix check --json CORE2016 cifs/2016GUI
    query .dc
    [[ $out == dc2.kcd.test ]] || { echo "asked $out"; exit 1; }
  done
}

@test "the DC of the nearest site is asked, whichever DNS names first" {
  in_lab nearest
}

read_only() {
  local dir=$KCDFIX_LAB_DIR/rodc deadline=$((SECONDS + 60))
  mkdir -p "$dir/cache"
  echo '127.0.0.13 rodc.kcd.test rodc' >>/etc/hosts
  samba-tool domain join kcd.test RODC --targetdir="$dir" --configfile=/dev/null --server=dc1.kcd.test \
    --username="admin%$(<"$KCDFIX_LAB_DIR/passwords/admin")" --option='netbios name=RODC' \
    --option='bind interfaces only=yes' --option='interfaces=127.0.0.13/8' \
    --option='vfs objects=dfs_samba4 acl_xattr xattr_tdb' >"$dir.log" 2>&1 || { cat "$dir.log"; exit 1; }
  printf '%s\n' '[global]' "server services = ldap, kdc, cldap" "pid directory = $dir" "ncalrpc dir = $dir/n" \
    "winbindd socket directory = $dir/w" "ntp signd socket directory = $dir/s" "usershare path =" "tls enabled = no" \
    >>"$dir/etc/smb.conf"
  (for fd in 3 4 5 6 7 8 9; do eval "exec $fd>&-"; done
    TDB_NO_FSYNC=1 exec setsid samba -i -M single --configfile="$dir/etc/smb.conf" >"$dir/log" 2>&1) &
  until (: <>/dev/tcp/127.0.0.13/389) 2>/dev/null && (: <>/dev/tcp/127.0.0.13/88) 2>/dev/null; do
    ((SECONDS < deadline)) || { tail "$dir/log"; exit 1; }
    sleep 0.1
  done
  ldapmodify -Q -N -Y GSSAPI -H ldap://dc1.kcd.test >/dev/null <<'LDIF' || exit 1
dn: CN=RODC,OU=Domain Controllers,DC=kcd,DC=test
changetype: modify
add: servicePrincipalName
servicePrincipalName: ldap/rodc.kcd.test
LDIF
  status 1 kcdfix check -S rodc.kcd.test CORE2016 cifs/2016GUI
  has "directory rodc.kcd.test" "fix: kcdfix apply --protocol-transition CORE2016 cifs/2016GUI"
  status 2 kcdfix apply -S rodc.kcd.test --yes --protocol-transition CORE2016 cifs/2016GUI
  has "rodc.kcd.test is a read-only domain controller; nothing is written there [dc-read-only]" \
    "name a writable one: -S dc"
  dns-add _ldap._tcp.dc._msdcs.kcd.test SRV 'rodc.kcd.test 389 0 0' # comes first by its priority: the others get 10
  local dc
  for dc in dc1 dc2; do
    dns-del _ldap._tcp.dc._msdcs.kcd.test SRV "$dc.kcd.test 389 0 100"
    dns-add _ldap._tcp.dc._msdcs.kcd.test SRV "$dc.kcd.test 389 10 100"
  done
  status 1 kcdfix check --json CORE2016 cifs/2016GUI
  query .dc
  [[ $out == rodc.kcd.test ]] || { echo "asked $out"; exit 1; }
  status 0 kcdfix apply -D kcd.test --yes --protocol-transition CORE2016 cifs/2016GUI
  has "rodc.kcd.test is a read-only domain controller; nothing is written there; asking dc" \
    "changed and read back"
}

@test "a read-only DC is never written to: refused by name, stepped over where DNS names it" {
  in_lab read_only
}

# ---- the global catalogue ----

forest() {
  status 1 kcdfix check -S dc1.kcd.test -vv CORE2016 cifs/FS9.other.test
  has "to dc1.kcd.test:3268: search below" "The global catalogue knows nobody in the whole forest. [target-spn-missing]"
  status 1 kcdfix check -S dc1.kcd.test -vv CORE2016 cifs/2016GUI
  lacks 3268
}

@test "an SPN that nobody owns is looked for in the global catalogue, and only then" {
  in_lab forest
}

no_catalog() {
  start_relay 127.0.0.12:389 127.0.0.10:389 127.0.0.12:88 127.0.0.10:88
  sed 's/^127\.0\.0\.10 /127.0.0.12 /' /etc/hosts >"$HOME/hosts" # the file is a mount: it cannot be replaced
  cat "$HOME/hosts" >/etc/hosts
  status 1 kcdfix check -S dc1.kcd.test CORE2016 cifs/FS9.other.test
  has "FAILS" "The global catalogue could not be asked" "[target-spn-missing]"
}

@test "a global catalogue out of reach is said and changes no verdict" {
  in_lab no_catalog
}
