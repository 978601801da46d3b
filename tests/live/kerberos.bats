#!/usr/bin/env bats
# Tickets, S4U2Self and S4U2Proxy against a real KDC, by krbtool. Runs inside a lab. kvno is the oracle.

bats_require_minimum_version 1.5.0

readonly LISTED=cifs/2016GUI
readonly KERBEROS_ONLY=4096         # WORKSTATION_TRUST_ACCOUNT
readonly ANY_PROTOCOL=16781312      # ... | TRUSTED_TO_AUTH_FOR_DELEGATION

setup_file() {
  [[ ${KCDFIX_LAB:-} == 1 ]] && return
  echo "run this file inside a lab: tests/lab/lab run bats $BATS_TEST_FILENAME" >&2
  return 1
}

setup() {
  keytab=$KCDFIX_LAB_DIR/keytabs/core2016.keytab
  export KRB5CCNAME=FILE:$BATS_TEST_TMPDIR/ccache # what a test changes is its own
  cp -- "$KCDFIX_LAB_DIR/admin.ccache" "$BATS_TEST_TMPDIR/ccache"
  use_any_protocol
}

use_any_protocol() {
  ad-set 'CORE2016$' userAccountControl "$ANY_PROTOCOL"
}

use_kerberos_only() {
  ad-set 'CORE2016$' userAccountControl "$KERBEROS_ONLY"
}

krbtool() {
  "$KCDFIX_BUILD_DIR/tests/live/krbtool" "$@"
}

# at_time OFFSET ...: krbtool with a wrong clock. faketime is preloaded before a sanitizer, which would object.
at_time() {
  local offset=$1
  shift
  ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 \
    faketime -f "$offset" "$KCDFIX_BUILD_DIR/tests/live/krbtool" "$@"
}

# probe_host ACCOUNT KEYTAB [OPTION...] probe USER SPN...
probe_host() {
  local account=$1 file=$2
  shift 2
  krbtool -k "$file" -n "$account" -r "$KCDFIX_REALM" -s "$KCDFIX_DC" "$@"
}

probe() {
  probe_host 'CORE2016$' "$keytab" probe "$@"
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

lacks() {
  local line
  for line in "${lines[@]}"; do
    # shellcheck disable=SC2053
    [[ $line != $1 ]] || { printf 'there is a line: %s\n' "$line" >&2; return 1; }
  done
}

milliseconds() {
  local seconds=${EPOCHREALTIME/./}
  echo "${seconds:0:-3}"
}

# What kvno says to the same question: "ok" or libkrb5's words.
ask_kvno() {
  local cache=FILE:$BATS_TEST_TMPDIR/oracle words
  rm -f -- "$BATS_TEST_TMPDIR/oracle"
  KRB5CCNAME=$cache kinit -f -k -t "$keytab" 'CORE2016$'
  if words=$(KRB5CCNAME=$cache kvno -k "$keytab" -I "$1" -P "$2" 2>&1 >/dev/null); then
    echo ok
  else
    words=${words#kvno: }
    words=${words%% while *}
    echo "${words%% "$2"@*}"
  fi
}

kinit_fresh() {
  kinit -f admin <"$KCDFIX_LAB_DIR/passwords/admin" >/dev/null
}

# ---- the probe ----

@test "Kerberos only: S4U2Self is not forwardable and S4U2Proxy is refused with BADOPTION" {
  use_kerberos_only
  run -0 probe alice "$LISTED"
  has "s4u2self ticket not-fwd"
  has "s4u2proxy error 13 client=-1765328371"
  has "tgt fwd"
  has "krb-error 13 *"
  lacks "error *"
  [[ $(ask_kvno alice "$LISTED") == "KDC can't fulfill requested option" ]]
}

@test "any protocol: both tickets, forwardable, and every exchange is kept" {
  run -0 probe alice "$LISTED"
  has "s4u2self ticket fwd"
  has "s4u2proxy ticket fwd"
  has "user-ticket not-tried"
  local host='CORE2016$@KCD.TEST'
  has "exchange AS client=$host user=- service=krbtgt/KCD.TEST@KCD.TEST kdc=dc1.kcd.test messages=2 enctype=18 *"
  has "exchange S4U2Self client=$host user=alice@KCD.TEST service=$host * messages=1 *"
  has "exchange S4U2Proxy client=$host user=alice@KCD.TEST service=$LISTED * messages=1 *"
  has "requests 4"
  [[ $(ask_kvno alice "$LISTED") == ok ]]
}

@test "every kind of user gets the answer that kvno gets" {
  local user expected
  while read -r user expected; do
    run -0 probe "$user" "$LISTED"
    has "$expected"
    local words
    words=$(ask_kvno "$user" "$LISTED")
    if [[ $words == ok ]]; then
      has "s4u2proxy ticket *"
    else
      has "exchange * text=$words"
    fi
  done <<'TABLE'
alice s4u2proxy ticket fwd
ALICE s4u2proxy ticket fwd
bob s4u2self ticket not-fwd
carol s4u2proxy ticket fwd
dave s4u2self error 12 *
erin s4u2self error 1 *
gina s4u2proxy error 23 *
hank s4u2proxy ticket fwd
lisa s4u2self error 18 *
jmueller s4u2proxy ticket fwd
nobody s4u2self error 6 *
TABLE
}

@test "a user name: realm in any case, another suffix, control characters" {
  run -0 probe alice@kcd.test "$LISTED"
  has "s4u2proxy ticket fwd"
  run -0 probe alice@other.example "$LISTED"
  has "s4u2self error 6 *"
  has "s4u2proxy not-tried"
  run -0 probe $'al\eice' "$LISTED"
  has 's4u2self error 6 *'
  has 'pair CORE2016$ al\\x1bice *'
}

@test "a user principal name with a suffix of its own is found" {
  ad-set jmueller userPrincipalName joerg@contoso.example
  run -0 probe joerg@contoso.example "$LISTED"
  has "s4u2self ticket fwd"
  has "s4u2proxy ticket fwd"
  has "requests 5"
}

@test "SPNs go out as typed" {
  run -0 probe alice cifs/2016gui CIFS/2016GUI cifs/2016GUI.kcd.test host/2016GUI nosuch/2016GUI "a b/2016GUI" \
    krbtgt/KCD.TEST
  has "exchange S4U2Proxy * service=cifs/2016gui *"
  has "exchange S4U2Proxy * service=a b/2016GUI *"
  [ "$(grep -c '^s4u2proxy ticket' <<<"$output")" -eq 2 ]
  [ "$(grep -c '^s4u2proxy error 13 ' <<<"$output")" -eq 3 ]
  [ "$(grep -c '^s4u2proxy error 7 ' <<<"$output")" -eq 2 ]
  has "requests 10" # 2 AS, 1 S4U2Self, 7 S4U2Proxy
}

@test "SPNs with blanks, a port and three parts" {
  local migration="Microsoft Virtual System Migration Service/HV2"
  run -0 probe alice "$migration"
  has "s4u2proxy error 13 *"
  ad-add 'CORE2016$' msDS-AllowedToDelegateTo "${migration// /\\ }" MSSQLSvc/sql.kcd.test:1433 \
    ldap/dc1.kcd.test/kcd.test
  run -0 probe alice "$migration" MSSQLSvc/sql.kcd.test:1433 ldap/dc1.kcd.test/kcd.test MSSQLSvc/sql.kcd.test
  ad-set 'CORE2016$' msDS-AllowedToDelegateTo "$LISTED"
  [ "$(grep -c '^s4u2proxy ticket fwd' <<<"$output")" -eq 3 ]
  has "s4u2proxy error 7 *"
}

@test "krbtgt in the list: libkrb5 rejects the ticket, and there is no KDC error" {
  ad-add 'CORE2016$' msDS-AllowedToDelegateTo krbtgt/KCD.TEST
  run -0 probe alice krbtgt/KCD.TEST
  ad-set 'CORE2016$' msDS-AllowedToDelegateTo "$LISTED"
  has "s4u2proxy error -1 client=-1765328237"
  lacks "krb-error *"
}

@test "the keytab's spelling of the host may differ, and its host may be taken from it" {
  run -0 probe_host 'core2016$' "$keytab" probe alice "$LISTED"
  has "s4u2proxy ticket fwd"
  run -0 krbtool -k "$keytab" -r "$KCDFIX_REALM" -s "$KCDFIX_DC" probe alice "$LISTED"
  has "pair CORE2016\$ alice $LISTED"
}

@test "a disabled host is an answer, not an error" {
  run -0 probe_host 'OFF$' "$KCDFIX_LAB_DIR/keytabs/off.keytab" probe alice "$LISTED"
  has "krb-error 18 *"
  has "s4u2self not-tried"
  has "s4u2proxy not-tried"
  lacks "error *"
}

@test "without SPN S4U2Self is refused to a user account, and not to a computer" {
  run -0 probe_host alice "$KCDFIX_LAB_DIR/keytabs/alice.keytab" probe bob "$LISTED"
  has "s4u2self error 7 *"
  [[ -z $(ad-get 'NOSPN$' servicePrincipalName) ]]
  run -0 probe_host 'NOSPN$' "$KCDFIX_LAB_DIR/keytabs/nospn.keytab" probe alice "$LISTED"
  has "s4u2self ticket *"
}

@test "a sensitive host: its TGT is not forwardable, which is told as such" {
  ad-set 'CORE2016$' userAccountControl $((ANY_PROTOCOL | 0x100000))
  run -1 probe alice "$LISTED"
  has "tgt not-fwd"
  has "error * id=probe-tgt-not-forwardable *"
  has "s4u2self ticket not-fwd"
  has "s4u2proxy error 13 *"
}

@test "unconstrained delegation shows in the tickets" {
  ad-set 'CORE2016$' userAccountControl $((KERBEROS_ONLY | 0x80000))
  run -0 probe alice "$LISTED"
  has "exchange S4U2Self * ok-as-delegate *"
  has "s4u2self ticket not-fwd"
}

@test "the machine's krb5.conf does not matter" {
  local config
  {
    printf '[libdefaults]\n forwardable = false\n default_realm = OTHER.TEST\n default_tkt_enctypes = des3-cbc-sha1\n'
    printf '[realms]\n KCD.TEST = {\n kdc = 127.0.0.99\n }\n'
  } >"$BATS_TEST_TMPDIR/krb5.conf"
  printf 'nonsense\n' >"$BATS_TEST_TMPDIR/broken.conf"
  for config in "$BATS_TEST_TMPDIR/krb5.conf" "$BATS_TEST_TMPDIR/broken.conf" /nonexistent; do
    KRB5_CONFIG=$config run -0 probe alice "$LISTED"
    has "s4u2proxy ticket fwd"
  done
}

@test "the probe touches no credential cache" {
  local before
  before=$(sha256sum <"$BATS_TEST_TMPDIR/ccache")
  run -0 probe alice "$LISTED"
  [ "$before" = "$(sha256sum <"$BATS_TEST_TMPDIR/ccache")" ]
  KRB5CCNAME=FILE:$BATS_TEST_TMPDIR/none run -0 probe alice "$LISTED"
  [ ! -e "$BATS_TEST_TMPDIR/none" ]
}

@test "an answer is always fresh" {
  run -0 probe alice "$LISTED"
  has "s4u2proxy ticket fwd"
  use_kerberos_only
  run -0 probe alice "$LISTED"
  has "s4u2proxy error 13 *"
}

# ---- keytabs ----

@test "wrong key: named, with the versions" {
  cp -- "$KCDFIX_LAB_DIR/keytabs/sql.keytab" "$BATS_TEST_TMPDIR/old.keytab"
  ad-password 'SQL$'
  run -1 probe_host 'SQL$' "$BATS_TEST_TMPDIR/old.keytab" -d 2 probe alice "$LISTED"
  has "error * id=keytab-wrong-key * name=KRB5KDC_ERR_PREAUTH_FAILED"
  has "message *of SQL\$ (any more): the keytab has version 1, the directory has version 2"
  has "s4u2self not-tried"
  has "requests 2" # one try
  ad-keytab 'SQL$' "$BATS_TEST_TMPDIR/new.keytab"
  run -0 probe_host 'SQL$' "$BATS_TEST_TMPDIR/new.keytab" probe alice "$LISTED"
  has "tgt fwd"
}

@test "keytabs that cannot be used" {
  run -1 probe_host 'CORE2016$' "$BATS_TEST_TMPDIR/none" probe alice "$LISTED"
  has "error * id=keytab-unreadable *"
  : >"$BATS_TEST_TMPDIR/empty"
  run -1 probe_host 'CORE2016$' "$BATS_TEST_TMPDIR/empty" probe alice "$LISTED"
  has "message *is empty"
  head -c 60 "$keytab" >"$BATS_TEST_TMPDIR/cut"
  run -1 probe_host 'CORE2016$' "$BATS_TEST_TMPDIR/cut" probe alice "$LISTED"
  has "message *is cut off*"
  run -1 probe_host 'CORE2016$' /etc/hosts probe alice "$LISTED"
  has "message *is no keytab"
  run -1 probe_host 'CORE2016$' "$KCDFIX_LAB_DIR/keytabs/web.keytab" probe alice "$LISTED"
  has "error * id=keytab-without-host *"
  has "message *holds no key of CORE2016\$@KCD.TEST; it holds *WEB\$@KCD.TEST*"
}

# ---- a KDC that does not answer ----

@test "KDC closed: refused at once, by name and port" {
  kdc-close
  run -1 probe alice "$LISTED"
  kdc-open
  has "error * id=kdc-unreachable *"
  has "message KDC dc1.kcd.test, port 88: Connection refused"
  has "server dc1.kcd.test"
  has "s4u2self not-tried"
}

@test "KDC paused: the time limit holds, for many SPNs too" {
  local started
  dc-pause
  started=$(milliseconds)
  run -1 probe_host 'CORE2016$' "$keytab" -t 700 probe alice "$LISTED" cifs/a cifs/b cifs/c
  local took=$(($(milliseconds) - started))
  dc-resume
  has "message KDC dc1.kcd.test, port 88: no answer within 700 ms"
  [ "$(grep -c '^error' <<<"$output")" -eq 4 ]
  ((took >= 700 && took < 1400))
}

# ---- the login ----

@test "login by ticket: one request, then none, and it is stored like any client does" {
  run -0 krbtool login "$KCDFIX_DC"
  has "opened admin@KCD.TEST realm KCD.TEST"
  has "requests 1"
  run -0 krbtool login "$KCDFIX_DC"
  has "requests 0"
  klist | grep -q 'ldap/dc1.kcd.test@KCD.TEST'
}

@test "login: the pin stands before the machine's configuration" {
  cat >"$BATS_TEST_TMPDIR/krb5.conf" <<'CONF'
[libdefaults]
  default_realm = KCD.TEST
[realms]
  KCD.TEST = {
    kdc = 127.0.0.99
    kdc = 127.0.0.98
  }
CONF
  KRB5_CONFIG=$BATS_TEST_TMPDIR/krb5.conf run -0 krbtool login "$KCDFIX_DC"
  has "requests 1"
  has "KRB5_CONFIG /proc/self/fd/*:$BATS_TEST_TMPDIR/krb5.conf"
}

@test "login with a KDC closed works by a ticket that is there, and not without" {
  local with without
  KRB5CCNAME=FILE:$BATS_TEST_TMPDIR/bare kinit_fresh
  run -0 krbtool login "$KCDFIX_DC"
  kdc-close
  with=$(krbtool login "$KCDFIX_DC") || true
  without=$(krbtool -c "$BATS_TEST_TMPDIR/bare" login "$KCDFIX_DC") || true
  kdc-open
  [[ $with == *"requests 0"*"started admin@KCD.TEST"* ]]
  [[ $without == *"id=kdc-unreachable"*"Connection refused"* ]]
}

@test "login paused: the time limit holds" {
  local started
  kinit_fresh
  dc-pause
  started=$(milliseconds)
  run -1 krbtool -t 700 login "$KCDFIX_DC"
  local took=$(($(milliseconds) - started))
  dc-resume
  has "error * id=kdc-unreachable *"
  ((took >= 700 && took < 1400))
}

@test "no ticket, in every way" {
  KRB5CCNAME=FILE:$BATS_TEST_TMPDIR/none run -1 krbtool login "$KCDFIX_DC"
  has "error 5 id=no-ticket *"
  has "message no Kerberos ticket: there is no cache FILE:$BATS_TEST_TMPDIR/none"
  has "next kinit USER@REALM"
  : >"$BATS_TEST_TMPDIR/empty"
  run -1 krbtool -c "$BATS_TEST_TMPDIR/empty" login "$KCDFIX_DC"
  has "error * id=no-ticket *"
  head -c 40 "$BATS_TEST_TMPDIR/ccache" >"$BATS_TEST_TMPDIR/cut"
  run -1 krbtool -c "$BATS_TEST_TMPDIR/cut" login "$KCDFIX_DC"
  has "error * id=no-ticket *"
  run -1 krbtool -c NOSUCH:thing login "$KCDFIX_DC"
  has "error * id=no-ticket *"
}

@test "an expired ticket says when it ended and what to type" {
  kinit -l 1s admin <"$KCDFIX_LAB_DIR/passwords/admin" >/dev/null
  sleep 1.2
  run -1 krbtool login "$KCDFIX_DC"
  has "error 5 id=ticket-expired *"
  has "message the Kerberos ticket of admin@KCD.TEST in FILE:* expired at 20*"
  has "next kinit admin@KCD.TEST"
}

@test "clock skew is told with its size" {
  kinit_fresh
  run -1 at_time +10m login "$KCDFIX_DC"
  has "error 5 id=clock-skew * name=KRB5KRB_AP_ERR_SKEW"
  has "message this machine's clock is 10 min * s ahead of that of dc1.kcd.test; Kerberos allows 5 min"
}

@test "a wrong clock here does not matter to the probe: libkrb5 goes by the KDC's" {
  local offset
  for offset in +10m -3d; do
    run -0 at_time "$offset" -k "$keytab" -n 'CORE2016$' -r "$KCDFIX_REALM" -s "$KCDFIX_DC" probe alice "$LISTED"
    has "s4u2proxy ticket fwd"
  done
}

@test "the DC by its address or a name that is not its own" {
  run -1 krbtool login 127.0.0.10
  has "error * id=dc-name-unknown *"
  has "next Name the DC by its DNS name*"
  run -1 krbtool login localhost
  has "error * id=kdc-unreachable *"
}

@test "login by password: own ticket in memory, the default cache stays as it is" {
  local before
  before=$(sha256sum <"$BATS_TEST_TMPDIR/ccache")
  run -0 krbtool -u alice -f "$KCDFIX_LAB_DIR/passwords/alice" login "$KCDFIX_DC"
  has "started alice@KCD.TEST"
  has "requests 3"
  has "KRB5CCNAME MEMORY:*"
  [ "$before" = "$(sha256sum <"$BATS_TEST_TMPDIR/ccache")" ]
}

@test "login by password: a DC that does not answer leaves it for the next one" {
  run -0 krbtool -u alice -f "$KCDFIX_LAB_DIR/passwords/alice" login localhost "$KCDFIX_DC"
  has "message KDC localhost, port 88: Connection refused"
  has "started alice@KCD.TEST"
  has "requests 3"
}

@test "a wrong password is tried once" {
  local before after
  before=$(ad-get alice badPwdCount)
  run -1 krbtool -u alice -f "$KCDFIX_LAB_DIR/passwords/bob" login "$KCDFIX_DC"
  after=$(ad-get alice badPwdCount)
  has "error 5 id=wrong-password *"
  has "message wrong password for alice@KCD.TEST (tried once; it counts towards lockout)"
  has "requests 2"
  [ $((${after##* } - ${before##* })) -eq 1 ]
}

@test "logins that the domain refuses" {
  local user id
  while read -r user id; do
    run -1 krbtool -u "$user" -f "$KCDFIX_LAB_DIR/passwords/$user" login "$KCDFIX_DC"
    has "error 5 id=$id *"
  done <<'TABLE'
dave login-disabled
erin login-disabled
gina password-expired
lisa login-disabled
TABLE
  run -1 krbtool -u nobody -f "$KCDFIX_LAB_DIR/passwords/alice" login "$KCDFIX_DC"
  has "error 5 id=login-unknown *"
}
