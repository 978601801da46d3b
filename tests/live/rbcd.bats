# apply --resource-based on a DC that takes it and whose KDC grants by it: the ticket, the lost race, the crash, undo.

bats_require_minimum_version 1.5.0
load moments

ATTRIBUTE=msDS-AllowedToActOnBehalfOfOtherIdentity

setup() {
  ad-set WEB userAccountControl $((4096 | 16777216))
  ad-set CORE2016 userAccountControl 4096
  ad-set CORE2016 msDS-AllowedToDelegateTo cifs/2016GUI
  ad-local-set 'SQL$' $ATTRIBUTE
  rm -rf "$XDG_STATE_HOME/kcdfix"
  # shellcheck disable=SC2034 # for moments.bash
  changes=$XDG_STATE_HOME/kcdfix/changes
}

# The value as base64, or nothing.
descriptor() {
  ad-get "$1" $ATTRIBUTE | base64 -w0
}

answer() {
  kcdfix check --json -k "$KCDFIX_LAB_DIR/keytabs/web.keytab" --as alice WEB cifs/SQL |
    jq -r '.pairs[0] | [.findings[] | select(.severity == "error").id] as $errors |
      .observed.s4u2proxy.outcome + " " + (.agree | tostring) + " " + ($errors | join(","))'
}

@test "the KDC refuses before the entry, gives the ticket with it, and refuses again after undo" {
  [ "$(answer)" = 'error true list-empty' ]
  run --separate-stderr kcdfix apply --yes --resource-based -k "$KCDFIX_LAB_DIR/keytabs/web.keytab" --as alice \
    WEB cifs/SQL
  [ "$status" -eq 0 ]
  [[ "$output" == *"+ WEB\$ (S-1-5-21-"* ]]
  [[ "$output" == *"This opens every service of SQL\$ to WEB for any user who may be delegated"* ]]
  [[ "$output" == *"WEB -> cifs/SQL as alice: WORKS"* ]]
  [[ "$output" == *"SQL\$ accepts WEB by a resource-based entry"* ]]
  [ "$(answer)" = 'ticket true ' ]
  run kcdfix check --as alice WEB MSSQLSvc/sql.kcd.test:1433 # one entry, every service of the account
  [ "$status" -eq 0 ]
  run kcdfix apply --yes --resource-based WEB cifs/SQL
  [ "$status" -eq 0 ]
  [[ "$output" == *"nothing to do"* ]]
  [ "$(kcdfix history --json | jq '.records | length')" -eq 1 ]
  run kcdfix history
  [[ "$output" == *"SQL\$: accepts WEB\$ (resource-based)"* ]]
  kcdfix undo --yes
  [ -z "$(descriptor SQL)" ]
  [ "$(answer)" = 'error true list-empty' ]
}

@test "both in one run: the target accepts the host, and the host gets protocol transition" {
  ad-set WEB userAccountControl 4096
  run kcdfix apply --yes --resource-based WEB cifs/SQL
  [ "$status" -eq 1 ]
  [[ "$output" == *"rbcd-needs-transition-on-samba"* ]]
  [[ "$output" == *"do both: kcdfix apply --resource-based --protocol-transition WEB cifs/SQL"* ]]
  [ -z "$(descriptor SQL)" ]
  run kcdfix apply --yes --resource-based --protocol-transition -k "$KCDFIX_LAB_DIR/keytabs/web.keytab" --as alice \
    WEB cifs/SQL
  [ "$status" -eq 0 ]
  [ "$(ad-get WEB userAccountControl)" = $((4096 | 16777216)) ]
  [ -z "$(ad-get WEB msDS-AllowedToDelegateTo)" ]
  [ "$(answer)" = 'ticket true ' ]
  [ "$(kcdfix history --json | jq -r '[.records[].run] | unique | length, ([.[]] | length)' | paste -sd' ')" = '1 1' ]
  [ "$(kcdfix history --json | jq -r '[.records[].mode] | sort | join(" ")')" = 'protocol-transition resource-based' ]
  kcdfix undo --yes
  [ -z "$(descriptor SQL)" ]
  [ "$(ad-get WEB userAccountControl)" = 4096 ]
}

@test "a Kerberos-only list breaks it, so that entry is not made" {
  run kcdfix apply --yes --resource-based CORE2016 cifs/SQL
  [ "$status" -eq 1 ]
  [[ "$output" == *"list-breaks-rbcd"* ]]
  [[ "$output" == *"do both: kcdfix apply --resource-based --protocol-transition CORE2016 cifs/SQL"* ]]
  [ -z "$(descriptor SQL)" ]
  [ "$(kcdfix history --json | jq '.records | length')" -eq 0 ]
}

@test "what breaks a resource-based delegation is said before it is written" {
  run kcdfix apply -n --kerberos-only WEB cifs/FS1
  [[ "$output" == *"breaks the resource-based delegation to FS1 that works now"* ]]
  ad-local-set 'SQL$' $ATTRIBUTE 'O:BAD:(A;;0xf01ff;;;{WEB$})'
  run kcdfix apply -n --kerberos-only WEB cifs/2016GUI
  [[ "$output" == *"breaks the resource-based delegation to "* && "$output" == *FS1* && "$output" == *SQL* ]]
  run kcdfix apply -n --protocol-transition WEB cifs/2016GUI
  [[ "$output" != *"breaks"* ]]
}

@test "old entries stay as they are and where they are, and undo brings back the very bytes" {
  ad-local-set 'SQL$' $ATTRIBUTE 'O:DAG:DAD:(D;;0xf01ff;;;{HV1$})(A;OICIIO;CR;;;{HV2$})(A;;0x30;;;S-1-5-21-1-2-3-4)'
  before=$(descriptor SQL)
  kcdfix apply --yes --resource-based -k "$KCDFIX_LAB_DIR/keytabs/web.keytab" --as alice WEB cifs/SQL
  after=$(descriptor SQL)
  [ "$before" != "$after" ]
  run /usr/bin/python3 - "$before" "$after" <<'PY'
import base64, sys
from samba.dcerpc import security
from samba.ndr import ndr_pack, ndr_unpack
old, new = (ndr_unpack(security.descriptor, base64.b64decode(text)[:-1]) for text in sys.argv[1:])
assert [ndr_pack(ace) for ace in new.dacl.aces[:-1]] == [ndr_pack(ace) for ace in old.dacl.aces]
assert (new.owner_sid, new.group_sid) == (old.owner_sid, old.group_sid)
last = new.dacl.aces[-1]
print(last.type, last.flags, hex(last.access_mask))
PY
  [ "$output" = '0 0 0xf01ff' ]
  [ "$(answer)" = 'ticket true ' ]
  kcdfix undo --yes
  [ "$(descriptor SQL)" = "$before" ]
}

@test "an entry behind one that denies the host is not added" {
  ad-local-set 'SQL$' $ATTRIBUTE 'O:BAD:(D;;CR;;;{WEB$})'
  before=$(descriptor SQL)
  run kcdfix apply --yes --resource-based WEB cifs/SQL
  [ "$status" -eq 1 ]
  [[ "$output" == *"denies WEB\$"* && "$output" == *"rbcd-ace-dead"* ]]
  [ "$(descriptor SQL)" = "$before" ]
}

@test "a descriptor that changed between read and write is a conflict, and theirs stays" {
  ad-local-set 'SQL$' $ATTRIBUTE 'O:BAD:(A;;0xf01ff;;;{HV1$})'
  run with_a_pause_before_the_write "ad-local-set 'SQL\$' $ATTRIBUTE 'O:BAD:(A;;0xf01ff;;;{HV2\$})'" \
    apply --yes --resource-based WEB cifs/SQL
  [ "$status" -eq 6 ]
  [ "$(record .state)" = conflict ]
  run kcdfix check --json WEB cifs/SQL
  [ "$(jq -r '[.pairs[0].directory.spn.resource_based.entries[].name] | join(" ")' <<<"$output")" = 'HV2$' ]
}

@test "a first descriptor that somebody else wrote meanwhile is a conflict" {
  run with_a_pause_before_the_write "ad-local-set 'SQL\$' $ATTRIBUTE 'O:BAD:(A;;0xf01ff;;;{HV2\$})'" \
    apply --yes --resource-based WEB cifs/SQL
  [ "$status" -eq 6 ]
  [ "$(record .state)" = conflict ]
  [ -n "$(descriptor SQL)" ]
}

@test "where the target was lost, the host gets nothing either" {
  ad-set WEB userAccountControl 4096
  run with_a_pause_before_the_write "ad-local-set 'SQL\$' $ATTRIBUTE 'O:BAD:(A;;0xf01ff;;;{HV2\$})'" \
    apply --yes --resource-based --protocol-transition WEB cifs/SQL
  [ "$status" -eq 6 ]
  [ "$(ad-get WEB userAccountControl)" = 4096 ]
}

@test "undo is refused when the descriptor was changed since" {
  kcdfix apply --yes --resource-based WEB cifs/SQL
  ad-local-set 'SQL$' $ATTRIBUTE 'O:BAD:(A;;0xf01ff;;;{WEB$})(A;;0xf01ff;;;{HV2$})'
  before=$(descriptor SQL)
  run kcdfix undo --yes
  [ "$status" -eq 6 ]
  [[ "$output" == *"changed since"* ]]
  [ "$(descriptor SQL)" = "$before" ]
  [ "$(record .state)" = applied ]
}

@test "kill -9 before the write leaves the old state and a record that tells so" {
  run interrupted_at fsync 4 KILL apply --yes --resource-based WEB cifs/SQL
  [ -z "$(descriptor SQL)" ]
  [ "$(record .state)" = planned ]
  run kcdfix undo --yes
  [ "$status" -eq 0 ]
  [[ "$output" == *"was never made"* ]]
  [ -z "$(descriptor SQL)" ]
}

@test "kill -9 after the write leaves the new state, and undo finds out and takes it back" {
  ad-local-set 'SQL$' $ATTRIBUTE 'O:BAD:(A;;0xf01ff;;;{HV1$})'
  before=$(descriptor SQL)
  run interrupted_at rename 2 KILL apply --yes --resource-based WEB cifs/SQL
  [ "$(descriptor SQL)" != "$before" ]
  [ "$(record .state)" = planned ]
  kcdfix undo --yes
  [ "$(descriptor SQL)" = "$before" ]
}

@test "kill -9 in the middle of undo leaves the old or the new value, and the same command finishes" {
  ad-local-set 'SQL$' $ATTRIBUTE 'O:BAD:(A;;0xf01ff;;;{HV1$})'
  before=$(descriptor SQL)
  for step in "fsync 4" "rename 2" "rename 3"; do
    rm -rf "$XDG_STATE_HOME/kcdfix"
    kcdfix apply --yes --resource-based WEB cifs/SQL
    after=$(descriptor SQL)
    # shellcheck disable=SC2086
    interrupted_at $step KILL undo --yes >/dev/null 2>&1 || true
    [ "$(descriptor SQL)" = "$before" ] || [ "$(descriptor SQL)" = "$after" ]
    kcdfix undo --yes || [ $? -eq 2 ]
    [ "$(descriptor SQL)" = "$before" ] || { echo "$step"; false; }
  done
}

@test "an entry that another write took out is told from the record" {
  kcdfix apply --yes --resource-based WEB cifs/SQL
  ad-local-set 'SQL$' $ATTRIBUTE 'O:BAD:(A;;0xf01ff;;;{HV1$})'
  run kcdfix check WEB cifs/SQL
  [ "$status" -eq 1 ]
  [[ "$output" == *"rbcd-overwritten"* ]]
  ad-local-set 'SQL$' $ATTRIBUTE 'O:BAD:(A;;0xf01ff;;;{HV1$})(A;;0xf01ff;;;{WEB$})'
  run kcdfix check WEB cifs/SQL
  [ "$status" -eq 0 ]
}

@test "a domain controller as target has to be confirmed by its name" {
  run kcdfix apply --yes --resource-based WEB cifs/dc1.kcd.test
  [ "$status" -eq 2 ]
  [[ "$output" == *"has to be confirmed"* ]]
  [ -z "$(descriptor DC1)" ]
}

@test "somebody who may write the target alone needs no delegation privilege" {
  run as plain kcdfix apply --yes --resource-based WEB cifs/SQL
  [ "$status" -eq 4 ]
  [[ "$output" == *"may not write this object"* ]]
  [[ "$output" == *"--emit powershell --resource-based WEB cifs/SQL"* ]]
  [ -z "$(descriptor SQL)" ]
}

@test "what is emitted as LDIF makes the same change, once" {
  kcdfix apply -n --emit ldif --resource-based WEB cifs/SQL >"$BATS_TEST_TMPDIR/change.ldif" || [ $? -eq 1 ]
  ldapmodify -Q -Y GSSAPI -H "ldap://$KCDFIX_DC" -f "$BATS_TEST_TMPDIR/change.ldif"
  [ "$(answer)" = 'ticket true ' ]
  run ldapmodify -Q -Y GSSAPI -H "ldap://$KCDFIX_DC" -f "$BATS_TEST_TMPDIR/change.ldif"
  [ "$status" -eq 20 ]
}
