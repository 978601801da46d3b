# apply --resource-based on a Samba DC as it comes, where nobody may write the attribute over LDAP.

bats_require_minimum_version 1.5.0

ATTRIBUTE=msDS-AllowedToActOnBehalfOfOtherIdentity

setup() {
  ad-set WEB userAccountControl 4096
  ad-set CORE2016 userAccountControl 4096
  ad-set CORE2016 msDS-AllowedToDelegateTo cifs/2016GUI
  ad-local-set 'SQL$' $ATTRIBUTE
  rm -rf "$XDG_STATE_HOME/kcdfix"
}

is_417() {
  [ "$KCDFIX_LAB_FLAVOUR" = samba-heimdal-4.17 ]
}

@test "the write is not tried, and the line for the domain controller itself is shown" {
  run kcdfix apply -vv --yes --resource-based WEB cifs/SQL
  [ "$status" -eq 4 ]
  [[ "$output" == *"not-over-ldap"* ]]
  [[ "$output" == *"as root: samba-tool delegation add-principal 'SQL\$' 'WEB\$'"* ]]
  [[ "$output" != *"modify \""* ]]
  if is_417; then [[ "$output" == *"rbcd-unsupported-samba-417"* ]]; else [[ "$output" != *"4.19 never"* ]]; fi
  [ -z "$(ad-get SQL $ATTRIBUTE)" ]
  [ "$(kcdfix history --json | jq '.records | length')" -eq 0 ]
}

@test "the host gets nothing where its target is refused" {
  run --separate-stderr kcdfix apply --yes --json --resource-based --protocol-transition WEB cifs/SQL
  [ "$status" -eq 4 ]
  [ "$(jq -r '[.objects[].state] | join(" ")' <<<"$output")" = 'refused refused' ]
  [ "$(jq -r .changed <<<"$output")" = false ]
  [ "$(ad-get WEB userAccountControl)" = 4096 ]
}

@test "a list that breaks it is the better answer" {
  run kcdfix apply --yes --resource-based CORE2016 cifs/SQL
  [ "$status" -eq 1 ]
  [[ "$output" == *"list-breaks-rbcd"* ]]
}

@test "the emitted samba-tool line does it on the domain controller" {
  run --separate-stderr kcdfix apply -n --emit samba-tool --resource-based WEB cifs/SQL
  [ "$status" -eq 1 ]
  [[ "$output" == *"to be run on the domain controller itself"* ]]
  line=$(grep '^samba-tool' <<<"$output")
  [ "$line" = "samba-tool delegation add-principal 'SQL\$' 'WEB\$'" ]
  if is_417; then # elsewhere samba-tool and the databases are of two versions
    eval "$line --configfile=$KCDFIX_LAB_DIR/dc1/smb.conf"
    run kcdfix check --json WEB cifs/SQL
    local accepted='.pairs[0].directory.spn.resource_based | .entries[0].name + " " + (.grants_host | tostring)'
    [ "$(jq -r "$accepted" <<<"$output")" = 'WEB$ true' ]
  fi
}

@test "no other script is emitted, since none would work" {
  for format in ldif powershell; do
    run --separate-stderr kcdfix apply -n --emit "$format" --resource-based WEB cifs/SQL
    [ "$status" -eq 4 ]
    [ -z "$output" ]
  done
}

@test "a dry run says the same" {
  run kcdfix apply -n --resource-based WEB cifs/SQL
  [ "$status" -eq 4 ]
  [[ "$output" == *"samba-tool delegation add-principal"* ]]
}

@test "an SPN has to be named, and options that contradict are refused" {
  run kcdfix apply --yes --resource-based WEB
  [ "$status" -eq 2 ]
  run kcdfix apply --yes --resource-based --kerberos-only WEB cifs/SQL
  [ "$status" -eq 2 ]
  run kcdfix apply --yes --resource-based --exact WEB cifs/SQL
  [ "$status" -eq 2 ]
}

@test "targets and hosts that are never touched" {
  run kcdfix apply --yes --resource-based WEB krbtgt/KCD.TEST
  [ "$status" -eq 1 ]
  [[ "$output" == *"krbtgt-listed"* ]]
  run kcdfix apply --yes --resource-based WEB cifs/nobody-has-this
  [ "$status" -eq 1 ]
  [[ "$output" == *"target-spn-missing"* ]]
  run kcdfix apply --yes --resource-based nobody cifs/SQL
  [ "$status" -eq 1 ]
  [[ "$output" == *"host-not-found"* ]]
  run kcdfix apply --yes --resource-based DC1 cifs/SQL
  [ "$status" -eq 1 ]
  [[ "$output" == *"wrong-object"* ]]
}
