#!/usr/bin/env bats
# shellcheck disable=SC2154 # run sets stderr
# Many hosts with their keys in one keytab: they are asked for at the same time, up to a number, and what comes of it is
# what it would be one after the other. With -vv they go one after the other: the reference.

bats_require_minimum_version 1.5.0

readonly AT_ONCE=8
readonly TRACE='^kcdfix: (LDAP request |KDC |[0-9]+ (LDAP requests|requests to the KDC))' # the lines that -vv adds
readonly SERVICES=(cifs/2016GUI cifs/2016GUI.kcd.test cifs/FS1 HTTP/web)

# 24 hosts: with each number of entries, each second one with protocol transition. G05 has another key by now, and G07
# may log on at no hour, which kcdfix does not look at: the KDC says something else than predicted.
setup_file() {
  /usr/bin/python3 -I -c '
import json, sys
services = sys.argv[1:]
print(json.dumps([{"name": f"G{i:02}", "uac": i % 2 * 0x1000000, "delegate_to": services[:i % 5], "keytab": True}
                  for i in range(1, 25)]))' "${SERVICES[@]}" | ad-plant
  all=$BATS_FILE_TMPDIR/all.keytab
  some=$BATS_FILE_TMPDIR/some.keytab
  join_keytabs {01..24} >"$all"
  join_keytabs 02 {05..09} {11..21} 24 >"$some"
  ad-password 'G05$'
  never=$(head -c 21 /dev/zero | base64)
  printf 'dn: CN=G07,CN=Computers,DC=kcd,DC=test\nchangetype: modify\nreplace: logonHours\nlogonHours:: %s\n' "$never" |
    ldapmodify -Q -Y GSSAPI -H "ldap://$KCDFIX_DC" >/dev/null
  put_relays_before_the_dc
  kvno -q "ldap/$KCDFIX_DC" # so that all that goes to the KDC is of the probe
  export all some
}

# Names of Samba's keytabs begin with the two bytes of the format.
join_keytabs() {
  local number first=1
  for number; do
    tail -c "+$((first ? 1 : 3))" "$KCDFIX_LAB_DIR/keytabs/g$number.keytab"
    first=0
  done
}

# From here on the DC's name leads to an address where the KDC is slow, and LDAP is not.
put_relays_before_the_dc() {
  local hosts
  hosts=$(sed 's/^127.0.0.10 /127.0.0.20 /' /etc/hosts)
  echo "$hosts" >/etc/hosts
  "$BATS_TEST_DIRNAME/relay.py" 127.0.0.20:389 127.0.0.10:389 >"$BATS_FILE_TMPDIR/relay" 2>&1 3>&- &
  export relay=$!
  until [[ -s $BATS_FILE_TMPDIR/relay ]]; do sleep 0.05; done
}

teardown_file() {
  [[ -z ${relay:-} ]] || kill "$relay"
}

setup() {
  mapfile -t hosts < <(printf 'G%02d\n' {1..24})
  crowd=
}

teardown() {
  [[ -z $crowd ]] || stop_kdc
}

# slow_kdc MS [shut]: the KDC behind crowd.py, with the counts in $counts.
slow_kdc() {
  local ms=$1
  shift
  counts=$BATS_TEST_TMPDIR/counts
  "$BATS_TEST_DIRNAME/crowd.py" 127.0.0.20:88 127.0.0.10:88 "$ms" "$counts" "$@" >"$BATS_TEST_TMPDIR/crowd" 2>&1 3>&- &
  crowd=$!
  until [[ -s $BATS_TEST_TMPDIR/crowd ]]; do sleep 0.05; done
}

stop_kdc() {
  kill "$crowd"
  wait "$crowd" || true
  rm -f -- "$counts" "$BATS_TEST_TMPDIR/crowd"
  crowd=
}

most_at_once() {
  cut -d' ' -f1 "$counts"
}

# Fails where so many never come.
until_waiting() {
  local try
  for ((try = 0; try < 600; try++)); do
    [[ ! -s $counts ]] || (($(most_at_once) < $1)) || return 0
    sleep 0.05
  done
  return 1
}

let_go() {
  kill -USR1 "$crowd"
}

# What remains of two outputs when the moments are taken away.
without_times() {
  sed -E 's/[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:]{5,8}Z/TIME/g'
}

same_as_one_by_one() {
  local together one_by_one
  together=$(kcdfix check "$@" -v 2>"$BATS_TEST_TMPDIR/together" | without_times; echo "${PIPESTATUS[0]}")
  one_by_one=$(kcdfix check "$@" -vv 2>"$BATS_TEST_TMPDIR/one_by_one" | without_times; echo "${PIPESTATUS[0]}")
  diff <(echo "$together") <(echo "$one_by_one")
  diff "$BATS_TEST_TMPDIR/together" <(grep -vE "$TRACE" "$BATS_TEST_TMPDIR/one_by_one")
}

@test "as many as may be asked for at the same time are, and never more" {
  slow_kdc 10 shut
  kcdfix check --json --timeout 60 -k "$all" --as alice "${hosts[@]}" "${SERVICES[@]}" \
    >"$BATS_TEST_TMPDIR/output" 3>&- &
  until_waiting "$AT_ONCE"
  let_go
  wait $! || [ $? -eq 3 ]
  [ "$(jq '[.pairs[] | select(.observed)] | length' "$BATS_TEST_TMPDIR/output")" = 96 ]
  [ "$(most_at_once)" = "$AT_ONCE" ]
}

@test "with -vv, with one host, and with stand-ins it is one request at a time" {
  slow_kdc 0
  run -3 kcdfix check -q -vv -k "$all" --as alice "${hosts[@]}" cifs/FS1
  run -1 kcdfix check -q -k "$all" --as alice G02 "${SERVICES[@]}"
  run kcdfix check --stand-in --as alice G02 G03 G04 cifs/FS1
  [ "$(most_at_once)" = 1 ]
}

@test "every form of output is the same, byte for byte, as one host after the other" {
  slow_kdc 0
  KRB5CCNAME=FILE:$BATS_TEST_TMPDIR/alice kinit -f alice <"$KCDFIX_LAB_DIR/passwords/alice" >/dev/null
  for format in json text junit; do
    same_as_one_by_one --format "$format" -k "$some" --user-ccache "FILE:$BATS_TEST_TMPDIR/alice" --as alice \
      "${hosts[@]}" OFF NOWHERE "${SERVICES[@]}" cifs/NOWHERE
  done
  run kcdfix check -k "$some" --as alice "${hosts[@]}" NOWHERE cifs/FS1
  for id in keytab-wrong-key keytab-without-host prediction-differs host-not-found; do # all of this was among it
    [[ $output == *"[$id]"* ]]
  done
}

@test "each host gets what it gets on its own" {
  slow_kdc 0
  pick='.pairs[] | {host, spn, verdict, agree, predicted, observed, ids: [.findings[].id]}'
  kcdfix check --json -k "$all" --as alice "${hosts[@]}" "${SERVICES[@]}" >"$BATS_TEST_TMPDIR/all" || [ $? -eq 3 ]
  for host in "${hosts[@]}"; do
    kcdfix check --json -k "$all" --as alice "$host" "${SERVICES[@]}" || (($? == 1 || $? == 3))
  done >"$BATS_TEST_TMPDIR/each"
  for one in all each; do
    jq -c "$pick" "$BATS_TEST_TMPDIR/$one" | without_times >"$BATS_TEST_TMPDIR/$one.pairs"
  done
  [ "$(wc -l <"$BATS_TEST_TMPDIR/all.pairs")" = 96 ]
  diff "$BATS_TEST_TMPDIR/all.pairs" "$BATS_TEST_TMPDIR/each.pairs"
}

@test "a signal ends it in the middle: status 130 and the one document, whatever is being asked for" {
  for signal in INT TERM; do
    slow_kdc 0 shut
    env --default-signal=INT kcdfix check --json --timeout 60 -k "$all" --as alice "${hosts[@]}" "${SERVICES[@]}" \
      >"$BATS_TEST_TMPDIR/output" 2>"$BATS_TEST_TMPDIR/errors" 3>&- &
    until_waiting "$AT_ONCE"
    kill "-$signal" $!
    wait $! || [ $? -eq 130 ]
    [ "$(jq -c '[.exit_status, .errors[].id]' "$BATS_TEST_TMPDIR/output")" = '[130,"interrupted"]' ]
    [ "$(cat "$BATS_TEST_TMPDIR/errors")" = "kcdfix: interrupted; nothing was changed" ]
    stop_kdc
  done
}

@test "a signal in the check after a change: the pairs that are asked about are finished, no other is begun" {
  slow_kdc 0 shut
  env --default-signal=INT kcdfix apply --json --yes --timeout 60 --protocol-transition -k "$all" --as alice \
    "${hosts[@]}" "${SERVICES[@]}" >"$BATS_TEST_TMPDIR/output" 2>"$BATS_TEST_TMPDIR/errors" 3>&- &
  until_waiting "$AT_ONCE"
  kill -INT $!
  while grep -q '^ShdPnd:.*[^0]$' "/proc/$!/status"; do sleep 0.01; done # nothing is let go before it was taken in
  let_go
  wait $! || [ $? -eq 130 ]
  [ "$(jq -c '[.exit_status, .errors[].id, ([.objects[].state] | unique)]' "$BATS_TEST_TMPDIR/output")" = \
    '[130,"interrupted",["applied"]]' ]
  # The first host's first pair; of each of the others no more than that was asked about either, and that takes four.
  [ "$(jq -c '[.check.pairs[] | [.host, .spn, .verdict]]' "$BATS_TEST_TMPDIR/output")" = \
    '[["G01$","cifs/2016GUI","works"]]' ]
  (($(cut -d' ' -f2 "$counts") <= AT_ONCE * 4))
  kcdfix undo --yes
}
