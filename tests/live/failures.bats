# What goes wrong: each failure is one line that says what and where, one next step, the right exit status, and nothing
# lost or half written; with --json it is one document that says the same. Runs inside a lab.

# shellcheck disable=SC2030,SC2031,SC2154 # each test has a shell of its own; `run` sets stderr_lines

bats_require_minimum_version 1.5.0

setup() {
  ad-set CORE2016 userAccountControl 4096
  ad-set CORE2016 msDS-AllowedToDelegateTo cifs/2016GUI
  rm -rf "$XDG_STATE_HOME/kcdfix"
  export KRB5CCNAME=FILE:$BATS_TEST_TMPDIR/ccache # what a test changes is its own
  cp -- "$KCDFIX_LAB_DIR/admin.ccache" "$BATS_TEST_TMPDIR/ccache"
  keys=$KCDFIX_LAB_DIR/keytabs
  passwords=$KCDFIX_LAB_DIR/passwords
  pair=(CORE2016 cifs/2016GUI)
  with=() # what runs kcdfix: nothing, `as plain`, `env NAME=VALUE`, ...
}

teardown() {
  dc-resume 2>/dev/null || true
  if [ -e "$BATS_TEST_TMPDIR/kdc-closed" ]; then kdc-open; fi
  dc-start
}

close_kdc() {
  touch "$BATS_TEST_TMPDIR/kdc-closed"
  kdc-close
}

open_kdc() {
  kdc-open
  rm "$BATS_TEST_TMPDIR/kdc-closed"
}

milliseconds() {
  local seconds=${EPOCHREALTIME/./}
  echo "${seconds:0:-3}"
}

state_of() {
  ad-get "$1" userAccountControl msDS-AllowedToDelegateTo
}

# With the number of its last change: not even the same values were written again.
witness() {
  state_of "$1"
  ad-get "$1" uSNChanged
}

# The records that stand for a change which was made, or may have been.
open_records() {
  find "$XDG_STATE_HOME" -path '*/changes/*.json' -exec \
    jq -r 'select(.state == "applied" or .state == "planned" or .state == "unknown") | .id' {} +
}

# one_line ID: stderr begins with the whole story on one line, which ends with [ID]; `message` is its text. A next step
# follows, behind what the server said; and nothing else.
one_line() {
  local id=$1 first=${stderr_lines[0]}
  [[ $first == "kcdfix: "*"   [$id]" ]] || { printf 'not "kcdfix: ...   [%s]": %s\n' "$id" "$first"; return 1; }
  message=${first#kcdfix: }
  message=${message%   \[*}
  local rest=("${stderr_lines[@]:1}")
  [[ ${rest[0]} != "  the server said: "* ]] || rest=("${rest[@]:1}")
  [[ ${#rest[@]} -eq 1 && ${rest[0]} == "  "* ]] || { printf 'not one next step: %s\n' "${rest[@]}"; return 1; }
  next=${rest[0]#  }
}

# one_document STATUS: stdout is one document, and knows its exit status.
one_document() {
  [ "$(jq -s length <<<"$output")" = 1 ]
  [ "$(jq .exit_status <<<"$output")" = "$1" ]
}

# says STATUS ID ARG...: kcdfix ends with STATUS and one_line ID.
says() {
  local expected=$1 id=$2
  shift 2
  run --separate-stderr "${with[@]}" kcdfix "$@" </dev/null
  [ "$status" -eq "$expected" ] || { printf 'status %s\n%s\n%s\n' "$status" "$output" "$stderr"; return 1; }
  one_line "$id"
  text=$output
}

# complains STATUS ID ARG...: says, and the same with --json.
complains() {
  says "$@"
  local expected=$1 id=$2 command=$3
  shift 3
  run --separate-stderr "${with[@]}" kcdfix "$command" --json "$@" </dev/null
  [ "$status" -eq "$expected" ]
  one_document "$expected"
  [ "$(jq -r '.errors[0].id' <<<"$output")" = "$id" ]
  [ "$(jq -r '.errors[0].message' <<<"$output")" = "$message" ]
  [ "$(jq -r '.errors[0].next' <<<"$output")" = "$next" ]
}

names() {
  [[ $message == *"$1"* ]] || { printf 'not in it: %s\n%s\n' "$1" "$message"; return 1; }
}

# ---- no domain controller ----

@test "the DC is stopped" {
  dc-stop
  complains 3 dc-unreachable check -S "$KCDFIX_DC" "${pair[@]}"
  names "dc1.kcd.test, port 389, at 127.0.0.10: Connection refused"
  complains 3 dc-unreachable apply --yes -S "$KCDFIX_DC" "${pair[@]}"
  complains 3 dc-unreachable check "${pair[@]}"
  names "no DNS server answered"
  run kcdfix history
  [ "$status" -eq 0 ]
  run find "$XDG_STATE_HOME" -name '*.json'
  [ -z "$output" ]
}

@test "the DC accepts and never answers: the time limit holds" {
  dc-pause
  for where in "-S $KCDFIX_DC" "-D kcd.test" "-H ldaps://$KCDFIX_DC"; do
    started=$(milliseconds)
    # shellcheck disable=SC2086
    says 3 dc-unreachable check --timeout 2 $where "${pair[@]}"
    took=$(($(milliseconds) - started))
    ((took < 3000)) || { echo "$where: $took ms"; false; }
  done
  complains 3 dc-unreachable check -S "$KCDFIX_DC" --timeout 1 "${pair[@]}"
  names "dc1.kcd.test:389 did not answer within 1 s"
}

@test "a port that nothing listens on, and a name without address" {
  complains 3 dc-unreachable check -H "ldap://$KCDFIX_DC:390" "${pair[@]}"
  names "dc1.kcd.test, port 390, at 127.0.0.10: Connection refused"
  complains 3 dc-unreachable check -S nosuch.kcd.test "${pair[@]}"
  names "no address for the name nosuch.kcd.test"
}

@test "DNS names a dead DC first: the next one is asked and a message says so; -S never asks another" {
  local srv=_ldap._tcp.dc._msdcs.kcd.test
  dns-add "$srv" SRV 'dc1.kcd.test 389 10 100'
  dns-del "$srv" SRV 'dc1.kcd.test 389 0 100'
  dns-add "$srv" SRV 'dead.kcd.test 389 0 100'

  run --separate-stderr kcdfix check "${pair[@]}"
  [ "$status" -eq 1 ]
  [ "$stderr" = "kcdfix: there is no address for the name dead.kcd.test; asking dc1.kcd.test" ]
  [[ $output == *"directory  dc1.kcd.test"* ]]

  dns-add dead.kcd.test A 127.0.0.77
  run --separate-stderr kcdfix apply --json --yes --protocol-transition -k "$keys/core2016.keytab" "${pair[@]}"
  [ "$status" -eq 0 ]
  one_document 0
  [[ ${stderr_lines[0]} == "kcdfix: cannot connect to dead.kcd.test, port 389"*"; asking dc1.kcd.test" ]]
  [ "$(jq -r '[.dc, .objects[0].dc, .check.pairs[0].observed.kdc] | unique[]' <<<"$output")" = dc1.kcd.test ]
  complains 3 dc-unreachable check -S dead.kcd.test "${pair[@]}"
  [[ $stderr != *dc1* ]]

  # one that accepts and is silent
  /usr/bin/python3 -I - >"$BATS_TEST_TMPDIR/ready" 3>&- <<'PYTHON' &
import socket, time
listener = socket.create_server(("127.0.0.77", 389))
print("ready", flush=True)
time.sleep(60)
PYTHON
  local silent=$!
  until [ -s "$BATS_TEST_TMPDIR/ready" ]; do kill -0 "$silent"; done
  run --separate-stderr kcdfix check --timeout 1 "${pair[@]}"
  kill "$silent"
  [ "$status" -eq 0 ]
  [[ ${stderr_lines[0]} == "kcdfix: "*"dead.kcd.test:389 did not answer within 1 s; asking dc1.kcd.test" ]]

  dns-add "$srv" SRV 'dc1.kcd.test 389 0 100'
  dns-del "$srv" SRV 'dc1.kcd.test 389 10 100'
  dns-del "$srv" SRV 'dead.kcd.test 389 0 100'
  dns-del dead.kcd.test A 127.0.0.77
}

@test "DNS does not know the domain, or does not answer" {
  complains 3 dc-unreachable check -D nosuch.test "${pair[@]}"
  names "no SRV record _ldap._tcp.dc._msdcs.nosuch.test (asked 127.0.0.10)"
  [[ $next == *"-S"* ]]
  cp /etc/resolv.conf "$BATS_TEST_TMPDIR/resolv.conf"
  echo 'nameserver 127.0.0.99' >/etc/resolv.conf
  run --separate-stderr kcdfix check --timeout 2 "${pair[@]}"
  cat "$BATS_TEST_TMPDIR/resolv.conf" >/etc/resolv.conf
  [ "$status" -eq 3 ]
  one_line dc-unreachable
  names "no DNS server answered the question for _ldap._tcp.dc._msdcs.kcd.test (asked 127.0.0.99)"
}

@test "a DC by its address, by TLS, and of another domain than the one named" {
  complains 3 dc-by-address check -S 127.0.0.10 "${pair[@]}"
  names "127.0.0.10 is an address"
  [[ $next == *"-S dc1.kcd.test"* ]]
  complains 3 dc-unreachable check -H "ldaps://$KCDFIX_DC" "${pair[@]}"
  names "no TLS connection to dc1.kcd.test:636"
  # cyrus-sasl's plugin does not free its credentials when the server refuses them
  with=(env ASAN_OPTIONS=detect_leaks=0 "LDAPTLS_CACERT=$KCDFIX_LAB_DIR/dc1/private/tls/ca.pem")
  complains 3 login-failed check -H "ldaps://$KCDFIX_DC" "${pair[@]}"
  names "dc1.kcd.test:636 does not allow a Kerberos login (GSSAPI) inside TLS"
  [[ $next == *"ldap://dc1.kcd.test"* ]]
  with=()
  complains 2 dc-of-other-domain check -D nosuch.test -S "$KCDFIX_DC" "${pair[@]}"
  names "dc1.kcd.test is a domain controller of kcd.test, not of nosuch.test"
}

@test "the KDC is closed: with a ticket for the DC the directory is read, the probe is not had" {
  local bare=FILE:$BATS_TEST_TMPDIR/bare
  cp "$BATS_TEST_TMPDIR/ccache" "$BATS_TEST_TMPDIR/bare"
  close_kdc # puts the ticket for the DC into KRB5CCNAME
  run kcdfix check "${pair[@]}"
  [ "$status" -eq 1 ]
  [[ $output == *"[protocol-transition-off]"* ]]
  complains 3 kdc-unreachable check -k "$keys/core2016.keytab" --as alice "${pair[@]}"
  names "KDC dc1.kcd.test, port 88: Connection refused"
  [[ $text == *"FAILS"*"[protocol-transition-off]"* ]] # the rest is still told
  complains 3 kdc-unreachable probe -k "$keys/core2016.keytab" --as alice "${pair[@]}"
  complains 3 kdc-unreachable check -c "$bare" "${pair[@]}"
  complains 3 kdc-unreachable check -U admin --password-file "$passwords/admin" "${pair[@]}"

  # the change is made and recorded, the check afterwards lacks its proof
  run --separate-stderr kcdfix apply --yes --protocol-transition -k "$keys/core2016.keytab" --as alice "${pair[@]}"
  [ "$status" -eq 3 ]
  [[ $output == *"changed and read back, record "* ]]
  one_line kdc-unreachable
  open_kdc
  [ "$(ad-get CORE2016 userAccountControl)" = 16781312 ]
  [ "$(open_records | wc -l)" = 1 ]
  kcdfix undo --yes
}

# ---- keys ----

@test "keytabs that cannot be used: the file is named, and the prediction stands" {
  : >"$BATS_TEST_TMPDIR/empty"
  head -c 60 "$keys/core2016.keytab" >"$BATS_TEST_TMPDIR/cut"
  local file id
  while read -r id file; do
    complains 3 "$id" check --as alice -k "$file" "${pair[@]}"
    names "$file"
    [[ $text == *"CORE2016 -> cifs/2016GUI as alice: FAILS"*"[protocol-transition-off]"* ]]
    [[ $text == *"not asked: the keytab cannot be used"* ]]
    complains 3 "$id" probe --as alice -k "$file" "${pair[@]}"
  done <<TABLE
keytab-unreadable $BATS_TEST_TMPDIR/none
keytab-damaged $BATS_TEST_TMPDIR
keytab-damaged $BATS_TEST_TMPDIR/empty
keytab-damaged $BATS_TEST_TMPDIR/cut
keytab-damaged /etc/hosts
keytab-without-host $keys/sql.keytab
TABLE
  names "holds no key of CORE2016\$@KCD.TEST; it holds SQL\$@KCD.TEST"
}

@test "a keytab with an old key: the account and both versions are named" {
  ad-new-computer OLDKEY >/dev/null
  ad-password 'OLDKEY$'
  complains 3 keytab-wrong-key check -k "$keys/oldkey.keytab" --as alice OLDKEY cifs/2016GUI
  names "OLDKEY\$ (any more): the keytab has version 1, the directory has version 2"
  [[ $text == *"OLDKEY -> cifs/2016GUI as alice: FAILS"* ]]
  says 3 keytab-wrong-key probe -k "$keys/oldkey.keytab" --as alice OLDKEY cifs/2016GUI
  names "OLDKEY\$ (any more): the keytab has version 1"
  [ "$(ad-get OLDKEY badPwdCount)" = 3 ] # one try a run
  ad-keytab 'OLDKEY$' "$keys/oldkey.keytab" >/dev/null
  run kcdfix check -q -k "$keys/oldkey.keytab" --as alice OLDKEY cifs/2016GUI
  [ "$status" -eq 1 ]
  ad-delete OLDKEY
}

# ---- the login ----

@test "no ticket" {
  local cache
  : >"$BATS_TEST_TMPDIR/empty"
  head -c 40 "$BATS_TEST_TMPDIR/ccache" >"$BATS_TEST_TMPDIR/cut"
  for cache in "FILE:$BATS_TEST_TMPDIR/none" "$BATS_TEST_TMPDIR/empty" "$BATS_TEST_TMPDIR/cut" "NOSUCH:thing"; do
    complains 3 no-ticket check -c "$cache" "${pair[@]}"
    names "$cache"
  done
  with=(env "KRB5CCNAME=FILE:$BATS_TEST_TMPDIR/none")
  complains 3 no-ticket apply --yes "${pair[@]}"
  names "there is no cache FILE:$BATS_TEST_TMPDIR/none"
  [[ $next == "kinit "* ]]
}

@test "an expired ticket" {
  kinit -l 1s -c "$BATS_TEST_TMPDIR/short" admin <"$passwords/admin" >/dev/null
  sleep 1.2
  complains 3 ticket-expired check -c "$BATS_TEST_TMPDIR/short" "${pair[@]}"
  names "the Kerberos ticket of admin@KCD.TEST in FILE:$BATS_TEST_TMPDIR/short expired at 20"
  [ "$next" = "kinit admin@KCD.TEST" ]
}

# faketime is preloaded before a sanitizer, which would object; and leaks are looked for elsewhere.
@test "a wrong clock, with and without a ticket for the DC" {
  local offset
  for offset in +10m -10m; do
    cp -- "$KCDFIX_LAB_DIR/admin.ccache" "$BATS_TEST_TMPDIR/bare"
    with=(env ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 faketime -f "$offset")
    complains 3 clock-skew check -c "$BATS_TEST_TMPDIR/bare" "${pair[@]}"
    [[ $message == *"clock is 10 min "*" that of dc1.kcd.test; Kerberos allows 5 min" ]]
    [[ $next == "Set the clock"* ]]
    kvno -q "ldap/$KCDFIX_DC"
    complains 3 clock-skew check "${pair[@]}"
    names "clock differs too much from that of the domain; Kerberos allows 5 min"
  done
}

@test "a wrong password is tried once, and the line says that it counts" {
  printf 'wrong\n' >"$BATS_TEST_TMPDIR/wrong"
  chmod 600 "$BATS_TEST_TMPDIR/wrong"
  local before after
  before=$(ad-get alice badPwdCount)
  says 3 wrong-password check -U alice --password-file "$BATS_TEST_TMPDIR/wrong" "${pair[@]}"
  after=$(ad-get alice badPwdCount)
  [ "$((after - before))" -eq 1 ]
  [ "$message" = "wrong password for alice@KCD.TEST (tried once; it counts towards lockout)" ]
  run --separate-stderr kcdfix check -q -U alice --password-file "$passwords/alice" "${pair[@]}"
  [ "$status" -eq 1 ]
  [ "$output" = "CORE2016 -> cifs/2016GUI as alice: FAILS" ]
  [ -z "$stderr" ]
}

@test "logins that the domain refuses" {
  local user id
  while read -r user id; do
    complains 3 "$id" check -U "$user" --password-file "$passwords/$user" "${pair[@]}"
    names "$user@KCD.TEST"
  done <<'TABLE'
dave login-disabled
erin login-disabled
lisa login-disabled
gina password-expired
TABLE
  complains 3 login-unknown check -U nobody --password-file "$passwords/alice" "${pair[@]}"
  names "nobody@KCD.TEST"
}

@test "password files and questions that cannot be" {
  cp "$passwords/admin" "$BATS_TEST_TMPDIR/open"
  chmod 644 "$BATS_TEST_TMPDIR/open"
  : >"$BATS_TEST_TMPDIR/empty"
  chmod 600 "$BATS_TEST_TMPDIR/empty"
  local file
  for file in none open empty; do
    run --separate-stderr kcdfix check -U admin --password-file "$BATS_TEST_TMPDIR/$file" "${pair[@]}"
    [ "$status" -eq 2 ]
    [[ ${stderr_lines[0]} == "kcdfix: password file $BATS_TEST_TMPDIR/$file"* ]]
  done
  run kcdfix check -U admin -W "${pair[@]}" </dev/null
  [ "$status" -eq 2 ]
  [[ $output == *"needs a terminal"* ]]
  run kcdfix check -U admin "${pair[@]}"
  [ "$status" -eq 2 ]
}

@test "the SASL plugin is missing: its package is named" {
  mkdir "$BATS_TEST_TMPDIR/none"
  with=(env "SASL_PATH=$BATS_TEST_TMPDIR/none")
  complains 3 sasl-plugin-missing check "${pair[@]}"
  [[ $next == *libsasl2-modules-gssapi-mit* ]]
}

# ---- rights ----

# is_denied USER HOST WORDS: apply as USER is refused with WORDS, and nothing was changed.
is_denied() {
  local before
  before=$(witness "$2")
  with=(as "$1")
  says 4 no-delegation-privilege apply --yes --protocol-transition "$2" cifs/2016GUI
  names "CN=$2,"
  names "$1@KCD.TEST $3"
  names "insufficientAccessRights (50)"
  [[ ${stderr_lines[1]} == "  the server said: "* ]]
  [[ $next == *"kcdfix apply -n --emit powershell --protocol-transition $2 cifs/2016GUI" ]]
  run --separate-stderr as "$1" kcdfix apply --json --yes --protocol-transition "$2" cifs/2016GUI
  [ "$status" -eq 4 ]
  one_document 4
  [ "$(jq -r '.objects[0] | [.state, .error.id, .error.object, .error.code.value] | @csv' <<<"$output")" = \
    "\"refused\",\"no-delegation-privilege\",\"$(object_dn "$2")\",50" ]
  [ "$(witness "$2")" = "$before" ]
  [ -z "$(open_records)" ]
  run kcdfix undo --yes
  [ "$status" -eq 2 ]
}

object_dn() {
  ad-get "$1" distinguishedName
}

@test "write property is missing" {
  is_denied plain CORE2016 "may not write this object (write property is missing)"
}

@test "write property is there, and SeEnableDelegationPrivilege is missing" {
  is_denied ouadmin OUHOST 'lacks the right "Enable computer and user accounts to be trusted for delegation"'
}

@test "an account without any right may still check" {
  run as plain kcdfix check "${pair[@]}"
  [ "$status" -eq 1 ]
  [[ $output == *"[protocol-transition-off]"* ]]
}

# ---- this machine ----

# The DC named does not exist: that the state directory is complained of proves that nothing was sent before.
@test "a state directory that cannot be written stops apply before anything is sent" {
  local before state
  before=$(witness CORE2016)
  : >"$BATS_TEST_TMPDIR/file"
  for state in /proc "$BATS_TEST_TMPDIR/file"; do
    with=(env "XDG_STATE_HOME=$state")
    complains 3 state-not-writable apply --yes --protocol-transition -S nosuch.kcd.test "${pair[@]}"
    names "no change is made without a record of it"
    names "$state"
    complains 3 state-not-writable apply --yes --protocol-transition "${pair[@]}"
  done
  with=(env -u XDG_STATE_HOME -u HOME)
  complains 3 state-not-writable apply --yes --protocol-transition -S nosuch.kcd.test "${pair[@]}"
  [ "$(witness CORE2016)" = "$before" ]
  run env "XDG_STATE_HOME=$BATS_TEST_TMPDIR/file" kcdfix check -q "${pair[@]}"
  [ "$status" -eq 1 ]
}

@test "a result that cannot be written is an error" {
  local command where
  for command in "check CORE2016 cifs/2016GUI" "check --json CORE2016 cifs/2016GUI" "history" "history --json" \
    "apply -n --protocol-transition CORE2016 cifs/2016GUI" \
    "apply --emit ldif --protocol-transition CORE2016 cifs/2016GUI"; do
    for where in '>/dev/full' '>&-'; do
      # shellcheck disable=SC2016
      run bash -c "kcdfix $command 2>\"\$1\" $where" - "$BATS_TEST_TMPDIR/stderr"
      [ "$status" -eq 3 ] || { echo "$command $where: $status"; false; }
      grep -q '^kcdfix: .*\[output-not-written\]$' "$BATS_TEST_TMPDIR/stderr" || [ "$command" = history ]
    done
  done
  says 3 output-not-written check -o /proc/nosuch/file "${pair[@]}" || [ "${#stderr_lines[@]}" -eq 1 ]
  [ "$status" -eq 3 ]
}

@test "a difference that cannot be shown is not applied" {
  local before where
  before=$(witness CORE2016)
  for where in '>/dev/full' '>&-'; do
    run bash -c "kcdfix apply --yes --protocol-transition CORE2016 cifs/2016GUI 2>\"\$1\" $where" - \
      "$BATS_TEST_TMPDIR/e"
    [ "$status" -eq 3 ]
    [ "$(head -n 1 "$BATS_TEST_TMPDIR/e")" = \
      "kcdfix: the difference cannot be shown on standard output, so nothing was changed   [output-not-written]" ]
    [ "$(wc -l <"$BATS_TEST_TMPDIR/e")" = 2 ]
  done
  [ "$(witness CORE2016)" = "$before" ]
  [ -z "$(open_records)" ]
}

@test "the change is made and its report is lost: status 3, the record is there, and stderr names it" {
  local where id
  for where in '>/dev/full' '>&-'; do
    run bash -c "kcdfix apply --json --yes --protocol-transition CORE2016 cifs/2016GUI 2>\"\$1\" $where" - \
      "$BATS_TEST_TMPDIR/e"
    [ "$status" -eq 3 ]
    [ "$(ad-get CORE2016 userAccountControl)" = 16781312 ]
    id=$(open_records)
    [ "$(tail -n 1 "$BATS_TEST_TMPDIR/e")" = \
      "  something was changed; look: kcdfix history; take it back: kcdfix undo $id" ]
    kcdfix undo --yes "$id"
  done
}

@test "--output writes to a device and leaves it a device" {
  run kcdfix check -o /dev/full "${pair[@]}"
  [ "$status" -eq 3 ]
  [ -c /dev/full ]
  run kcdfix check -o /dev/null "${pair[@]}"
  [ "$status" -eq 1 ]
  [ -c /dev/null ]
  touch "$BATS_TEST_TMPDIR/file"
  ln -s file "$BATS_TEST_TMPDIR/link"
  run kcdfix check -o "$BATS_TEST_TMPDIR/link" "${pair[@]}"
  [ "$status" -eq 1 ]
  [ -L "$BATS_TEST_TMPDIR/link" ]
  grep -q "FAILS" "$BATS_TEST_TMPDIR/file"
}

# A socket that got the number of a closed stream would carry the report to the DC.
@test "closed standard streams carry nothing to the DC" {
  run bash -c 'kcdfix check CORE2016 cifs/2016GUI 2>&1 <&-'
  [ "$status" -eq 1 ]
  run bash -c 'kcdfix check -vv CORE2016 cifs/2016GUI 2>&-'
  [ "$status" -eq 1 ]
  [[ $output == *"[protocol-transition-off]"* ]]
  run bash -c 'kcdfix check -vv CORE2016 cifs/2016GUI <&- >&- 2>&-'
  [ "$status" -eq 3 ]
}

# ---- questions and signals ----

# asked SCRIPT ARG...: kcdfix ARG on a terminal of its own, with expect's SCRIPT; ends with its status.
asked() {
  local script=$1
  shift
  run expect -c "set timeout 20; spawn -noecho kcdfix $*; $script; expect eof; exit [lindex [wait] 3]"
}

@test "SIGINT at the question: nothing was changed, 130" {
  local before
  before=$(witness CORE2016)
  asked 'expect {change it: }; send "\003"' apply --protocol-transition "${pair[@]}"
  [ "$status" -eq 130 ]
  [[ $output == *"interrupted; nothing was changed"* ]]
  asked 'expect {change it: }; send "\003"' apply --json --protocol-transition "${pair[@]}"
  [ "$status" -eq 130 ]
  [[ $output == *'"exit_status": 130'* ]]
  [ "$(witness CORE2016)" = "$before" ]
  [ -z "$(open_records)" ]
}

@test "only the word yes confirms, and what was typed ahead does not" {
  local before answer
  before=$(witness CORE2016)
  for answer in 'y\r' 'YES\r' 'yes \r' 'no\r' '\r' '\004'; do
    asked "expect {change it: }; send \"$answer\"" apply --protocol-transition "${pair[@]}"
    [ "$status" -eq 1 ]
    [[ $output == *"nothing was changed"* ]]
  done
  asked 'send "yes\r"; expect {change it: }; sleep 0.5; send "\004"' apply --protocol-transition "${pair[@]}"
  [ "$status" -eq 1 ]
  [ "$(witness CORE2016)" = "$before" ]
  asked 'expect {change it: }; send "yes\r"' apply --protocol-transition "${pair[@]}"
  [ "$status" -eq 0 ]
  [ "$(ad-get CORE2016 userAccountControl)" = 16781312 ]
}

@test "a domain controller as target: its name has to be typed, and --yes does not answer" {
  local before
  before=$(witness CORE2016)
  complains 2 target-is-dc apply --yes --protocol-transition CORE2016 cifs/DC1
  names "DC1 is a domain controller; that has to be confirmed at a terminal, --yes is not enough"
  asked 'expect {Type its name}; send "yes\r"' apply --yes --protocol-transition CORE2016 cifs/DC1
  [ "$status" -eq 1 ]
  asked 'expect {Type its name}; send "DC1\r"; expect {change it: }; send "no\r"' \
    apply --protocol-transition CORE2016 cifs/DC1
  [ "$status" -eq 1 ]
  [ "$(witness CORE2016)" = "$before" ]
  asked 'expect {Type its name}; send "DC1\r"' apply --yes --protocol-transition --exact CORE2016 cifs/DC1
  [ "$status" -eq 0 ]
  [[ "$(ad-get CORE2016 msDS-AllowedToDelegateTo)" == *cifs/DC1* ]]
}

@test "another change of the same user need not wait for an answer" {
  asked 'expect {Type its name}
         exec -ignorestderr kcdfix apply -q --yes --exact --protocol-transition --timeout 2 OUHOST cifs/2016GUI
         send "no\r"' apply --yes --protocol-transition CORE2016 cifs/DC1
  [ "$status" -eq 1 ]
  [ "$(ad-get OUHOST userAccountControl)" = 16781312 ]
}

has_socket() {
  [ "$(cat "/proc/$1/comm")" = kcdfix ] && find "/proc/$1/fd" -lname 'socket:*' | grep -q .
}

@test "SIGTERM, SIGINT and kill -9 during a check" {
  dc-pause
  for signal in TERM INT KILL; do
    # a background job ignores SIGINT; env puts it right
    env --default-signal=INT kcdfix check --json -S "$KCDFIX_DC" --timeout 30 "${pair[@]}" \
      >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
    local pid=$! status=0
    until has_socket "$pid"; do kill -0 "$pid"; done
    kill -"$signal" "$pid"
    wait "$pid" || status=$?
    if [ "$signal" = KILL ]; then
      [ "$status" -eq 137 ]
    else
      [ "$status" -eq 130 ]
      [ "$(cat "$BATS_TEST_TMPDIR/err")" = "kcdfix: interrupted; nothing was changed" ]
      output=$(cat "$BATS_TEST_TMPDIR/out")
      one_document 130
    fi
  done
}

# strace sends it behind the record of the first change (rename 1 is the test whether records can be written).
@test "SIGINT between two hosts: what was done is said and recorded, the rest is not begun" {
  run --separate-stderr env ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e trace=rename \
    -e inject=rename:signal=INT:when=2 kcdfix apply --json --yes --protocol-transition NODE1 NODE2 cifs/SOFS2016
  [ "$status" -eq 130 ]
  one_document 130
  [ "$(jq -r '[.objects[] | .host + " " + .state] | join(", ")' <<<"$output")" = 'NODE1$ applied, NODE2$ planned' ]
  [[ $stderr != *"nothing was changed"* ]]
  [ "$(ad-get NODE1 userAccountControl)" = 16781312 ]
  [ "$(state_of NODE2)" = 4096 ]
  [ "$(open_records | wc -l)" = 1 ]
  kcdfix undo --yes
  [ "$(state_of NODE1)" = 4096 ]
}

# ---- names ----

# refuses ID HOST SPN...: apply writes nothing, says why and where to look, and leaves no record.
refuses() {
  local id=$1 host=$2 before=
  shift
  before=$(witness "$host" 2>/dev/null) || true
  run --separate-stderr kcdfix apply --yes --protocol-transition "$@"
  [ "$status" -eq 1 ]
  [[ ${lines[0]} == "$host: not changed   [$id]" ]]
  [[ $output == *"look: kcdfix check $*"* ]]
  run --separate-stderr kcdfix apply --json --yes --protocol-transition "$@"
  [ "$status" -eq 1 ]
  one_document 1
  [ "$(jq -r '.objects[0] | .state + " " + .error.id' <<<"$output")" = "refused $id" ]
  [ "$(witness "$host" 2>/dev/null || true)" = "$before" ]
  [ -z "$(open_records)" ]
}

@test "an unknown host, a user as host, a domain controller as host" {
  run kcdfix check NOSUCH cifs/2016GUI
  [ "$status" -eq 1 ]
  [[ $output == "NOSUCH -> cifs/2016GUI as admin: FAILS"*"[host-not-found]"* ]]
  refuses host-not-found NOSUCH cifs/2016GUI
  [ "$(jq -r '.objects[0].dn' <<<"$output")" = null ]
  refuses wrong-object alice cifs/2016GUI
  refuses wrong-object DC1 cifs/2016GUI
  refuses host-not-found NOSUCH
  refuses list-empty NODE1
}

# A check looks at all DNS names only where no account name fits; a change always does.
@test "a name that two hosts have is never picked" {
  local name before
  before=$(witness CORE2016)
  for name in TWIN TWIN2; do
    ad-new-computer "$name" "nonsense/$name" >/dev/null
    ad-del "$name" servicePrincipalName
    ad-local-set "$name\$" dNSHostName same.kcd.test
  done
  run kcdfix check same.kcd.test cifs/2016GUI
  [ "$status" -eq 1 ]
  [[ ${lines[0]} == "same.kcd.test -> cifs/2016GUI as admin: FAILS" ]]
  [[ $output == *"[host-object-duplicate]"* ]]
  refuses host-object-duplicate same.kcd.test cifs/2016GUI
  ad-local-set 'TWIN$' dNSHostName CORE2016.kcd.test
  refuses host-object-duplicate CORE2016.kcd.test cifs/2016GUI
  [ "$(witness CORE2016)" = "$before" ]
  ad-delete TWIN
  ad-delete TWIN2
}

@test "two changes within a second are two runs, and undo takes back the one that is named" {
  local first second
  kcdfix apply --yes --exact NODE1 cifs/WEB || [ $? -eq 5 ]
  kcdfix apply --yes --exact NODE1 cifs/SQL || [ $? -eq 5 ]
  run --separate-stderr kcdfix history --json
  [ "$(jq '[.records[].run] | unique | length' <<<"$output")" = 2 ]
  first=$(jq -r '.records[] | select(.spns == ["cifs/WEB"]) | .id' <<<"$output")
  second=$(jq -r '.records[] | select(.spns == ["cifs/SQL"]) | .id' <<<"$output")
  run kcdfix undo --yes "$first"
  [ "$status" -eq 6 ]
  [[ $output == *"the later change $second of the same object stands"* ]]
  kcdfix undo --yes
  [ "$(ad-get NODE1 msDS-AllowedToDelegateTo)" = cifs/WEB ]
  kcdfix undo --yes
  [ -z "$(ad-get NODE1 msDS-AllowedToDelegateTo)" ]
}

@test "an unknown user" {
  run kcdfix check --as nobody "${pair[@]}"
  [ "$status" -eq 1 ]
  [[ $output == "CORE2016 -> cifs/2016GUI as nobody: FAILS"*"[user-not-found]"* ]]
  run --separate-stderr kcdfix check --json --as nobody -k "$keys/core2016.keytab" "${pair[@]}"
  [ "$status" -eq 1 ]
  one_document 1
  [ "$(jq -r '.pairs[0].findings[0].id' <<<"$output")" = user-not-found ]
}

# The DC named does not exist: nothing is sent for what cannot be right.
@test "malformed names are refused before anything is sent" {
  local operand
  for operand in cifs/ /x cifs//x cifs/a/b/c 'cifs/ ' ' cifs/x' 'cifs/2016GUI@KCD.TEST' ''; do
    run --separate-stderr kcdfix check -S nosuch.kcd.test CORE2016 "$operand"
    [ "$status" -eq 2 ] || { echo "$operand: $status"; false; }
    [ "${#stderr_lines[@]}" -le 2 ]
    [[ ${stderr_lines[0]} == "kcdfix: "* ]]
    run --separate-stderr kcdfix check --json -S nosuch.kcd.test CORE2016 "$operand"
    one_document 2
  done
  run --separate-stderr kcdfix check cifs/2016GUI
  [ "$status" -eq 2 ]
  [ "${stderr_lines[1]}" = "  kcdfix check HOST cifs/2016GUI" ]
}

@test "targets that are never listed: the KDC itself, a name that nobody holds, a name that two hold" {
  refuses krbtgt-listed CORE2016 krbtgt/KCD.TEST
  refuses krbtgt-listed CORE2016 kadmin/changepw
  refuses target-spn-missing CORE2016 cifs/nosuch
  refuses target-spn-missing CORE2016 cifs/2016GUI cifs/nosuch
  run kcdfix check CORE2016 krbtgt/KCD.TEST
  [ "$status" -eq 1 ]
  [[ $output != *"kcdfix apply"* && $output != *"List krbtgt"* ]]
}

# Samba accepts cifs/ on one account beside HOST/ on another.
@test "a name that two accounts hold" {
  ad-new-computer OLDFS cifs/2016GUI >/dev/null
  ad-set CORE2016 userAccountControl 16781312
  run kcdfix check "${pair[@]}"
  [ "$status" -eq 1 ]
  [[ $output == *"[duplicate-spn]"* && $output == *'OLDFS$'* && $output == *'2016GUI$'* ]]
  run --separate-stderr kcdfix check --json "${pair[@]}"
  [ "$(jq -r '.pairs[0] | .verdict + " " + .target' <<<"$output")" = 'works OLDFS$' ]
  ad-set CORE2016 userAccountControl 4096
  refuses duplicate-spn CORE2016 cifs/2016GUI
  ad-delete OLDFS
}
