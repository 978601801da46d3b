bats_require_minimum_version 1.5.0

# Causes beside the pair itself, each held by the real directory; where the KDC has a say, its answer stands beside the
# prediction. Each test starts from a pair that works.

migration='Microsoft Virtual System Migration Service'
escaped='Microsoft\ Virtual\ System\ Migration\ Service'

setup() {
  ad-set CORE2016 userAccountControl 16781312
  ad-set CORE2016 msDS-AllowedToDelegateTo cifs/2016GUI cifs/2016GUI.kcd.test
  rm -rf "$XDG_STATE_HOME/kcdfix"
  key=$KCDFIX_LAB_DIR/keytabs/core2016.keytab
}

# check ARGUMENT...: its findings as "severity id" lines in $found; agreement of prediction and probe is demanded.
check() {
  run --separate-stderr kcdfix check --json "$@"
  printf '%s\n' "$output" >&2
  [ "$(jq -c '[.pairs[].agree] | unique' <<<"$output")" = '[true]' ]
  found=$(jq -r '.pairs[].findings[] | select(.id != "negative-cache") | .severity + " " + .id' <<<"$output")
}

@test "a pair that works has no finding" {
  check -k "$key" --as alice CORE2016 cifs/2016GUI
  [ "$status" -eq 0 ]
  [ -z "$found" ]
}

@test "target-etype-mismatch: a target with DES types alone, and one with the DES mark" {
  ad-set 2016GUI msDS-SupportedEncryptionTypes 3
  check -k "$key" --as alice CORE2016 cifs/2016GUI
  [ "$status" -eq 1 ]
  [ "$found" = "error target-etype-mismatch" ]
  [ "$(jq -c '[.pairs[0].observed.s4u2self.forwardable, .pairs[0].observed.s4u2proxy.code]' <<<"$output")" = \
    '[true,14]' ]
  ad-set 2016GUI msDS-SupportedEncryptionTypes 24
  ad-set 2016GUI userAccountControl $((4096 + 0x200000))
  check -k "$key" --as alice CORE2016 cifs/2016GUI
  [ "$found" = "error target-etype-mismatch" ]
  ad-set 2016GUI userAccountControl 4096
  check -k "$key" --as alice CORE2016 cifs/2016GUI
  [ "$status" -eq 0 ]
}

@test "target-etype-mismatch: a host whose own types are out of use" {
  ad-set CORE2016 msDS-SupportedEncryptionTypes 3
  check -k "$key" --as alice CORE2016 cifs/2016GUI
  [ "$found" = "error target-etype-mismatch" ]
  [ "$(jq -c '.pairs[0].observed.s4u2self.code' <<<"$output")" = 14 ]
  run kcdfix check -k "$key" --as alice CORE2016 cifs/2016GUI
  [[ "$output" == *"CORE2016 names in msDS-SupportedEncryptionTypes neither RC4 nor AES"* ]]
  ad-set CORE2016 msDS-SupportedEncryptionTypes 24
}

@test "target-no-auth-data: 13 from this KDC, and the cause is not taken for the list's" {
  ad-set 2016GUI userAccountControl $((4096 + 0x2000000))
  check -k "$key" --as alice CORE2016 cifs/2016GUI
  ad-set 2016GUI userAccountControl 4096
  [ "$status" -eq 1 ]
  [ "$found" = "error target-no-auth-data" ]
  [ "$(jq -c '.pairs[0].observed.s4u2proxy.code' <<<"$output")" = 13 ]
}

@test "stale-target-entry: what is listed belongs to nobody, or to a disabled account" {
  ad-set CORE2016 msDS-AllowedToDelegateTo cifs/GONE cifs/OFF cifs/OFF.kcd.test
  check -k "$key" --as alice CORE2016 cifs/GONE
  [ "$found" = $'error target-spn-missing\nwarning stale-target-entry' ]
  check -k "$key" --as alice CORE2016 cifs/OFF
  [ "$status" -eq 0 ]
  [ "$found" = $'warning stale-target-entry\nwarning target-disabled' ]
}

@test "alias-or-sofs-not-listed: an alias of the account, and the name of a cluster role" {
  ad-add 2016GUI servicePrincipalName cifs/FILES
  check -k "$key" --as alice CORE2016 cifs/FILES
  ad-del 2016GUI servicePrincipalName cifs/FILES
  [ "$(head -n 1 <<<"$found")" = "error alias-or-sofs-not-listed" ]
  ad-set CORE2016 msDS-AllowedToDelegateTo cifs/NODE1 cifs/NODE2
  ad-add SOFS2016 servicePrincipalName MSClusterVirtualServer/SOFS2016
  check -k "$key" --as alice CORE2016 cifs/SOFS2016
  ad-del SOFS2016 servicePrincipalName MSClusterVirtualServer/SOFS2016
  [ "$(head -n 1 <<<"$found")" = "error alias-or-sofs-not-listed" ]
}

@test "name-canonicalised: the name in the path is an alias in DNS that nobody registered" {
  dns-add 2016gui.kcd.test A 127.0.0.55
  dns-add files.kcd.test CNAME 2016gui.kcd.test
  check -k "$key" --as alice CORE2016 cifs/FILES
  [ "$status" -eq 1 ]
  [[ "$found" == "error target-spn-missing"*"warning name-canonicalised"* ]]
  run kcdfix check --as alice CORE2016 cifs/files.kcd.test
  [[ "$output" == *"DNS has files.kcd.test as an alias of 2016gui.kcd.test"* ]]
  dns-del files.kcd.test CNAME 2016gui.kcd.test
  check -k "$key" --as alice CORE2016 cifs/FILES
  [[ "$found" != *name-canonicalised* ]]
}

@test "cluster-node-forgotten: the other node lists it" {
  ad-add NODE1 servicePrincipalName MSServerClusterMgmtAPI/NODE1
  ad-add NODE2 servicePrincipalName MSServerClusterMgmtAPI/NODE2
  ad-set NODE1 userAccountControl 16781312
  ad-set NODE1 msDS-AllowedToDelegateTo cifs/SOFS2016 cifs/SOFS2016.kcd.test
  run kcdfix check --as alice NODE2 cifs/SOFS2016
  [ "$status" -eq 1 ]
  [[ "$output" == *"NODE1 lists cifs/SOFS2016 and NODE2 does not"*"[cluster-node-forgotten]"* ]]
  check --as alice NODE1 cifs/SOFS2016
  [ -z "$found" ]
}

@test "one-direction-only: machines could not move back" {
  ad-set HV1 userAccountControl 16781312
  ad-set HV2 userAccountControl 16781312
  ad-set HV1 msDS-AllowedToDelegateTo "$migration/HV2" "$escaped/HV2" "$migration/HV2.kcd.test" "$escaped/HV2.kcd.test"
  hv1=$KCDFIX_LAB_DIR/keytabs/hv1.keytab
  check -k "$hv1" --as alice HV1 "$migration/HV2"
  [ "$status" -eq 0 ]
  [ "$found" = "note one-direction-only" ]
  ad-set HV2 msDS-AllowedToDelegateTo "$migration/HV1" "$escaped/HV1"
  check -k "$hv1" --as alice HV1 "$migration/HV2"
  [ -z "$found" ]
}

@test "target-is-ca: the certification authorities of the forest are known, in check and before a change" {
  ad-set CORE2016 userAccountControl 4096
  config="CN=Enrollment Services,CN=Public Key Services,CN=Services,CN=Configuration,DC=kcd,DC=test"
  ldapmodify -Q -H "ldap://$KCDFIX_DC" <<LDIF
dn: CN=Lab CA,$config
changetype: add
objectClass: pKIEnrollmentService
dNSHostName: 2016gui.kcd.test
LDIF
  run kcdfix apply -n --protocol-transition --as alice CORE2016 cifs/2016GUI
  [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"2016GUI is a certification authority"* ]]
  check --as alice CORE2016 cifs/2016GUI
  [ "$found" = $'error protocol-transition-off\nwarning target-is-ca' ]
  ldapdelete -Q -H "ldap://$KCDFIX_DC" "CN=Lab CA,$config"
}

@test "list-too-long: a thousand entries are told of" {
  mapfile -t many < <(seq -f 'cifs/SERVER%g' 998)
  ad-set CORE2016 msDS-AllowedToDelegateTo cifs/2016GUI cifs/2016GUI.kcd.test "${many[@]}"
  check -k "$key" --as alice CORE2016 cifs/2016GUI
  [ "$status" -eq 0 ]
  [ "$found" = "warning list-too-long" ]
}

@test "admins-marked-sensitive: the mark on an administrator" {
  ad-set bob adminCount 1
  check -k "$key" --as bob CORE2016 cifs/2016GUI
  ad-set bob adminCount 0
  [ "$found" = $'error user-sensitive\nnote admins-marked-sensitive' ]
}

@test "protocol-transition-cleared-again: the record of an earlier apply says that it was set" {
  ad-set CORE2016 userAccountControl 4096
  check --as alice CORE2016 cifs/2016GUI
  [ "$found" = "error protocol-transition-off" ]
  kcdfix apply --protocol-transition --yes --as alice CORE2016 cifs/2016GUI
  ad-set CORE2016 userAccountControl 4096
  run kcdfix check --as alice CORE2016 cifs/2016GUI
  [ "$status" -eq 1 ]
  record=$(basename "$XDG_STATE_HOME"/kcdfix/changes/*-CORE2016.json .json)
  flat=$(tr -s ' \n' ' ' <<<"$output")
  [[ "$flat" == *"(record $record), and somebody took it off again"*"[protocol-transition-cleared-again]"* ]]
  kcdfix apply --protocol-transition --yes --as alice CORE2016 cifs/2016GUI
  kcdfix undo --yes
  run kcdfix check --as alice CORE2016 cifs/2016GUI
  [[ "$output" == *"[protocol-transition-cleared-again]"* ]] # the first one still is a record of ours
  rm -rf "$XDG_STATE_HOME/kcdfix"
  run kcdfix check --as alice CORE2016 cifs/2016GUI
  [[ "$output" != *"cleared-again"* ]]
}

@test "managed-domain-no-classic: a host in the container of a managed domain" {
  ad-move CORE2016 "OU=AADDC Computers"
  ad-set CORE2016 msDS-AllowedToDelegateTo cifs/OTHER
  check --as alice CORE2016 cifs/2016GUI
  ad-move CORE2016 CN=Computers
  [ "$found" = $'error spn-not-listed\nnote managed-domain-no-classic' ]
}

# ---- the pair itself: host, list, user and target ----

@test "list-entry-malformed, host-class-only, service-class-missing, spn-not-listed, list-empty" {
  expect_first() { # ID ENTRY...: the first finding where the list holds these
    local id=$1
    shift
    if (($# > 0)); then ad-set CORE2016 msDS-AllowedToDelegateTo "$@"; else ad-del CORE2016 msDS-AllowedToDelegateTo; fi
    check -k "$key" --as alice CORE2016 cifs/2016GUI
    [ "$status" -eq 1 ]
    [ "$(head -n 1 <<<"$found")" = "error $id" ]
  }
  expect_first list-entry-malformed cifs/2016GUI@KCD.TEST
  expect_first host-class-only HOST/2016GUI
  expect_first service-class-missing "$migration/2016GUI"
  expect_first short-or-fqdn-missing cifs/2016GUI.kcd.test
  expect_first spn-not-listed cifs/ELSEWHERE
  expect_first list-empty
}

@test "list-entry-duplicate-case and krbtgt-listed stand beside a working verdict" {
  ad-add CORE2016 msDS-AllowedToDelegateTo CIFS/2016gui krbtgt/KCD.TEST
  check -k "$key" --as alice CORE2016 cifs/2016GUI
  [ "$status" -eq 0 ]
  [ "$found" = $'warning krbtgt-listed\nwarning list-entry-duplicate-case' ]
}

@test "host-sensitive and host-protected-users: no ticket of the host is forwardable" {
  ad-set CORE2016 userAccountControl $((16781312 + 0x100000))
  check -k "$key" --as alice CORE2016 cifs/2016GUI
  [ "$found" = "error host-sensitive" ]
  ad-set CORE2016 userAccountControl 16781312
  ad-add "Protected Users" member CN=CORE2016,CN=Computers,DC=kcd,DC=test
  check -k "$key" --as alice CORE2016 cifs/2016GUI
  ad-del "Protected Users" member CN=CORE2016,CN=Computers,DC=kcd,DC=test
  [ "$found" = "error host-protected-users" ]
}

@test "krbtgt-sensitive: no effect on this KDC, and told for Windows" {
  uac=$(ad-get krbtgt userAccountControl)
  ad-set krbtgt userAccountControl $((uac | 0x100000))
  check -k "$key" --as alice CORE2016 cifs/2016GUI
  ad-set krbtgt userAccountControl "$uac"
  [ "$status" -eq 0 ]
  [ "$found" = "warning krbtgt-sensitive" ]
}

@test "user-protected, user-account-unusable, user-not-found, user-sensitive" {
  while read -r user expected; do
    check -k "$key" --as "$user" CORE2016 cifs/2016GUI
    [ "$found" = "$expected" ]
  done <<'USERS'
carol warning user-protected
dave error user-account-unusable
erin error user-account-unusable
gina error user-account-unusable
lisa error user-account-unusable
nobody error user-not-found
bob error user-sensitive
USERS
}

@test "host-account-unusable, host-spn-missing, host-not-found, wrong-object" {
  ad-set CORE2016 userAccountControl $((16781312 + 2))
  check -k "$key" --as alice CORE2016 cifs/2016GUI
  ad-set CORE2016 userAccountControl 16781312
  [ "$found" = "error host-account-unusable" ]
  ad-set NOSPN userAccountControl 16781312
  ad-set NOSPN msDS-AllowedToDelegateTo cifs/2016GUI cifs/2016GUI.kcd.test
  check -k "$KCDFIX_LAB_DIR/keytabs/nospn.keytab" --as alice NOSPN cifs/2016GUI
  [ "$found" = "warning host-spn-missing" ]
  check --as alice NOBODY cifs/2016GUI
  [ "$found" = "error host-not-found" ]
  check --as alice dc1 cifs/2016GUI
  [ "$(head -n 1 <<<"$found")" = "error wrong-object" ]
}

@test "target-without-keys, target-disabled, target-is-dc, duplicate-spn" {
  ad-set CORE2016 msDS-AllowedToDelegateTo cifs/NOKEYS cifs/NOKEYS.kcd.test cifs/dc1 cifs/dc1.kcd.test cifs/2016GUI \
    cifs/2016GUI.kcd.test
  check -k "$key" --as alice CORE2016 cifs/NOKEYS
  [ "$found" = "error target-without-keys" ]
  check -k "$key" --as alice CORE2016 cifs/dc1
  [ "$found" = "warning target-is-dc" ]
  # the computer of that name, and another account that holds HOST/ of it: the KDC's search finds both
  ad-set 2016GUI servicePrincipalName HOST/2016GUI.kcd.test
  ad-add SQL servicePrincipalName HOST/2016GUI
  check -k "$key" --as alice CORE2016 cifs/2016GUI
  ad-del SQL servicePrincipalName HOST/2016GUI
  ad-set 2016GUI servicePrincipalName HOST/2016GUI HOST/2016GUI.kcd.test
  [ "$(head -n 1 <<<"$found")" = "error duplicate-spn" ]
}

@test "migration-spn-registration-failed and spn-with-blank-on-samba" {
  ad-set CORE2016 msDS-AllowedToDelegateTo "$migration/2016GUI" "$migration/HV2"
  check -k "$key" --as alice CORE2016 "$migration/2016GUI"
  [ "$(head -n 1 <<<"$found")" = "error migration-spn-registration-failed" ]
  check -k "$key" --as alice CORE2016 "$migration/HV2"
  [ "$(head -n 1 <<<"$found")" = "error spn-with-blank-on-samba" ]
}

@test "unconstrained-also-set stands beside a working verdict" {
  ad-set CORE2016 userAccountControl $((16781312 + 0x80000))
  check -k "$key" --as alice CORE2016 cifs/2016GUI
  [ "$status" -eq 0 ]
  [ "$found" = "warning unconstrained-also-set" ]
}

@test "negative-cache: a change of this minute is told" {
  ad-set CORE2016 userAccountControl 4096
  ad-set CORE2016 userAccountControl 16781312
  run kcdfix check -k "$key" --as alice CORE2016 cifs/2016GUI
  [ "$status" -eq 0 ]
  [[ "$output" == *"[negative-cache]"* ]]
}
