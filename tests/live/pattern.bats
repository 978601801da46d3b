# shellcheck disable=SC2154 # stderr comes from bats
# The class that kcdfix probe tells from the answers alone, the user's own ticket, and what all that costs.

bats_require_minimum_version 1.5.0

readonly LISTED=cifs/2016GUI
readonly KERBEROS_ONLY=4096
readonly ANY_PROTOCOL=16781312
readonly SENSITIVE=$((0x100000))

setup() {
  keytab=$KCDFIX_LAB_DIR/keytabs/core2016.keytab
  export KRB5CCNAME=FILE:$BATS_TEST_TMPDIR/ccache
  cp -- "$KCDFIX_LAB_DIR/admin.ccache" "$BATS_TEST_TMPDIR/ccache"
  ad-set 'CORE2016$' userAccountControl "$ANY_PROTOCOL"
  ad-set 'CORE2016$' msDS-AllowedToDelegateTo "$LISTED" cifs/NOKEYS cifs/nobody-has-this
  alice=FILE:$BATS_TEST_TMPDIR/alice
  kinit -f -c "$alice" -k -t "$KCDFIX_LAB_DIR/keytabs/alice.keytab" alice
}

probe() {
  kcdfix probe -k "$keytab" "$@"
}

# class_of USER SPN: the class and the likeliest cause
class_of() {
  probe --json --as "$1" CORE2016 "$2" | jq -r '.pairs[0].observed.class | "\(.name) \(.ids[0])"'
}

# The output without its line breaks.
words() {
  tr -s ' \n' ' ' <<<"$output"
}

purposes() {
  jq -r '.pairs[0].observed.exchanges[] | .kind + " " + .purpose' <<<"$output"
}

@test "Kerberos only: the host's own ticket proves the list right, so protocol transition is missing" {
  ad-set 'CORE2016$' userAccountControl "$KERBEROS_ONLY"
  [ "$(class_of alice "$LISTED")" = "protocol-transition-missing protocol-transition-off" ]
  run -1 probe --as alice CORE2016 "$LISTED"
  [[ "${lines[0]}" == "CORE2016 -> cifs/2016GUI as alice: FAILS, KDC_ERR_BADOPTION (13)" ]]
  [[ "$output" == *"transition is missing"*"[protocol-transition-missing]"* ]]
  [[ "$output" == *"the KDC gave no reason"* ]]
  [[ "$output" == *"causes     protocol-transition-off, "* ]]
  [[ "$output" == *"why: kcdfix check -k"*"--as alice CORE2016 cifs/2016GUI" ]]
}

@test "every state has the class of its cause, without a directory" {
  local user spn expected
  while read -r user spn expected; do
    [ "$(class_of "$user" "$spn")" = "$expected" ] || { class_of "$user" "$spn"; false; }
  done <<'TABLE'
alice cifs/2016GUI granted negative-cache
alice cifs/SQL not-granted list-empty
bob cifs/2016GUI user-not-delegable user-sensitive
bob cifs/SQL not-granted-nor-delegable list-empty
alice cifs/nosuch spn-unknown target-spn-missing
alice cifs/nobody-has-this spn-unknown target-spn-missing
alice cifs/NOKEYS target-keys target-without-keys
dave cifs/2016GUI user-refused user-account-unusable
erin cifs/2016GUI user-refused user-account-unusable
lisa cifs/2016GUI user-refused user-account-unusable
gina cifs/2016GUI user-refused-at-the-service user-account-unusable
no-such-user cifs/2016GUI user-unknown user-not-found
TABLE
  ad-set 'CORE2016$' userAccountControl $((ANY_PROTOCOL | SENSITIVE))
  [ "$(class_of alice "$LISTED")" = "host-ticket-not-forwardable-list-unseen host-sensitive" ]
  ad-set 'CORE2016$' userAccountControl "$KERBEROS_ONLY"
  [ "$(class_of alice cifs/SQL)" = "not-granted-nor-forwardable list-empty" ]
  ad-del 'CORE2016$' msDS-AllowedToDelegateTo
  [ "$(class_of alice "$LISTED")" = "not-granted-nor-forwardable list-empty" ]
}

@test "a disabled host" {
  run -1 kcdfix probe --json -k "$KCDFIX_LAB_DIR/keytabs/off.keytab" --as alice OFF "$LISTED"
  [ "$(jq -r '.pairs[0] | .verdict, .observed.class.name' <<<"$output" | xargs)" = "fails host-refused" ]
}

# Logon hours stand in no rule of the prediction, so the KDC alone knows.
@test "a host that the KDC refuses for a reason that no check reads" {
  ad-set 'CORE2016$' userAccountControl "$ANY_PROTOCOL"
  printf 'dn: %s\nchangetype: modify\nreplace: logonHours\nlogonHours:: AAAAAAAAAAAAAAAAAAAAAAAAAAAA\n' \
    "$(ad-get 'CORE2016$' distinguishedName)" | ldapmodify -Q -Y GSSAPI -H ldap://dc1.kcd.test
  run -1 kcdfix check -k "$KCDFIX_LAB_DIR/keytabs/core2016.keytab" --as alice CORE2016 "$LISTED"
  ad-del 'CORE2016$' logonHours
  [[ "${lines[0]}" == *": FAILS" ]]
  [[ "$output" == *"[prediction-differs]"*"AS "*"TGT for CORE2016\$"*"KDC_ERR_CLIENT_REVOKED (18)"* ]]
}

@test "the requests go without the armour, so errors come bare" {
  ad-set 'CORE2016$' userAccountControl "$KERBEROS_ONLY"
  run -1 probe --json --as alice CORE2016 "$LISTED"
  [ "$(jq -r '[.pairs[0].observed.exchanges[] | .krb_error.edata // empty] | unique | join(" ")' <<<"$output")" = none ]
  [ "$(jq -r '.pairs[0].observed.reason' <<<"$output")" = none ]
}

# start_fake FORM WITH_BIT WITHOUT_BIT: a fake Windows KDC on an address of its own
start_fake() {
  coproc FAKE { exec /usr/bin/python3 "$KCDFIX_SOURCE_DIR/tests/live/fake_windows_kdc.py" 127.0.0.77 "$@"; }
  fake=$FAKE_PID
  read -r -u "${FAKE[0]}" ready
  [ "$ready" = ready ]
}

stop_fake() {
  kill "$fake" && wait "$fake" || true
}

@test "fake Windows KDC: from the bytes of its refusals to the words and the class" {
  local form with without name class
  ad-set 'CORE2016$' userAccountControl "$KERBEROS_ONLY"
  local poor="delegation is configured, but the ticket for the user is not forwardable: protocol transition is off, or"
  local -A reasons=(
    [STATUS_NOT_FOUND]="neither the host's list nor the target's resource-based delegation grants this"
    [STATUS_NO_MATCH]="the list does not hold this SPN"
    [STATUS_NOT_SUPPORTED]="the host's list is empty"
    [STATUS_ACCOUNT_RESTRICTION]="$poor the user may not be delegated"
    [STATUS_CROSSREALM_DELEGATION_FAILURE]="the target is of another domain, which a list cannot reach"
    [STATUS_AUTHENTICATION_FIREWALL_FAILED]="an authentication policy, a silo or selective authentication forbids it"
  )
  while read -r form with without name class; do
    start_fake "$form" "$with" "$without"
    run -1 probe --json -S 127.0.0.77 --as alice CORE2016 "$LISTED"
    local json=$output
    run -1 probe -S 127.0.0.77 --as alice CORE2016 "$LISTED"
    stop_fake
    [ "$(jq -r '.pairs[0].observed | .s4u2proxy.ntstatus.name + " " + .class.name' <<<"$json")" = "$name $class" ] ||
      { jq '.pairs[0].observed | del(.exchanges)' <<<"$json"; false; }
    [ "$(jq -r '.pairs[0].observed.reason' <<<"$json")" = "$name: ${reasons[$name]}" ]
    [[ "${lines[0]}" == *"FAILS, KDC_ERR_BADOPTION (13), $name" ]]
    [[ "$(words)" == *"the KDC's reason: $name: ${reasons[$name]}"* ]]
  done <<'TABLE'
error-data C0000225 C00000BB STATUS_NOT_FOUND nothing-configured
error-data C0000225 C0000272 STATUS_NOT_FOUND list-lacks-spn
method-data C0000272 C0000272 STATUS_NO_MATCH list-lacks-spn
method-data C00000BB C00000BB STATUS_NOT_SUPPORTED nothing-configured
error-data C000006E C000006E STATUS_ACCOUNT_RESTRICTION protocol-transition-missing
error-data C000006E C0000272 STATUS_ACCOUNT_RESTRICTION resource-based-not-forwardable
error-data C000040B C000040B STATUS_CROSSREALM_DELEGATION_FAILURE target-in-other-domain
error-data C0000413 C0000413 STATUS_AUTHENTICATION_FIREWALL_FAILED policy
TABLE
}

@test "the user's own ticket works where the host's fails, and says why it worked with 2012 R2" {
  local before
  ad-set 'CORE2016$' userAccountControl "$KERBEROS_ONLY"
  before=$(sha256sum <"${alice#FILE:}")
  run -1 probe --as alice --user-ccache "$alice" CORE2016 "$LISTED"
  [[ "$(words)" == *"Works with your own ticket, fails with the host's: only protocol transition is missing"* ]]
  [[ "$(words)" == *"That is why it worked with Windows Server 2012 R2."* ]]
  [[ "$output" == *"with alice's own ticket (2012 R2)"*"ticket, "* ]]
  run -1 kcdfix check --json -k "$keytab" --as alice --user-ccache "$alice" CORE2016 "$LISTED"
  [ "$(jq -c '.pairs[0] | [.observed.user_ticket.outcome, .predicted.user_ticket.outcome, .agree]' <<<"$output")" = \
    '["ticket","ticket",true]' ]
  [ "$before" = "$(sha256sum <"${alice#FILE:}")" ]
}

@test "the login is the user: its ticket is evidence without being named" {
  ad-set 'CORE2016$' userAccountControl "$KERBEROS_ONLY"
  run -1 kcdfix check -c "$alice" -k "$keytab" CORE2016 "$LISTED"
  [[ "$(words)" == *"Works with your own ticket, fails with the host's"* ]]
  KRB5CCNAME=$alice run -1 probe CORE2016 "$LISTED"
  [[ "$(words)" == *"Works with your own ticket, fails with the host's"* ]]
}

@test "a sensitive user's own ticket is not forwardable, so it is no evidence" {
  kinit -f -c "FILE:$BATS_TEST_TMPDIR/bob" bob <"$KCDFIX_LAB_DIR/passwords/bob" >/dev/null
  run -1 probe --json --as bob --user-ccache "$BATS_TEST_TMPDIR/bob" CORE2016 "$LISTED"
  [ "$(jq -r '.pairs[0].observed | .user_ticket.outcome + " " + .class.name' <<<"$output")" = \
    "not-tried user-not-delegable" ]
  purposes | grep -qx 'TGS own-ticket'
  [[ "$(purposes)" != *'S4U2Proxy own-ticket'* ]]
  run -1 kcdfix check -k "$keytab" --as bob --user-ccache "$BATS_TEST_TMPDIR/bob" CORE2016 "$LISTED"
  [[ "$(words)" == *"bob's own ticket is not forwardable, so it proves nothing"* ]]
}

@test "--user-ccache: another user's is a mistake, one that cannot be used is told and the rest goes on" {
  run -2 --separate-stderr probe --as bob --user-ccache "$alice" CORE2016 "$LISTED"
  [[ "$stderr" == *"--user-ccache holds tickets of alice@KCD.TEST, and the user to delegate is bob"* ]]
  run -2 --separate-stderr kcdfix check -k "$keytab" --as bob --user-ccache "$alice" CORE2016 "$LISTED"
  [[ "$stderr" == *"[user-ccache-of-other-user]"* ]]
  run -3 --separate-stderr probe --as alice --user-ccache "$BATS_TEST_TMPDIR/none" CORE2016 "$LISTED"
  [[ "$stderr" == *"--user-ccache: no Kerberos ticket: there is no cache FILE:"* ]]
  [[ "$output" == *WORKS* ]]
  local short=$BATS_TEST_TMPDIR/short
  kinit -f -l 1s -c "FILE:$short" -k -t "$KCDFIX_LAB_DIR/keytabs/alice.keytab" alice
  sleep 1.2
  run -3 --separate-stderr kcdfix check -k "$keytab" --as alice --user-ccache "$short" CORE2016 "$LISTED"
  [[ "$stderr" == *"[ticket-expired]"* ]]
  [[ "$output" == *WORKS* ]]
  run -2 --separate-stderr kcdfix check --as alice --user-ccache "$alice" CORE2016 "$LISTED"
  [[ "$stderr" == *"needs --keytab"* ]]
}

@test "a healthy pair costs what it always did; controls come with a failure or with -v" {
  run -0 --separate-stderr kcdfix probe -vv -k "$keytab" --as alice CORE2016 "$LISTED"
  local verbose=$stderr
  run -0 probe --json --as alice CORE2016 "$LISTED"
  [ "$(jq '[.pairs[0].observed.exchanges[].requests] | add' <<<"$output")" -eq 4 ]
  [ "$(purposes | sort -u | tr '\n' ' ')" = "AS proof S4U2Proxy proof S4U2Self proof " ]
  [[ "$verbose" == *" 6 requests to the KDC for the probe"* ]]
  ad-set 'CORE2016$' userAccountControl "$KERBEROS_ONLY"
  run -1 probe --json --as alice CORE2016 "$LISTED"
  purposes | grep -qx 'S4U2Proxy host-ticket'
  purposes | grep -qx 'S4U2Proxy without-resource-bit'
  purposes | grep -qx 'S4U2Proxy control-service'
  purposes | grep -qx 'S4U2Self control-user'
}

@test "a healthy check: 13 LDAP requests and 4 to the KDC for the probe" {
  run -0 --separate-stderr kcdfix check -vv -k "$keytab" --as alice CORE2016 "$LISTED"
  [[ "$stderr" == *"13 LDAP requests"* ]]
  run -0 kcdfix check --json -k "$keytab" --as alice CORE2016 "$LISTED"
  [ "$(jq '[.pairs[0].observed.exchanges[].requests] | add' <<<"$output")" -eq 4 ]
}
