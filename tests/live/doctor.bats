# kcdfix doctor: one thing at a time is broken between this machine and the domain; the line that names it, its remedy,
# and the exit status. Runs inside a lab.

# shellcheck disable=SC2030,SC2031,SC2154 # each test has a shell of its own; `run` sets stderr

bats_require_minimum_version 1.5.0

srv=_ldap._tcp.dc._msdcs.kcd.test
record='dc1.kcd.test 389 0 100'

setup() {
  rm -rf "$XDG_STATE_HOME/kcdfix"
  export KRB5CCNAME=FILE:$BATS_TEST_TMPDIR/ccache # what a test changes is its own
  cp -- "$KCDFIX_LAB_DIR/admin.ccache" "$BATS_TEST_TMPDIR/ccache"
  keys=$KCDFIX_LAB_DIR/keytabs
  passwords=$KCDFIX_LAB_DIR/passwords
}

teardown() {
  dc-resume 2>/dev/null || true
  if [ -e "$BATS_TEST_TMPDIR/kdc-closed" ]; then kdc-open; fi
  dc-start
}

milliseconds() {
  local seconds=${EPOCHREALTIME/./}
  echo "${seconds:0:-3}"
}

# examine STATUS [CMD... --] ARG...: the document of `CMD kcdfix doctor ARG` in `output`, its text in `text`; the two
# agree.
examine() {
  local expected=$1 with=()
  shift
  if [[ " $* " == *" -- "* ]]; then
    while [ "$1" != -- ]; do with+=("$1") && shift; done
    shift
  fi
  run --separate-stderr "${with[@]}" kcdfix doctor "$@" </dev/null
  [ "$status" -eq "$expected" ] || { printf 'status %s\n%s\n%s\n' "$status" "$output" "$stderr"; return 1; }
  [ -z "$stderr" ]
  text=$output
  run --separate-stderr "${with[@]}" kcdfix doctor --json "$@" </dev/null
  [ "$status" -eq "$expected" ]
  [ -z "$stderr" ]
  [ "$(jq -r '.schema + " " + (.exit_status | tostring)' <<<"$output")" = "kcdfix.doctor/1 $expected" ]
  # the last line is the next step, the first one the verdict
  [ "$(tail -n 1 <<<"$text")" = "  next: $(jq -r .next <<<"$output")" ]
  [[ $(head -n 1 <<<"$text") == "$(jq -r '.domain // "no domain"' <<<"$output"): "* ]]
  [ "$(grep -c '^  FAIL ' <<<"$text")" = "$(jq '[.checks[] | select(.state == "fault")] | length' <<<"$output")" ]
  [ "$(grep -c '^  warn ' <<<"$text")" = "$(jq '[.checks[] | select(.state == "warning")] | length' <<<"$output")" ]
}

# is CHECK STATE [MESSAGE [REMEDY]]: the first line of that name, with these words in it; a * of MESSAGE is anything.
is() {
  local line
  line=$(jq -r --arg name "$1" '[.checks[] | select(.check == $name)][0] | [.state, .message, .remedy] | join("|")' \
    <<<"$output")
  [[ $line == "$2|"*${3:-}*"|"*"${4:-}"* ]] ||
    { printf '%s is not %s "%s" "%s": %s\n' "$1" "$2" "${3:-}" "${4:-}" "$line"; return 1; }
}

# only STATE CHECK...: no other check than these is in that state.
only() {
  local wanted=$1 found
  shift
  found=$(jq -r --arg state "$wanted" '[.checks[] | select(.state == $state).check] | unique | join(" ")' <<<"$output")
  [ "$found" = "$*" ] || { printf '%s: %s, not %s\n' "$wanted" "$found" "$*"; return 1; }
}

witness() {
  ad-get CORE2016 uSNChanged userAccountControl msDS-AllowedToDelegateTo
}

# ---- all is well ----

@test "all is well: every line, the status, and the next command" {
  examine 0
  [ "$(head -n 1 <<<"$text")" = "kcd.test: 16 checks OK" ]
  only fault ''
  only warning ''
  only not-tried keytab rights
  is dns-ldap ok "$srv names dc1.kcd.test"
  is dns-kerberos ok "_kerberos._tcp.kcd.test names 1 KDC"
  is dns-address ok "dc1.kcd.test is 127.0.0.10"
  is ports ok "dc1.kcd.test: 88 "
  is clock ok "dc1.kcd.test"
  is cache ok "FILE:$BATS_TEST_TMPDIR/ccache"
  is ticket ok "of admin@KCD.TEST until 20"
  is enctype-ticket ok "ticket aes256, session key aes256"
  is ldap ok "logged in to dc1.kcd.test as admin@KCD.TEST, signed and sealed"
  [ "$(jq -r .next <<<"$output")" = "kcdfix check HOST SPN" ]
  [ "$(jq -r .dc <<<"$output")" = dc1.kcd.test ]
  run kcdfix doctor -q
  [ "$output" = "kcd.test: 16 checks OK" ]
}

@test "each port is told with its time, and the address" {
  examine 0
  [ "$(jq -c '.servers | map([.name, (.addresses | map(.address)), (.ports | map(.port))])' <<<"$output")" = \
    '[["dc1.kcd.test",["127.0.0.10"],[88,389,464,3268,636]]]' ]
  [ "$(jq '[.servers[].ports[] | select(.outcome == "open" and .milliseconds < 1000)] | length' <<<"$output")" = 5 ]
}

@test "nothing is changed, neither in the domain nor on this machine" {
  local before
  before=$(witness)
  examine 0 -k "$keys/core2016.keytab" CORE2016
  [ "$(witness)" = "$before" ]
  [ ! -e "$XDG_STATE_HOME/kcdfix" ]
}

@test "a login by password needs no cache" {
  rm "$BATS_TEST_TMPDIR/ccache"
  examine 0 -U alice --password-file "$passwords/alice"
  is ticket not-tried "by password"
  is ldap ok "as alice@KCD.TEST"
  examine 0 -S "$KCDFIX_DC" -U alice -D kcd.test --password-file "$passwords/alice"
  printf 'wrong\n' >"$BATS_TEST_TMPDIR/wrong"
  chmod 600 "$BATS_TEST_TMPDIR/wrong"
  local before
  before=$(ad-get alice badPwdCount)
  run kcdfix doctor -U alice --password-file "$BATS_TEST_TMPDIR/wrong"
  [ "$status" -eq 1 ]
  [[ $output == *"FAIL  KDC "*"wrong password for alice@KCD.TEST"* ]]
  [ "$(($(ad-get alice badPwdCount) - before))" -eq 1 ]
}

# ---- the ticket ----

@test "no ticket: DNS, ports and clock are still looked at" {
  rm "$BATS_TEST_TMPDIR/ccache"
  examine 1
  only fault ticket
  is ticket fault "there is no cache FILE:$BATS_TEST_TMPDIR/ccache" "kinit USER@KCD.TEST"
  is clock ok
  is ports ok
  is kdc not-tried "nothing to log in with"
  is ldap not-tried
  [[ $(jq -r .next <<<"$output") == "kinit USER@KCD.TEST"* ]]
}

@test "an expired ticket, one that is not forwardable, and one that others may read" {
  kinit -l 1s -c "$BATS_TEST_TMPDIR/short" admin <"$passwords/admin" >/dev/null
  kinit -F -c "$BATS_TEST_TMPDIR/bound" admin <"$passwords/admin" >/dev/null
  sleep 1.2
  examine 1 -c "$BATS_TEST_TMPDIR/short"
  only fault ticket
  is ticket fault "expired at 20" "kinit admin@KCD.TEST"
  examine 0 -c "$BATS_TEST_TMPDIR/bound"
  only warning ticket
  is ticket warning "not forwardable" "kinit -f admin@KCD.TEST"
  [[ $(head -n 1 <<<"$text") == *"checks OK, 1 warning" ]]
  chmod 644 "$BATS_TEST_TMPDIR/ccache"
  examine 0
  only warning cache
  is cache warning "others may read $BATS_TEST_TMPDIR/ccache" "chmod 600 $BATS_TEST_TMPDIR/ccache"
}

@test "a ticket that ends soon, with weak encryption, and a cache in memory" {
  kinit -l 5m -c "$BATS_TEST_TMPDIR/short" admin <"$passwords/admin" >/dev/null
  examine 0 -c "$BATS_TEST_TMPDIR/short"
  only warning ticket
  is ticket warning "ends soon"
  sed 's/^\[libdefaults\]/&\n permitted_enctypes = rc4/' "$KRB5_CONFIG" >"$BATS_TEST_TMPDIR/rc4.conf"
  KRB5_CONFIG=$BATS_TEST_TMPDIR/rc4.conf kinit -c "$BATS_TEST_TMPDIR/rc4" admin <"$passwords/admin" >/dev/null
  examine 0 -c "$BATS_TEST_TMPDIR/rc4"
  is enctype-ticket warning "session key rc4"
  examine 1 env "KRB5_CONFIG=$BATS_TEST_TMPDIR/rc4.conf" --
  is enctype-machine fault "leaves AES out" "permitted_enctypes"
  examine 1 -c MEMORY:x
  only fault cache
  is cache fault "belongs to one process" "KRB5CCNAME"
}

# ---- krb5.conf ----

@test "traps in krb5.conf" {
  local name=$BATS_TEST_TMPDIR/krb5.conf
  {
    printf '[libdefaults]\n\trdns = true\n\tdns_canonicalize_hostname = true\n\tforwardable = false\n'
    printf '\tudp_preference_limit = 4000\n\tdefault_ccache_name = MEMORY:x\n\tdefault_realm = OTHER.TEST\n'
    grep -vE 'libdefaults|rdns|canonicalize|default_realm' "$KRB5_CONFIG"
  } >"$name"
  examine 0 env "KRB5_CONFIG=$name" --
  only warning krb5-canonicalize krb5-ccache krb5-forwardable krb5-rdns krb5-realm krb5-udp
  is krb5-rdns warning "rdns = true" "rdns = false"
  is krb5-realm warning "default_realm is OTHER.TEST, the domain's realm is KCD.TEST"
  is krb5-udp warning "udp_preference_limit = 4000"
  is ldap ok # kcdfix itself walks into none of them
}

@test "a krb5.conf that is malformed, one that is missing, and one that nobody may read" {
  local name=$BATS_TEST_TMPDIR/krb5.conf
  printf '[libdefaults]\nnonsense\n' >"$name"
  examine 1 env "KRB5_CONFIG=$name" -- -D kcd.test
  only fault krb5-conf
  is krb5-conf fault "$name is malformed (KRB5_CONFIG_BADFORMAT)" "Mend $name"
  is dns-ldap ok
  is clock ok
  is ticket not-tried
  is ldap not-tried
  examine 1 env "KRB5_CONFIG=$name" --
  only fault krb5-conf
  is dns-ldap not-tried "no domain is known"
  examine 0 env "KRB5_CONFIG=$BATS_TEST_TMPDIR/none" --
  is krb5-conf warning "$BATS_TEST_TMPDIR/none is not there"
  is krb5-realm warning "no default_realm"
  is ldap ok
}

@test "no domain is known" {
  rm "$BATS_TEST_TMPDIR/ccache"
  : >"$BATS_TEST_TMPDIR/krb5.conf"
  examine 1 env "KRB5_CONFIG=$BATS_TEST_TMPDIR/krb5.conf" --
  only fault dns-ldap ticket
  is dns-ldap fault "no domain is known" "-D"
  [[ $(head -n 1 <<<"$text") == "no domain: 2 of "* ]]
}

# ---- DNS ----

@test "SRV records are missing: all, the one of the domain controllers, the one of the KDC" {
  examine 1 -D nosuch.test
  only fault dns-ldap
  is dns-ldap fault "no SRV record _ldap._tcp.dc._msdcs.nosuch.test (asked 127.0.0.10)" "-S"
  is ports not-tried "no domain controller is known"

  dns-del "$srv" SRV "$record"
  examine 0
  only warning dns-ldap
  is dns-ldap warning "_ldap._tcp.kcd.test is there and names dc1.kcd.test" "nltest /dsregdns"
  is ldap ok
  dns-add "$srv" SRV "$record"

  dns-del _kerberos._tcp.kcd.test SRV 'dc1.kcd.test 88 0 100'
  examine 0
  only warning dns-kerberos
  is dns-kerberos warning "no SRV record _kerberos._tcp.kcd.test"
  dns-add _kerberos._tcp.kcd.test SRV 'dc1.kcd.test 88 0 100'
}

@test "a second domain controller is dead, or has no address: a warning, and the first one is talked to" {
  dns-add "$srv" SRV 'dead.kcd.test 389 0 100'
  examine 0
  only warning dns-address
  is dns-ldap ok "dead.kcd.test"
  dns-add dead.kcd.test A 127.0.0.77
  examine 0
  only warning ports
  [ "$(jq -r '.checks[] | select(.check == "ports" and .state == "warning") | .subject' <<<"$output")" = dead.kcd.test ]
  [ "$(jq -r .dc <<<"$output")" = dc1.kcd.test ]
  examine 1 -S dead.kcd.test
  only fault ports
  is ports fault "389 refused"
  is dns-ldap ok "names 2 servers"
  dns-del "$srv" SRV 'dead.kcd.test 389 0 100'
  dns-del dead.kcd.test A 127.0.0.77
}

@test "more domain controllers than are looked at: the rest is said" {
  local i
  for i in 1 2 3 4 5 6 7 8 9; do dns-add "$srv" SRV "more$i.kcd.test 389 10 100"; done
  examine 0
  [ "$(jq '.servers | length' <<<"$output")" = 8 ]
  [ "$(jq -r '.servers[0].name' <<<"$output")" = dc1.kcd.test ]
  is dns-ldap ok "and 2 more, which are not looked at"
  for i in 1 2 3 4 5 6 7 8 9; do dns-del "$srv" SRV "more$i.kcd.test 389 10 100"; done
}

@test "reverse DNS: right, wrong, and how much it matters" {
  local ptr=10.0.0.127.in-addr.arpa
  examine 0
  is dns-reverse ok "has no name in DNS"
  dns-add "$ptr" PTR www.kcd.test
  examine 0
  only warning dns-reverse
  is dns-reverse warning "127.0.0.10 is called www.kcd.test, not dc1.kcd.test" "PTR"
  is dns-reverse warning "nobody does"
  is ldap ok
  grep -vE 'rdns|canonicalize' "$KRB5_CONFIG" >"$BATS_TEST_TMPDIR/krb5.conf"
  examine 0 env "KRB5_CONFIG=$BATS_TEST_TMPDIR/krb5.conf" --
  is dns-reverse warning "ask for the wrong service"
  is ldap ok
  dns-add "$ptr" PTR dc1.kcd.test
  examine 0
  only warning ''
  is dns-reverse ok "127.0.0.10 is called dc1.kcd.test"
  dns-del "$ptr" PTR www.kcd.test
  dns-del "$ptr" PTR dc1.kcd.test
}

# ---- the domain controller ----

@test "the DC is stopped" {
  dc-stop
  examine 1 --timeout 2 -S "$KCDFIX_DC"
  only fault ports
  is ports fault "88 refused, 389 refused, 464 refused, 3268 refused, 636 refused" "firewall"
  is clock not-tried
  is ldap not-tried "no domain controller answers"
  is dns-ldap warning "no DNS server answered" "-S works without it"
  examine 1 --timeout 2
  only fault dns-ldap
  is dns-ldap fault "no DNS server answered the question for $srv (asked 127.0.0.10)"
}

@test "the DC accepts and never answers: the time limit holds" {
  dc-pause
  local where started took
  for where in "-S $KCDFIX_DC" "-D kcd.test"; do
    started=$(milliseconds)
    # shellcheck disable=SC2086
    run kcdfix doctor --timeout 1 $where
    took=$(($(milliseconds) - started))
    [ "$status" -eq 1 ]
    ((took < 2500)) || { echo "$where: $took ms"; false; }
  done
  examine 1 --timeout 1 -S "$KCDFIX_DC"
  only fault ldap
  is ldap fault "dc1.kcd.test:389 did not answer within"
  is clock not-tried
  is ports ok # the kernel of the DC accepts
}

@test "the KDC is closed" {
  cp "$BATS_TEST_TMPDIR/ccache" "$BATS_TEST_TMPDIR/bare"
  touch "$BATS_TEST_TMPDIR/kdc-closed"
  kdc-close # puts the ticket for the DC into KRB5CCNAME
  examine 1
  only fault ports
  is ports fault "88 refused"
  [ "$(jq -r '.checks[] | select(.check == "ports") | .id' <<<"$output")" = kdc-unreachable ]
  is ldap ok
  examine 1 -c "$BATS_TEST_TMPDIR/bare"
  is kdc fault "port 88: Connection refused"
  is ldap not-tried
}

@test "a DC by its address, and one of another domain" {
  examine 1 -S 127.0.0.10
  only fault ldap
  is ldap fault "127.0.0.10 is an address" "-S dc1.kcd.test"
  examine 1 -D nosuch.test -S "$KCDFIX_DC"
  only fault ldap
  is ldap fault "a domain controller of kcd.test, not of nosuch.test"
}

# faketime is preloaded before a sanitizer, which would object; and leaks are looked for elsewhere.
@test "the clock: right, a little wrong, wrong" {
  local faked=(env ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 faketime -f)
  examine 0 "${faked[@]}" +90s --
  only warning clock
  is clock warning "1 min * s ahead of dc1.kcd.test; Kerberos allows 5 min" "chronyd"
  examine 0 "${faked[@]}" -3m --
  is clock warning "behind dc1.kcd.test"
  examine 1 "${faked[@]}" +10m --
  only fault clock
  is clock fault "10 min * s ahead of dc1.kcd.test; Kerberos allows 5 min" "Set the clock"
  is kdc not-tried "the clock has to be right first"
  [ "$(jq -r '.checks[] | select(.check == "clock") | .id' <<<"$output")" = clock-skew ]
  examine 1 "${faked[@]}" -10m --
  is clock fault "10 min * s behind dc1.kcd.test"
}

# ---- this machine ----

@test "the SASL plugin is missing: its package is named" {
  mkdir "$BATS_TEST_TMPDIR/none"
  examine 1 env "SASL_PATH=$BATS_TEST_TMPDIR/none" --
  only fault sasl
  is sasl fault "no SASL mechanism GSSAPI" libsasl2-modules-gssapi-mit
  is ldap not-tried "for lack of the SASL plugin"
  is kdc ok
}

@test "records of changes cannot be kept" {
  : >"$BATS_TEST_TMPDIR/file"
  examine 1 env "XDG_STATE_HOME=$BATS_TEST_TMPDIR/file" --
  only fault records
  is records fault "no change is made without a record of it"
  mkdir -p "$BATS_TEST_TMPDIR/state/kcdfix"
  chmod 777 "$BATS_TEST_TMPDIR/state/kcdfix"
  examine 1 env "XDG_STATE_HOME=$BATS_TEST_TMPDIR/state" --
  is records fault "can be written by others"
}

@test "the keytab of a host: right, old, unreadable, of another host, and readable by others" {
  examine 0 -k "$keys/core2016.keytab" CORE2016
  only warning ''
  is keytab ok "holds version * of the key of CORE2016\$, as the directory has it"
  examine 0 -k "$keys/core2016.keytab"
  is keytab ok "the directory's version is not known"
  examine 1 -k "$BATS_TEST_TMPDIR/none"
  only fault keytab
  is keytab fault "keytab file $BATS_TEST_TMPDIR/none"
  examine 1 -k "$keys/sql.keytab" CORE2016
  is keytab fault "holds no key of CORE2016\$@KCD.TEST"
  cp "$keys/core2016.keytab" "$BATS_TEST_TMPDIR/open"
  chmod 640 "$BATS_TEST_TMPDIR/open"
  examine 0 -k "$BATS_TEST_TMPDIR/open" CORE2016
  only warning keytab
  is keytab warning "others may read" "chmod 600 $BATS_TEST_TMPDIR/open"

  ad-new-computer OLDKEY >/dev/null
  ad-password 'OLDKEY$'
  examine 1 -k "$keys/oldkey.keytab" OLDKEY
  only fault keytab
  is keytab fault "the keytab has version 1, the directory has version 2"
  ad-delete OLDKEY
}

# ---- rights ----

@test "rights: an administrator, one without the privilege, an ordinary user, and a host that is not there" {
  examine 0 CORE2016
  is rights ok "admin@KCD.TEST may write CORE2016\$, and probably"
  [ "$(jq -r .next <<<"$output")" = "kcdfix check CORE2016" ]
  examine 0 as ouadmin -- OUHOST
  only warning rights
  is rights warning "ouadmin@KCD.TEST may write OUHOST\$, but probably lacks the right"
  examine 1 as plain -- 'CORE2016$'
  only fault rights
  is rights fault "plain@KCD.TEST may not write msDS-AllowedToDelegateTo and userAccountControl of CORE2016\$"
  examine 1 NOSUCH
  only fault rights
  is rights fault "the directory has no host NOSUCH"
}

# What apply does says whether the line was right.
@test "what is said of the rights is what apply finds" {
  local user host
  while read -r user host state; do
    examine "$([ "$state" = fault ] && echo 1 || echo 0)" as "$user" -- "$host"
    is rights "$state"
    ad-set "$host" userAccountControl 4096
    run as "$user" kcdfix apply --yes --protocol-transition "$host" cifs/2016GUI
    if [ "$state" = ok ]; then
      [ "$status" -eq 0 ]
      kcdfix undo --yes
    else
      [ "$status" -eq 4 ]
    fi
  done <<'TABLE'
admin CORE2016 ok
ouadmin OUHOST warning
plain CORE2016 fault
TABLE
}
