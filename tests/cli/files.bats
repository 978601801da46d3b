# The records on this machine: whose they are, who may write them, what a crash leaves. No domain.

bats_require_minimum_version 1.5.0

setup() {
  export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state KRB5CCNAME=FILE:$BATS_TEST_TMPDIR/ccache KRB5_CONFIG=/dev/null
  kcdfix=$KCDFIX_BIN
  changes=$XDG_STATE_HOME/kcdfix/changes
  mkdir -p "$changes"
  chmod 700 "$changes"
}

a_record() {
  cp "$KCDFIX_SOURCE_DIR/tests/cli/record.json" "$changes/20261121T201403Z-CORE2016.json"
  chmod 600 "$changes/20261121T201403Z-CORE2016.json"
}

@test "no record: history says so, status 0" {
  run "$kcdfix" history
  [ "$status" -eq 0 ]
  [ -n "$output" ]
}

@test "a record is shown" {
  a_record
  run "$kcdfix" history
  [ "$status" -eq 0 ]
  [[ "$output" == *20261121T201403Z-CORE2016*dc1.contoso.com* ]]
}

@test "a record that others may write is refused" {
  a_record
  chmod 622 "$changes"/*.json
  run "$kcdfix" history
  [ "$status" -eq 3 ]
  [[ "$output" == *"written by"* ]]
  run "$kcdfix" undo --yes 20261121T201403Z-CORE2016
  [ "$status" -eq 3 ]
  [[ "$output" == *"nothing was taken back"* ]]
}

@test "a record of another user is refused" {
  a_record
  chown nobody "$changes"/*.json
  run "$kcdfix" undo --yes 20261121T201403Z-CORE2016
  [ "$status" -eq 3 ]
  [[ "$output" == *"belongs to another user"* ]]
}

@test "a link is not followed" {
  a_record
  mv "$changes"/20261121T201403Z-CORE2016.json "$BATS_TEST_TMPDIR/elsewhere.json"
  ln -s "$BATS_TEST_TMPDIR/elsewhere.json" "$changes/20261121T201403Z-CORE2016.json"
  run "$kcdfix" undo --yes 20261121T201403Z-CORE2016
  [ "$status" -eq 3 ]
}

@test "a record that was cut off is recognised at every length, and nothing is guessed" {
  a_record
  size=$(stat -c %s "$changes"/20261121T201403Z-CORE2016.json)
  for ((length = 0; length < size - 2; length += 37)); do
    head -c "$length" "$KCDFIX_SOURCE_DIR/tests/cli/record.json" >"$changes/20261121T201403Z-CORE2016.json"
    run "$kcdfix" history
    [ "$status" -eq 3 ] || { echo "length $length: status $status"; false; }
    [[ "$output" == *20261121T201403Z-CORE2016* ]]
  done
}

@test "a record under another name is refused" {
  a_record
  mv "$changes"/20261121T201403Z-CORE2016.json "$changes/20261121T201403Z-OTHER.json"
  run "$kcdfix" history
  [ "$status" -eq 3 ]
  [[ "$output" == *"another change"* ]]
}

@test "a last check that is no JSON, or a foreign one, counts as none" {
  mkdir -p "$XDG_STATE_HOME/kcdfix"
  echo '{"schema": "kcdfix.last-check/1"' >"$XDG_STATE_HOME/kcdfix/last-check.json"
  run "$kcdfix" history
  [ "$status" -eq 0 ]
}
