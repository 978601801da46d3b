bats_require_minimum_version 1.5.0

# The main job on a real domain: check fails, apply mends, check works, undo takes back. Each test starts from the same
# state: CORE2016 lists cifs/2016GUI with "Use Kerberos only".

setup() {
  ad-set CORE2016 userAccountControl 4096
  ad-set CORE2016 msDS-AllowedToDelegateTo cifs/2016GUI
  rm -rf "$XDG_STATE_HOME/kcdfix"
  key=$KCDFIX_LAB_DIR/keytabs/core2016.keytab
}

state_of() {
  ad-get "$1" userAccountControl msDS-AllowedToDelegateTo
}

@test "check reproduces KDC_ERR_BADOPTION and names protocol transition" {
  run kcdfix check -k "$key" --as alice CORE2016 cifs/2016GUI
  [ "$status" -eq 1 ]
  [[ "${lines[0]}" == "CORE2016 -> cifs/2016GUI as alice: FAILS" ]]
  [[ "$output" == *"[protocol-transition-off]"* ]]
  [[ "$output" == *"KDC_ERR_BADOPTION (13)"* ]]
  [[ "$output" == *"fix: kcdfix apply --protocol-transition CORE2016 cifs/2016GUI"* ]]
}

@test "the JSON of check says the same" {
  run --separate-stderr kcdfix check --json -k "$key" --as alice CORE2016 cifs/2016GUI
  [ "$status" -eq 1 ]
  [ "$(jq -r '.schema, .exit_status, .domain, .dc, .kdc_flavour' <<<"$output" | paste -sd' ')" = \
    "kcdfix.check/1 1 kcd.test dc1.kcd.test samba-heimdal-4.17" ]
  pair=$(jq -c '.pairs[0]' <<<"$output")
  [ "$(jq -r '[.host, .spn, .target, .user, .verdict, .agree] | @csv' <<<"$pair")" = \
    '"CORE2016$","cifs/2016GUI","2016GUI$","alice@KCD.TEST","fails",true' ]
  [ "$(jq -c '.predicted | [.certain, .s4u2self.outcome, .s4u2self.forwardable]' <<<"$pair")" = \
    '[true,"ticket",false]' ]
  [ "$(jq -c '.predicted | [.s4u2proxy.code, .user_ticket.outcome]' <<<"$pair")" = '[13,"ticket"]' ]
  [ "$(jq -c '.observed | [.by, .kdc, .s4u2self.forwardable]' <<<"$pair")" = '["keytab","dc1.kcd.test",false]' ]
  [ "$(jq -c '.observed.s4u2proxy | [.code, .name, .client_code, .ntstatus]' <<<"$pair")" = \
    '[13,"KDC_ERR_BADOPTION",-1765328371,null]' ]
  [ "$(jq -c '[.findings[] | select(.severity == "error") | .id]' <<<"$pair")" = '["protocol-transition-off"]' ]
  [ "$(jq -c '.findings[0] | [.severity, .evidence.userAccountControl, .command]' <<<"$pair")" = \
    '["error",4096,"kcdfix apply --protocol-transition CORE2016 cifs/2016GUI"]' ]
}

@test "apply without operands mends what the last check found, and undo restores the object exactly" {
  before=$(state_of CORE2016)
  run kcdfix check -k "$key" --as alice CORE2016 cifs/2016GUI
  [ "$status" -eq 1 ]
  run kcdfix apply --protocol-transition --exact --yes -k "$key"
  [ "$status" -eq 0 ]
  [[ "$output" == *"last check: CORE2016 -> cifs/2016GUI as alice"* ]]
  [[ "$output" == *"0x1000 -> 0x1001000"* ]]
  [[ "$output" == *"CORE2016 -> cifs/2016GUI as alice: WORKS"* ]]
  [ "$(state_of CORE2016)" = $'16781312\ncifs/2016GUI' ]
  run kcdfix check -k "$key" --as alice CORE2016 cifs/2016GUI
  [ "$status" -eq 0 ]
  [[ "$output" == *"WORKS"* ]]
  run kcdfix undo --yes
  [ "$status" -eq 0 ]
  [ "$(state_of CORE2016)" = "$before" ]
  run kcdfix check CORE2016 cifs/2016GUI
  [ "$status" -eq 1 ]
}

@test "apply adds the FQDN form that the same account owns, and undo removes exactly that" {
  before=$(state_of CORE2016)
  run kcdfix apply --protocol-transition --yes CORE2016 cifs/2016GUI
  [ "$status" -eq 0 ]
  [ "$(state_of CORE2016 | sort)" = "$(printf '16781312\ncifs/2016GUI\ncifs/2016GUI.kcd.test\n' | sort)" ]
  kcdfix undo --yes
  [ "$(state_of CORE2016)" = "$before" ]
}

@test "a second apply changes nothing and says so" {
  kcdfix apply --protocol-transition --yes CORE2016 cifs/2016GUI
  version=$(ad-get CORE2016 uSNChanged)
  run kcdfix apply --protocol-transition --yes CORE2016 cifs/2016GUI
  [ "$status" -eq 0 ]
  [[ "$output" == *"nothing to do"* ]]
  [ "$(ad-get CORE2016 uSNChanged)" = "$version" ]
  [ "$(kcdfix history --json | jq '.records | length')" = 1 ]
}

@test "a dry run shows the change, writes nothing, and is pending" {
  before=$(state_of CORE2016)
  run kcdfix apply -n --protocol-transition CORE2016 cifs/2016GUI
  [ "$status" -eq 1 ]
  [[ "$output" == *"0x1000 -> 0x1001000"* ]]
  [[ "$output" == *"nothing was changed"* ]]
  [ "$(state_of CORE2016)" = "$before" ]
  [ ! -e "$XDG_STATE_HOME/kcdfix/changes" ]
}

@test "without a terminal and without --yes nothing is touched" {
  before=$(state_of CORE2016)
  run kcdfix apply --protocol-transition CORE2016 cifs/2016GUI </dev/null
  [ "$status" -eq 2 ]
  [[ "$output" == *"no terminal"* ]]
  [ "$(state_of CORE2016)" = "$before" ]
  run kcdfix undo </dev/null
  [ "$status" -eq 2 ]
}

@test "apply does all nodes of a cluster" {
  run kcdfix apply --protocol-transition --yes NODE1 NODE2 cifs/SOFS2016
  [ "$status" -eq 0 ]
  for node in NODE1 NODE2; do
    [ "$(state_of "$node" | sort)" = "$(printf '16781312\ncifs/SOFS2016\ncifs/SOFS2016.kcd.test\n' | sort)" ]
  done
  run --separate-stderr kcdfix history --json
  [ "$(jq '[.records[].run] | unique | length' <<<"$output")" = 1 ]
  run kcdfix undo --yes
  [ "$status" -eq 0 ]
  for node in NODE1 NODE2; do
    [ "$(state_of "$node")" = 4096 ]
  done
}

@test "apply without a mode option only lists, and says what will still fail" {
  ad-del CORE2016 msDS-AllowedToDelegateTo
  run kcdfix apply --yes CORE2016 cifs/2016GUI
  [ "$status" -eq 5 ]
  [[ "$output" == *"[protocol-transition-off]"* ]]
  [ "$(ad-get CORE2016 userAccountControl)" = 4096 ]
}

@test "apply --kerberos-only clears the bit and names what stops working" {
  ad-set CORE2016 userAccountControl 16781312
  ad-add CORE2016 msDS-AllowedToDelegateTo cifs/SQL
  run kcdfix apply --kerberos-only --yes --exact CORE2016 cifs/2016GUI
  [ "$status" -eq 5 ]
  [[ "$output" == *"cifs/SQL"* ]]
  [ "$(ad-get CORE2016 userAccountControl)" = 4096 ]
  run kcdfix undo --yes
  [ "$status" -eq 0 ]
  [ "$(ad-get CORE2016 userAccountControl)" = 16781312 ]
}

@test "a restriction is not stopped by a target: an orphan, a domain controller, a service of the KDC" {
  ad-set CORE2016 userAccountControl 16781312
  ad-add CORE2016 msDS-AllowedToDelegateTo cifs/NOBODY cifs/dc1.kcd.test krbtgt/KCD.TEST
  before=$(ad-get CORE2016 msDS-AllowedToDelegateTo | sort)
  run kcdfix apply --kerberos-only --yes CORE2016 </dev/null
  [[ "$output" != *"domain controller; that has to be confirmed"* ]]
  [[ "$output" == *"krbtgt (the KDC"* ]]
  [[ "$output" == *"on no account: cifs/NOBODY. Whoever"* ]]
  [ "$(ad-get CORE2016 userAccountControl)" = 4096 ]
  [ "$(ad-get CORE2016 msDS-AllowedToDelegateTo | sort)" = "$before" ]
}

@test "the bit of a host that lists nothing is put back as well" {
  ad-set CORE2016 userAccountControl 16781312
  ad-del CORE2016 msDS-AllowedToDelegateTo
  run kcdfix apply --kerberos-only --yes CORE2016
  [ "$(state_of CORE2016)" = 4096 ]
}

@test "an SPN that is registered on the account of the KDC is never listed" {
  ad-add krbtgt servicePrincipalName foo/bar
  for spn in foo/bar kadmin/changepw krbtgt/KCD.TEST; do
    run kcdfix apply --yes --exact CORE2016 "$spn"
    [ "$status" -eq 1 ]
    [[ "$output" == *"[krbtgt-listed]"* || "$output" == *"KDC itself"* ]]
  done
  run kcdfix check CORE2016 foo/bar
  [ "$status" -eq 1 ]
  [[ "$output" == *"[krbtgt-listed]"* ]]
  [ "$(state_of CORE2016)" = $'4096\ncifs/2016GUI' ]
  ad-add CORE2016 msDS-AllowedToDelegateTo foo/bar
  run kcdfix apply --protocol-transition --yes --exact CORE2016 cifs/2016GUI
  [ "$status" -eq 1 ]
  [ "$(ad-get CORE2016 userAccountControl)" = 4096 ]
  ad-del krbtgt servicePrincipalName foo/bar
}

@test "protocol transition is refused beside a listed service of the KDC" {
  for entry in krbtgt/KCD.TEST kadmin/changepw krbtgt; do
    ad-add CORE2016 msDS-AllowedToDelegateTo "$entry"
    run kcdfix apply --protocol-transition --yes --exact CORE2016 cifs/2016GUI
    [ "$status" -eq 1 ]
    [[ "$output" == *"$entry is listed, a service of the KDC itself"* ]]
    [ "$(ad-get CORE2016 userAccountControl)" = 4096 ]
    ad-del CORE2016 msDS-AllowedToDelegateTo "$entry"
  done
}

@test "case is the directory's beyond ASCII too: no second spelling, and the owner is found" {
  lower=$(printf 'cifs/b\303\274ro')
  upper=$(printf 'cifs/B\303\234RO')
  ad-add 2016GUI servicePrincipalName "$upper"
  ad-add CORE2016 msDS-AllowedToDelegateTo "$lower"
  run kcdfix apply --yes --exact CORE2016 "$upper"
  [[ "$output" == *"$upper was left out: the directory takes it for $lower"* ]]
  [ "$(ad-get CORE2016 msDS-AllowedToDelegateTo | wc -l)" = 2 ]
  run kcdfix apply --protocol-transition --yes --exact CORE2016 "$lower"
  [[ "$output" != *"No account holds"* ]]
  [[ "$output" != *"on no account"* ]]
  [ "$(ad-get CORE2016 userAccountControl)" = 16781312 ]
  ad-del 2016GUI servicePrincipalName "$upper"
}

@test "the emitted LDIF does what apply would do, and fails harmlessly on a changed object" {
  ad-del CORE2016 msDS-AllowedToDelegateTo
  run --separate-stderr kcdfix apply -n --emit ldif --protocol-transition CORE2016 cifs/2016GUI
  [ "$status" -eq 1 ]
  printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/change.ldif"
  run ! grep -qi replace "$BATS_TEST_TMPDIR/change.ldif"
  ldapmodify -Q -Y GSSAPI -H "ldap://$KCDFIX_DC" -f "$BATS_TEST_TMPDIR/change.ldif"
  kcdfix check CORE2016 cifs/2016GUI
  ad-set CORE2016 userAccountControl 4128
  ad-del CORE2016 msDS-AllowedToDelegateTo
  run ldapmodify -Q -Y GSSAPI -H "ldap://$KCDFIX_DC" -f "$BATS_TEST_TMPDIR/change.ldif"
  [ "$status" -eq 16 ]
  [ "$(state_of CORE2016)" = 4128 ]
}

@test "the emitted samba-tool lines do what apply would do" {
  ad-del CORE2016 msDS-AllowedToDelegateTo
  run --separate-stderr kcdfix apply --emit samba-tool --protocol-transition CORE2016 cifs/2016GUI
  [ "$status" -eq 1 ]
  grep -q "delegation add-service" <<<"$output"
  grep -q "for-any-protocol" <<<"$output"
  sh -ec "$output"
  kcdfix check CORE2016 cifs/2016GUI
}

@test "probe shows the exchanges alone" {
  run kcdfix probe -k "$key" --as alice CORE2016 cifs/2016GUI
  [ "$status" -eq 1 ]
  [[ "${lines[0]}" == *"FAILS"*"KDC_ERR_BADOPTION (13)"* ]]
  [[ "$output" == *"S4U2Self"*"not fwd"* ]]
  ad-set CORE2016 userAccountControl 16781312
  run kcdfix probe -k "$key" --as alice CORE2016 cifs/2016GUI
  [ "$status" -eq 0 ]
}

@test "probe needs no login when everything is named" {
  run env KRB5CCNAME=FILE:/nonexistent/ccache \
    kcdfix probe -S "$KCDFIX_DC" -R "$KCDFIX_REALM" -k "$key" --as alice CORE2016 cifs/2016GUI
  [ "$status" -eq 1 ]
  [[ "$output" == *"KDC_ERR_BADOPTION"* ]]
}

@test "several hosts and SPNs: every host to every SPN, in the order typed" {
  run --separate-stderr kcdfix check --json CORE2016 OUHOST cifs/2016GUI cifs/SQL
  [ "$status" -eq 1 ]
  [ "$(jq -r '.pairs[] | .host + " " + .spn' <<<"$output" | paste -sd,)" = \
    'CORE2016$ cifs/2016GUI,CORE2016$ cifs/SQL,OUHOST$ cifs/2016GUI,OUHOST$ cifs/SQL' ]
}

@test "a host without SPN is checked against everything it lists" {
  ad-add CORE2016 msDS-AllowedToDelegateTo cifs/SQL
  run --separate-stderr kcdfix check --json CORE2016
  [ "$status" -eq 1 ]
  [ "$(jq -r '.pairs[].spn' <<<"$output" | sort | paste -sd,)" = 'cifs/2016GUI,cifs/SQL' ]
}

@test "SPNs with blanks are operands like any other" {
  spn='Microsoft Virtual System Migration Service/HV2'
  run kcdfix check -k "$KCDFIX_LAB_DIR/keytabs/hv1.keytab" --as alice HV1 "$spn"
  [ "$status" -eq 1 ]
  [[ "${lines[0]}" == "HV1 -> $spn as alice: FAILS" ]]
  run kcdfix apply --protocol-transition --yes HV1 "$spn"
  [ "$status" -eq 5 ]
  [[ "$(ad-get HV1 msDS-AllowedToDelegateTo)" == *"$spn"* ]]
  run kcdfix probe -k "$KCDFIX_LAB_DIR/keytabs/hv1.keytab" --as alice HV1 "$spn"
  [ "$status" -eq 1 ]
  run kcdfix undo --yes
  [ "$status" -eq 0 ]
  [ "$(state_of HV1)" = 4096 ]
}

@test "the secrets stay secret, and nothing is stored" {
  before=$(klist)
  run kcdfix check -vv -k "$key" --as alice CORE2016 cifs/2016GUI
  [ "$status" -eq 1 ]
  after=$(klist | grep -v 'ldap/')
  [ "$after" = "$(grep -v 'ldap/' <<<"$before")" ]
  [ "$(klist | grep -c '2016GUI\|for client alice')" -eq 0 ]
}
