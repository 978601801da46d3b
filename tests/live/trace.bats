#!/usr/bin/env bats
# Network captures of real exchanges: field by field against tshark, the cases that a capture on a host shows, kinds of
# files, damage, and check --trace beside directory and KDC. Runs inside a lab.

bats_require_minimum_version 1.5.0

readonly KERBEROS_ONLY=4096 ANY_PROTOCOL=16781312

setup_file() {
  export CAPTURES=$BATS_FILE_TMPDIR/captures
  "$BATS_TEST_DIRNAME/make_captures" "$CAPTURES"
}

setup() {
  key=$KCDFIX_LAB_DIR/keytabs/core2016.keytab
  cd "$BATS_TEST_TMPDIR" || return
}

explain() {
  run --separate-stderr kcdfix explain --trace "$@"
}

has() {
  [[ $output == *"$1"* ]] || {
    printf 'no "%s" in:\n%s\n' "$1" "$output" >&2
    return 1
  }
}

lacks() {
  [[ $output != *"$1"* ]] || {
    printf '"%s" is in:\n%s\n' "$1" "$output" >&2
    return 1
  }
}

# One clear line and the next step, status 2, nothing on stdout.
refused() {
  [ "$status" -eq 2 ]
  [ -z "$output" ]
  [[ $stderr == "kcdfix: "*"$1"* ]]
  [ "$(wc -l <<<"$stderr")" -le 2 ]
}

fields() {
  run "$BATS_TEST_DIRNAME/trace_fields.py" "$@"
  [ "$status" -eq 0 ] || {
    printf '%s: %s\n' "$1" "$output" >&2
    return 1
  }
}

# ---- against tshark ----

@test "every field of every message is what tshark decodes" {
  local file
  for file in "$CAPTURES"/*.pcap; do
    case ${file##*/} in
      snap-*) ;; # of a message that was cut tshark decodes a part, kcdfix its kind
      port.pcap) fields "$file" 1088 ;;
      *) fields "$file" ;;
    esac
  done
}

@test "the comparison notices one field that differs" {
  local change
  for change in 's/"aes128-sha256"/"aes256"/' 's/"messages": 8/"messages": 7/' \
    's/"evidence": "CORE2016\$"/"evidence": null/'; do
    printf '#!/bin/sh\nkcdfix "$@" | sed '"'%s'"'\n' "$change" >other
    chmod +x other
    KCDFIX=$PWD/other run "$BATS_TEST_DIRNAME/trace_fields.py" "$CAPTURES/article.pcap"
    [ "$status" -eq 1 ]
  done
}

# ---- the cases ----

@test "the article's paragraph is one command: who asked for what, for whom, and the refusal" {
  explain "$CAPTURES/article.pcap"
  [ "$status" -eq 1 ]
  [ -z "$stderr" ]
  has "CORE2016\$   alice   cifs/2016GUI      S4U2Self ticket, S4U2Proxy KDC_ERR_BADOPTION (13)"
  has "CORE2016 asked for a ticket for alice to cifs/2016GUI by constrained delegation (S4U2Proxy), and the"
  has "[protocol-transition-off]"
  has "next: kcdfix check --as alice CORE2016 cifs/2016GUI"
  lacks "note: "
}

@test "the fixed case has nothing to say but the tickets" {
  explain "$CAPTURES/fixed.pcap"
  [ "$status" -eq 0 ]
  has "S4U2Self ticket, S4U2Proxy ticket"
  lacks "next:"
}

@test "an armoured refusal: the user is known, the reason is said to be inside" {
  explain "$CAPTURES/article-kvno.pcap"
  [ "$status" -eq 1 ]
  has "alice   cifs/2016GUI"
  has "[armoured]"
}

@test "a sensitive user, an unusable one, and an SPN that nobody has" {
  explain "$CAPTURES/sensitive.pcap"
  [ "$status" -eq 1 ]
  has "for bob to cifs/2016GUI"
  has "[user-sensitive]"
  has "next: kcdfix check --as bob CORE2016 cifs/2016GUI"
  explain "$CAPTURES/unusable.pcap"
  [ "$status" -eq 1 ]
  has "CORE2016 asked for a ticket for dave to itself (S4U2Self), and the KDC refused:"
  explain "$CAPTURES/unknown-spn.pcap"
  [ "$status" -eq 1 ]
  has "for alice to cifs/nowhere"
  has "[target-spn-missing]"
}

@test "one user works and the other does not: what that rules out" {
  explain "$CAPTURES/two-users.pcap"
  [ "$status" -eq 1 ]
  has "seen here: the same host got a ticket to it for alice: the service is granted"
  explain "$CAPTURES/two-users.pcap" --json
  [ "$(jq -r '.failures[] | select(.spn == "cifs/2016GUI") | .causes[].id' <<<"$output" | paste -sd' ')" = \
    "user-sensitive user-protected change-not-replicated" ]
}

@test "over UDP first, then TCP: one step, said with -v" {
  explain "$CAPTURES/fixed-udp.pcap" -v
  [ "$status" -eq 0 ]
  has "(tcp, refused over UDP): ticket"
  lacks "KRB_ERR_RESPONSE_TOO_BIG"
}

@test "two hosts at once stay apart" {
  explain "$CAPTURES/two-at-once.pcap" --json
  [ "$status" -eq 1 ]
  [ "$(jq -r '.conversations[] | select(.steps | map(.kind) == ["S4U2Self", "S4U2Proxy"])
    | "\(.host) \(.user) \(.spn) \(.steps[1].answer.outcome)"' <<<"$output" | sort -u)" = \
    $'CORE2016$ alice cifs/2016GUI ticket\nCORE2016$ nina cifs/2016GUI ticket\nOUHOST$ bob cifs/2016GUI error' ]
}

@test "IPv6, any interface, another port" {
  explain "$CAPTURES/ipv6.pcap"
  [ "$status" -eq 1 ]
  has "  ::1 "
  has "alice"
  explain "$CAPTURES/any.pcap"
  [ "$status" -eq 1 ]
  has "S4U2Self ticket, S4U2Proxy ticket"
  explain "$CAPTURES/port.pcap" --port 1088
  [ "$status" -eq 1 ]
  has "on port 1088"
  explain "$CAPTURES/port.pcap" --port 1089
  [ "$status" -eq 3 ]
  has "[no-kerberos]"
}

# ---- what is missing ----

@test "a snap length: the names that it leaves, and what to do" {
  local snap
  for snap in 96 200; do
    explain "$CAPTURES/snap-$snap.pcap"
    [ "$status" -ne 2 ]
    has "keeps $snap bytes of a packet"
    has "tcpdump -s 0"
  done
}

@test "a capture that begins in the middle" {
  editcap -r "$CAPTURES/two-users.pcap" late.pcap 24-10000
  explain late.pcap
  [ "$status" -eq 1 ]
  has "[began-too-late]"
  fields late.pcap
}

# ---- kinds of files ----

@test "pcapng, nanoseconds, a pipe and gzip by a pipe say the same" {
  explain "$CAPTURES/two-users.pcap" --json
  local expected
  expected=$(jq 'del(.capture.file, .time)' <<<"$output")
  editcap -F pcapng "$CAPTURES/two-users.pcap" a.pcapng
  editcap -F nsecpcap "$CAPTURES/two-users.pcap" b.pcap
  explain a.pcapng --json
  [ "$(jq 'del(.capture.file, .time)' <<<"$output")" = "$expected" ]
  explain b.pcap --json
  [ "$(jq 'del(.capture.file, .time)' <<<"$output")" = "$expected" ]
  output=$(gzip -c a.pcapng | zcat | kcdfix explain --trace - --json) || true
  [ "$(jq 'del(.capture.file, .time)' <<<"$output")" = "$expected" ]
  gzip -k a.pcapng
  explain a.pcapng.gz
  refused "compressed by gzip"
  [[ $stderr == *"zcat a.pcapng.gz | kcdfix explain --trace -"* ]]
}

@test "an empty capture has nothing on the port: status 3" {
  head -c 24 "$CAPTURES/article.pcap" >empty.pcap
  explain empty.pcap
  [ "$status" -eq 3 ]
  has "[no-kerberos]"
}

# ---- check ----

@test "check --trace: trace, prediction and probe side by side" {
  ad-set 'CORE2016$' userAccountControl "$KERBEROS_ONLY"
  run kcdfix check --trace "$CAPTURES/article.pcap" -k "$key"
  [ "$status" -eq 1 ]
  has "CORE2016 -> cifs/2016GUI as alice: FAILS"
  has "predicted   answered                 in the trace"
  has "BADOPTION   KDC_ERR_BADOPTION (13)   KDC_ERR_BADOPTION (13)"
  has "fix: kcdfix apply --protocol-transition CORE2016 cifs/2016GUI"
}

@test "check --trace without the key: trace beside prediction, and JSON has both" {
  ad-set 'CORE2016$' userAccountControl "$KERBEROS_ONLY"
  run --separate-stderr kcdfix check --trace "$CAPTURES/article.pcap" --json
  [ "$status" -eq 1 ]
  [ "$(jq -c '.pairs[0].traced | [.s4u2self.answer.outcome, .s4u2proxy.answer.code]' <<<"$output")" = '["ticket",13]' ]
  [ "$(jq -c '.pairs[0] | [.host, .spn, .user, .verdict, .observed]' <<<"$output")" = \
    '["CORE2016$","cifs/2016GUI","alice@KCD.TEST","fails",null]' ]
  [ "$(jq -r '.capture.messages' <<<"$output")" -eq 8 ]
}

@test "check --trace --stand-in asks the KDC in the host's place" {
  ad-set 'CORE2016$' userAccountControl "$KERBEROS_ONLY"
  run kcdfix check --trace "$CAPTURES/article.pcap" --stand-in
  [ "$status" -eq 1 ]
  has "asked as KCDFIX-"
  has "in the trace"
}

@test "check --trace: each user of the trace for himself; --as asks for one alone" {
  ad-set 'CORE2016$' userAccountControl "$ANY_PROTOCOL"
  run kcdfix check --trace "$CAPTURES/two-users.pcap"
  [ "$status" -eq 1 ]
  has "CORE2016 -> cifs/2016GUI as alice: WORKS"
  has "CORE2016 -> cifs/2016GUI as bob: FAILS"
  run --separate-stderr kcdfix check --trace "$CAPTURES/two-users.pcap" --as carol --json
  [ "$(jq -r '.pairs[].user' <<<"$output" | sort -u)" = carol@KCD.TEST ]
}

@test "check --trace: what was changed after the trace is said to be" {
  sleep 1.1
  ad-set 'CORE2016$' userAccountControl "$ANY_PROTOCOL"
  ad-set 'CORE2016$' msDS-AllowedToDelegateTo cifs/2016GUI.kcd.test cifs/2016GUI
  run kcdfix check --trace "$CAPTURES/article.pcap"
  ad-set 'CORE2016$' msDS-AllowedToDelegateTo cifs/2016GUI
  [ "$status" -eq 0 ]
  has "CORE2016 -> cifs/2016GUI as alice: WORKS"
  has "Changed after that: msDS-AllowedToDelegateTo at "
  lacks "is not the domain controller that this check reads"
  run --separate-stderr kcdfix check --trace "$CAPTURES/article.pcap" --json
  [ "$(jq '.pairs[0].traced.kdc_is_dc' <<<"$output")" = true ]
}

# The same exchange with another DC's address in every packet: 127.0.0.10 becomes 127.0.0.99.
@test "check --trace: a KDC that is not the DC which is read is said to be another" {
  perl -0777 -pe 's/\x7f\0\0\x0a/\x7f\0\0\x63/g' "$CAPTURES/article.pcap" >"$BATS_TEST_TMPDIR/other.pcap"
  run kcdfix check --trace "$BATS_TEST_TMPDIR/other.pcap"
  has "That KDC, 127.0.0.99, is not the domain controller that this check reads"
  run --separate-stderr kcdfix check --trace "$BATS_TEST_TMPDIR/other.pcap" --json
  [ "$(jq '.pairs[0].traced.kdc_is_dc' <<<"$output")" = false ]
}

@test "check --trace: nothing of delegation in it, or not even Kerberos: status 3" {
  run --separate-stderr kcdfix check --trace "$CAPTURES/tcp.pcap"
  [ "$status" -eq 3 ]
  [[ $stderr == *"nobody asks for a ticket by constrained delegation (S4U2Proxy)"* ]]
  [[ $stderr == *"kcdfix explain --trace "* ]]
  run --separate-stderr kcdfix check --trace "$CAPTURES/article.pcap" --port 99
  [ "$status" -eq 3 ]
}
