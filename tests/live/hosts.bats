# kcdfix hosts: what it finds in a domain is what ldbsearch finds in the database, and each kind of host is told as it
# is. Runs inside a lab.

# shellcheck disable=SC2030,SC2031 # each test has a shell of its own

bats_require_minimum_version 1.5.0

readonly MANY=620 # more than a page

# The lab's own hosts HV1 and HV2 are put out of sight first, so that there is an empty domain to look at.
setup_file() {
  local name
  for name in HV1 HV2; do ad-set "$name\$" servicePrincipalName "HOST/$name" "HOST/$name.kcd.test"; done
  kcdfix hosts >"$BATS_FILE_TMPDIR/empty" && echo "status $?" >>"$BATS_FILE_TMPDIR/empty"
  kcdfix hosts --format csv >"$BATS_FILE_TMPDIR/empty.csv"
  accounts | ad-plant
}

# One host of each kind, MANY plain ones, and some that are none.
accounts() {
  /usr/bin/python3 -I - "$MANY" <<'PYTHON'
import json, sys
HOST, GUEST = "Microsoft Hyper-V", "Windows Virtual Machine"
both = lambda service, name: [f"{service}/{name}", f"{service}/{name}.kcd.test"]
migration = lambda name: both("Microsoft Virtual System Migration Service", name)
accounts = []
def add(name, spns=(), points=(), **options):
    options = {"keys": False, "attributes": {"operatingSystem": "Windows Server 2022 Standard"}, **options}
    accounts.append({"name": name, "spns": both("HOST", name) + list(spns), "points": list(points), **options})
add("HA1", migration("HA1"), [HOST], uac=0x1000000, delegate_to=migration("HA2") + both("cifs", "HA2"),
    attributes={"operatingSystem": "Windows Server 2012 R2 Standard", "lastLogonTimestamp": 133700000000000000})
add("HA2", migration("HA2"), [HOST], delegate_to=both("cifs", "HA4") + ["cifs/HA3", "cifs/gone", "cifs/2016GUI"])
add("HA3", migration("HA3"), [HOST], uac=2, delegate_to=["cifs/HA2", "cifs/gone"])
add("HA4", migration("HA4"), [HOST], uac=0x80000)
add("HA5", [], [HOST])
add("HA6", migration("HA6"))
add("HA7", migration("HA7")[:1], [HOST, GUEST])
add("HA8", migration("HA8") + both("MSServerClusterMgmtAPI", "HA8"), [HOST], delegate_to=["cifs/SOFS1", "cifs/OFF"])
add("HA10", migration("HA10"), [HOST], parent="OU=HyperV")
add("CLU1", both("MSClusterVirtualServer", "CLU1") + both("MSServerClusterMgmtAPI", "CLU1"))
add("SOFS1", both("MSClusterVirtualServer", "SOFS1"), delegate_to=["cifs/HA2"])
for i in range(1, 8):
    add(f"VM{i}", [], [GUEST])
add("MSCLUSTER", both("MSClusterVirtualServerX", "MSCLUSTER"))
add("-HYPERV(1)", ["Microsoft Virtual System Migration Service/=1"], [HOST],
    attributes={"operatingSystem": "\u202e\x1b[31m@SUM(1),\"x\"", "dNSHostName": "+1"})
for i in range(1, int(sys.argv[1]) + 1):
    add(f"M{i:04d}", migration(f"M{i:04d}"), [HOST])
json.dump(accounts, sys.stdout)
PYTHON
}

setup() {
  found_in=$BATS_FILE_TMPDIR
  cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
  dc-start
}

# in_database FILTER: the DNs of the objects, out of the DC's own file, below all that Samba does.
in_database() {
  local root=$KCDFIX_LAB_DIR/root
  [ -d "$root" ] || root=/
  chroot "$root" /usr/bin/python3 -I - "$KCDFIX_LAB_DIR/dc1/private/sam.ldb.d/DC=KCD,DC=TEST.ldb" "$1" <<'PYTHON'
import sys, ldb
db = ldb.Ldb(f"tdb://{sys.argv[1]}", options=["modules:"], flags=ldb.FLG_RDONLY)
for found in db.search("DC=kcd,DC=test", ldb.SCOPE_SUBTREE, sys.argv[2], ["cn"]):
    print(found.dn)
PYTHON
}

json() {
  [ -s "$found_in/hosts.json" ] || kcdfix hosts --json >"$found_in/hosts.json"
  jq -r "$1" "$found_in/hosts.json"
}

# row NAME: the line of that host, blanks as one.
row() {
  [ -s "$found_in/hosts.txt" ] || kcdfix hosts | cat >"$found_in/hosts.txt"
  sed -n "s/  */ /g; s/^ $1 /$1 /p" "$found_in/hosts.txt"
}

is_row() {
  [ "$(row "${1%% *}")" = "$1" ] || { echo "expected: $1"; echo "found:    $(row "${1%% *}")"; return 1; }
}

@test "a domain without hosts: it says so, status 0" {
  diff - "$BATS_FILE_TMPDIR/empty" <<'TEXT'
kcd.test: no Hyper-V host found     (dc1.kcd.test)
status 0
TEXT
  [ "$(wc -l <"$BATS_FILE_TMPDIR/empty.csv")" = 1 ]
}

@test "the hosts are those that are in the database, by SPN or by service connection point" {
  {
    in_database '(&(objectClass=computer)(servicePrincipalName=Microsoft Virtual System Migration Service/*))'
    in_database '(&(objectClass=serviceConnectionPoint)(cn=Microsoft Hyper-V))' >points
    sed 's/^CN=Microsoft Hyper-V,//' points
  } | sort -u >expected
  [ "$(wc -l <expected)" = $((MANY + 10)) ]
  json '.hosts[].dn' | sort | diff expected -
  in_database '(servicePrincipalName=MSClusterVirtualServer/*)' | sort >expected
  json '.clusters[].dn' | sort | diff expected -
  [ "$(json '[.clusters[].kind] | join(" ")')" = "cluster role" ]
  [ "$(json .virtual_machines)" = 7 ]
}

@test "by which of the two each was found" {
  for each in HA1:true:true HA5:false:true HA6:true:false; do
    IFS=: read -r name spn point <<<"$each"
    found=$(json ".hosts[] | select(.host == \"$name\$\") | \"\(.migration_spn):\(.service_connection_point)\"")
    [ "$found" = "$spn:$point" ] || { echo "$name $found"; false; }
  done
}

@test "one row a host, with its state and what stands out" {
  is_row "HA1 2012 R2 yes any protocol 4 2024-09-05 SPN SCP"
  is_row "HA2 2022 yes Kerberos only 5 - SPN SCP 1 entry names HA3, disabled; 1 entry names no account \
[stale-target-entry]"
  is_row "HA3 2022 no Kerberos only 2 - SPN SCP without effect while disabled"
  is_row "HA4 2022 yes to any service 0 - SPN SCP unconstrained: high risk [unconstrained-also-set]"
  is_row "HA5 2022 yes none 0 - SCP no migration SPN [migration-spn-registration-failed]"
  is_row "HA6 2022 yes none 0 - SPN no service connection point"
  is_row "HA7 2022 yes none 0 - SPN SCP no migration SPN for HA7.kcd.test; itself a virtual machine \
[migration-spn-registration-failed]"
  is_row "HA8 2022 yes Kerberos only 2 - SPN SCP 1 entry names OFF, disabled; cluster node [stale-target-entry]"
  is_row "HA10 2022 yes none 0 - SPN SCP"
  grep -qx '  CLU1, SOFS1: cluster and virtual names; their nodes are not in the directory' \
    "$found_in/hosts.txt"
  grep -q '^  SOFS1: delegation is set on it.*\[wrong-object\]$' "$found_in/hosts.txt"
}

@test "the summary, the order, and the next commands" {
  row HA1 >/dev/null
  [ "$(head -n 1 "$found_in/hosts.txt")" = "kcd.test: $((MANY + 10)) Hyper-V hosts, 2 cluster and virtual names\
     (dc1.kcd.test; 7 virtual machines left out)" ]
  [ "$(json '[.hosts[].host | select(startswith("HA"))] | join(" ")')" = \
    'HA1$ HA2$ HA3$ HA4$ HA5$ HA6$ HA7$ HA8$ HA10$' ]
  # a name that would be an option goes by its DN; a disabled host is not proposed
  odd="'CN=-HYPERV(1),CN=Computers,DC=kcd,DC=test'"
  [ "$(tail -n 2 "$found_in/hosts.txt")" = "  check: kcdfix check --for live-migration $odd HA1 HA2
  judge: kcdfix audit" ]
  [ "$(kcdfix hosts -S dc1.kcd.test -q | wc -l)" = 1 ]
  kcdfix hosts -S dc1.kcd.test | tail -n 2 | grep -c -- '-S dc1.kcd.test' | grep -qx 2
}

@test "no row is cut off in a pipe, and none is lost between pages" {
  COLUMNS=40 kcdfix hosts | cat >out
  both=$(json '[.hosts[] | select(.migration_spn and .service_connection_point)] | length')
  [ "$(grep -c '  SPN SCP' out)" = "$both" ]
  grep -q '1 entry names HA3, disabled; 1 entry names no account   \[stale-target-entry\]$' out
  [ "$(json '[.hosts[].guid] | unique | length')" = $((MANY + 10)) ]
  kcdfix hosts -vv 2>&1 >/dev/null | grep -E '^kcdfix: [0-9]+ requests to the directory$' | grep -oE '[0-9]+' >requests
  [ "$(cat requests)" -le 20 ]
}

@test "CSV: one record a host, and nothing that a spreadsheet would run" {
  kcdfix hosts --format csv -o hosts.csv
  /usr/bin/python3 -I - $((MANY + 12)) <<'PYTHON'
import csv, sys
raw = open("hosts.csv", "rb").read()
assert raw.count(b"\r\n") == raw.count(b"\n"), "a line end that is not CR LF"
rows = list(csv.DictReader(open("hosts.csv", newline="", encoding="utf-8")))
assert len(rows) == int(sys.argv[1]), len(rows)
for row in rows:
    assert None not in row and None not in row.values(), row
    assert all(not cell or cell[0] not in "=+-@\t\r" for cell in row.values()), row
    assert all(c.isprintable() for cell in row.values() for c in cell), row
by_name = {row["host"]: row for row in rows}
assert by_name["'-HYPERV(1)$"]["dns_host_name"] == "'+1"
assert by_name["HA2$"]["stale_entries"] == "cifs/HA3; cifs/gone", by_name["HA2$"]
assert by_name["HA4$"]["finding_ids"] == "unconstrained-also-set"
PYTHON
}

@test "hostile names are shown as text" {
  kcdfix hosts >out
  [ "$(LC_ALL=C tr -d '\n[:print:]' <out | wc -c)" = 0 ]
  grep -qF -- '-HYPERV(1)   \u{202e}\x1b[31m@SUM(1),"x"' out
}

@test "any user sees the same, and nothing is changed" {
  before=$(ldapsearch -LLL -N -Q -Y GSSAPI -H "ldap://$KCDFIX_DC" -s base -b '' highestCommittedUSN)
  json '.hosts, .clusters' >expected
  as plain kcdfix hosts --json | jq -r '.hosts, .clusters' | diff expected -
  changed="(uSNChanged>=$(($(sed -n 's/^highestC.*: //p' <<<"$before") + 1)))"
  [ -z "$(in_database "(&(objectClass=computer)$changed)")" ]
  ad-set HA1 description changed
  [ "$(in_database "(&(objectClass=computer)$changed)")" = CN=HA1,CN=Computers,DC=kcd,DC=test ]
}

@test "a point below what is no computer is told, and is no host" {
  ldapmodify -Q -Y GSSAPI -H "ldap://$KCDFIX_DC" -O minssf=56 <<'LDIF' >/dev/null
dn: CN=Microsoft Hyper-V,OU=HyperV,DC=kcd,DC=test
changetype: add
objectClass: serviceConnectionPoint
LDIF
  run -0 kcdfix hosts
  [[ "$output" == *"is below what is no computer"*"OU=HyperV,DC=kcd,DC=test"* ]]
  [[ "${lines[0]}" == "kcd.test: $((MANY + 10)) Hyper-V hosts"* ]]
  ad-delete 'CN=Microsoft Hyper-V,OU=HyperV,DC=kcd,DC=test'
}

@test "what cannot be read is status 3, and no list is shown" {
  dc-stop
  run --separate-stderr kcdfix hosts -S "$KCDFIX_DC"
  [ "$status" -eq 3 ]
  [ -z "$output" ]
  [ -n "${stderr:?}" ]
  run --separate-stderr kcdfix hosts -S "$KCDFIX_DC" --json
  [ "$status" -eq 3 ]
  [ "$(jq -r '"\(.exit_status) \(.errors | length) \(.hosts | length)"' <<<"$output")" = "3 1 0" ]
  dc-start
  KRB5CCNAME=FILE:$BATS_TEST_TMPDIR/none run --separate-stderr kcdfix hosts -S "$KCDFIX_DC" --format csv
  [ "$status" -eq 3 ]
  [ -n "${stderr:?}" ]
}
