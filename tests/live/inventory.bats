bats_require_minimum_version 1.5.0

# A file that declares hosts and what they need: the drift from it, what brings the directory there, and back.

migration="Microsoft Virtual System Migration Service"

setup_file() {
  plant HV3 HV4 SOFS1
}

setup() {
  for name in HV1 HV2 HV3 HV4; do
    undelegate "$name"
  done
  rm -rf "$XDG_STATE_HOME/kcdfix"
  cat >"$BATS_TEST_TMPDIR/estate.ini" <<'INI'
[prod]
for     = live-migration
hosts   = HV1 HV2 HV3 HV4
storage = cifs/SOFS1
INI
  cd "$BATS_TEST_TMPDIR" || return
}

undelegate() {
  ad-set "$1" userAccountControl 4096
  [ -z "$(ad-get "$1" msDS-AllowedToDelegateTo)" ] || ad-del "$1" msDS-AllowedToDelegateTo
}

# Hyper-V hosts as populate.py has them: HOST/, the migration service, and its escaped form for Samba's KDC.
plant() {
  python3 -c '
import json, sys
migration = "Microsoft Virtual System Migration Service"
def both(service, name):
    return [f"{service}/{name}", f"{service}/{name}.kcd.test"]
def host(name):
    services = ["HOST", migration, migration.replace(" ", "\\ ")]
    return {"name": name, "spns": [spn for service in services for spn in both(service, name)]}
print(json.dumps([host(name) for name in sys.argv[1:]]))' "$@" | ad-plant
}

both() {
  ad-add "$1" msDS-AllowedToDelegateTo "$2/$3" "$2/$3.kcd.test"
}

# As the file has it, but for what story 18 forgot: HV2 to HV4 and all of HV4.
stories_18() {
  local from to
  for from in HV1 HV2 HV3; do
    ad-set "$from" userAccountControl 16781312
    for to in HV1 HV2 HV3 HV4; do
      [ "$from" = "$to" ] || both "$from" cifs "$to"
      [ "$from" = "$to" ] || [ "$from-$to" = HV2-HV4 ] || both "$from" "$migration" "$to"
    done
    both "$from" cifs SOFS1
  done
  both HV4 cifs SOFS1
}

right() {
  stories_18
  ad-set HV4 userAccountControl 16781312
  both HV2 "$migration" HV4
  for to in HV1 HV2 HV3; do
    both HV4 cifs "$to"
    both HV4 "$migration" "$to"
  done
}

state_of() {
  ad-get "$1" userAccountControl msDS-AllowedToDelegateTo | sort
}

states() {
  for name in HV1 HV2 HV3 HV4; do
    state_of "$name"
  done
}

windows() {
  kcdfix check --kdc-flavour windows -f estate.ini "$@"
}

@test "one host forgotten: the line of the group, the matrix, one command, and nothing is written" {
  stories_18
  before=$(ad-get HV4 uSNChanged)
  run --separate-stderr windows
  [ "$status" -eq 1 ]
  [ "${lines[0]}" = "prod, 4 hosts as admin: 16 of 56 pairs FAIL, on 2 hosts     (dc1.kcd.test)" ]
  [[ "$output" == *"from \\ to   HV1   HV2   HV3   HV4   SOFS1"* ]]
  [[ "$output" == *"[service-class-missing]"* ]]
  [[ "$output" == *"[one-direction-only]"* ]]
  [[ "$output" == *"[protocol-transition-off]"* ]]
  [[ "$output" == *"  fix: kcdfix apply -f estate.ini --protocol-transition"* ]]
  run --separate-stderr windows -q
  [ "$status" -eq 1 ]
  [ "$output" = "prod, 4 hosts as admin: 16 of 56 pairs FAIL, on 2 hosts" ]
  [ "$stderr" = "" ]
  run --separate-stderr windows --json
  [ "$(jq '.pairs | length' <<<"$output")" = 56 ]
  [ "$(jq -c '.inventory.groups[0] | [.name, .scenario, .mode, .hosts, .pairs, .failing, .failing_hosts]' \
    <<<"$output")" = '["prod","live-migration","protocol-transition",4,56,16,2]' ]
  [ "$(jq '[.pairs[] | select(.verdict == "fails")] | length' <<<"$output")" = 16 ]
  [ "$(ad-get HV4 uSNChanged)" = "$before" ]
}

@test "a healthy inventory is one line, none of it on stderr; several groups share it" {
  right
  run --separate-stderr windows
  [ "$status" -eq 0 ]
  [ "$output" = "prod, 4 hosts as admin: 56 of 56 pairs WORK     (dc1.kcd.test)" ]
  [ "$stderr" = "" ]
  printf '[guest]\nhosts = HV1\nservices = cifs/SOFS1\n' >>estate.ini
  run --separate-stderr windows
  [ "$status" -eq 0 ]
  [ "$output" = "estate.ini, 2 groups, 4 hosts: 57 of 57 pairs WORK     (dc1.kcd.test)" ]
  run --separate-stderr windows -q
  [ "${lines[1]}" = "guest, 1 host as admin: 1 of 1 pairs WORK" ]
}

@test "no domain controller: 3, so that a monitor can tell it from drift" {
  dc-stop
  run windows --timeout 2
  dc-start
  [ "$status" -eq 3 ]
}

@test "beyond need: a warning for what the scenario manages, a note for the rest, status 0" {
  right
  both HV3 cifs OLDFS
  ad-add HV3 msDS-AllowedToDelegateTo http/INTRANET
  run --separate-stderr windows
  [ "$status" -eq 0 ]
  [[ "$output" == *"warning: HV3 lists cifs/OLDFS"*"[entry-beyond-need]"* ]]
  [[ "$output" == *"note: HV3 lists http/INTRANET"*"[entry-beyond-need]"* ]]
  [[ "$output" == *"kcdfix apply -f estate.ini --prune"* ]]
  run --separate-stderr windows --json
  [ "$(jq -c '[.inventory.hosts[] | select(.host == "HV3$") | .beyond_need[], .not_managed[]] | sort' <<<"$output")" = \
    '["cifs/OLDFS","cifs/OLDFS.kcd.test","http/INTRANET"]' ]
  [ "$(jq -c '[.findings[] | [.id, .severity]]' <<<"$output")" = \
    '[["entry-beyond-need","warning"],["entry-beyond-need","note"]]' ]
}

@test "kerberos-only: the user's own ticket counts, and a set bit is beyond need" {
  printf '[old]\nhosts = HV1\nservices = cifs/SOFS1\nmode = kerberos-only\n' >estate.ini
  both HV1 cifs SOFS1
  run --separate-stderr windows
  [ "$status" -eq 0 ]
  [ "$output" = "old, 1 host as admin: 1 of 1 pairs WORK     (dc1.kcd.test)" ]
  ad-set HV1 userAccountControl 16781312
  run --separate-stderr windows
  [ "$status" -eq 0 ]
  [[ "$output" == *'set to "Use any authentication protocol"'*"kerberos-only"*"[entry-beyond-need]"* ]]
}

@test "what is wrong in the file: a line each with its number, status 2, and nothing is sent" {
  printf '[a]\nhosts HV1\nfor = live-migraton\nhosts = HV1 cifs/X\n[A]\nhosts = HV2\ncolour = red\n' >estate.ini
  run --separate-stderr kcdfix check -S 192.0.2.1 -f estate.ini
  [ "$status" -eq 2 ]
  [ "$output" = "" ]
  [[ "$stderr" == *"estate.ini:2: the line is neither"* ]]
  [[ "$stderr" == *"estate.ini:3: for = live-migraton: it takes vm-storage"* ]]
  [[ "$stderr" == *"estate.ini:4: cifs/X is an SPN; hosts takes computers"* ]]
  [[ "$stderr" == *"estate.ini:5: [a] is there twice"* ]]
  run --separate-stderr kcdfix check --json -S 192.0.2.1 -f estate.ini
  [ "$(jq '[.errors[] | select(.id == "inventory-wrong")] | length' <<<"$output")" = 4 ]
}
