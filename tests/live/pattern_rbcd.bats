#!/usr/bin/env bats
# The class of resource-based delegation, told from the answers alone by the KDC that knows it: FS1 accepts WEB.
# shellcheck disable=SC2317 # the functions are called inside the lab

bats_require_minimum_version 1.5.0

setup_file() {
  unset KCDFIX_LAB KCDFIX_LAB_DIR # a lab of its own even where the whole suite runs inside one
}

# class_of [OPTION...] SPN: status 1 is the answer of most
class_of() {
  local json
  json=$(kcdfix probe --json -k "$KCDFIX_LAB_DIR/keytabs/web.keytab" "${@:1:$#-1}" WEB "${@: -1}") || [ $? -eq 1 ]
  jq -r '.pairs[0].observed.class | .name + " " + .ids[0]' <<<"$json"
}

answers() {
  local uac
  for uac in 4096 16781312; do
    ad-set 'WEB$' userAccountControl "$uac"
    class_of -v --as alice cifs/FS1
  done
  class_of --as bob cifs/FS1
  class_of --as alice cifs/SQL
}

@test "bit on: ticket, bit off: refused; without protocol transition the host's own ticket shows the same" {
  export -f answers class_of
  run -0 "$BATS_TEST_DIRNAME/../lab/lab" --samba 4.22 run bash -euo pipefail -c answers
  [ "$output" = "resource-based-not-forwardable list-breaks-rbcd
granted-by-target kcd-and-rbcd-both
user-not-delegable user-sensitive
not-granted list-empty" ]
}
