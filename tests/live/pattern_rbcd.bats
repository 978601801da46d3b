#!/usr/bin/env bats
# The class of resource-based delegation, told from the answers alone by the KDC that knows it: FS1 accepts WEB.
# shellcheck disable=SC2317 # the functions are called inside the lab

bats_require_minimum_version 1.5.0

setup_file() {
  unset KCDFIX_LAB KCDFIX_LAB_DIR # a lab of its own even where the whole suite runs inside one
}

answers() {
  local keytab=$KCDFIX_LAB_DIR/keytabs/web.keytab uac
  for uac in 4096 16781312; do
    ad-set 'WEB$' userAccountControl "$uac"
    kcdfix probe -v --json -k "$keytab" --as alice WEB cifs/FS1 | jq -r '.pairs[0].observed.class | .name, .ids[0]'
  done
  kcdfix probe --json -k "$keytab" --as bob WEB cifs/FS1 | jq -r '.pairs[0].observed.class.name'
  kcdfix probe --json -k "$keytab" --as alice WEB cifs/SQL | jq -r '.pairs[0].observed.class.name'
}

@test "bit on: ticket, bit off: refused; without protocol transition the host's own ticket shows the same" {
  export -f answers
  run -0 "$BATS_TEST_DIRNAME/../lab/lab" --samba 4.22 run bash -euo pipefail -c answers
  [ "$output" = "resource-based-not-forwardable
list-breaks-rbcd
granted-by-target
kcd-and-rbcd-both
user-not-delegable
not-granted" ]
}
