# What a stand-in cannot show is said, and nothing is claimed or changed because of it. What is left of one is listed.
# shellcheck disable=SC2154 # `run` sets stderr

bats_require_minimum_version 1.5.0

load moments

setup() {
  rm -rf "$XDG_STATE_HOME/kcdfix"
  for host in NOKEYS NODE1; do
    ad-set "$host" userAccountControl 4096
    ad-set "$host" msDS-AllowedToDelegateTo cifs/2016GUI
  done
}

# The whole domain has no account with the mark of kcdfix.
nothing_is_left() {
  run -0 kcdfix stand-in --all --json
  [ "$(jq '.stand_ins | length' <<<"$output")" -eq 0 ]
}

@test "a host whose stand-in differs where it counts: the verdict is the prediction, and says so" {
  run --separate-stderr kcdfix check --stand-in --as alice NOKEYS cifs/2016GUI
  [[ "$output" == *"  not covered: NOKEYS never had a password"* ]]
  [[ "$output" == *"So the stand-in proves nothing about the host; the verdict is the prediction."* ]]
  run --separate-stderr kcdfix check --stand-in --json --as alice NOKEYS cifs/2016GUI
  [ "$(jq -c '.pairs[0].observed | [.by, .stand_in.covers]' <<<"$output")" = '["stand-in",false]' ]
  [ "$(jq -c '[.stand_ins[].end]' <<<"$output")" = '["deleted"]' ]
  nothing_is_left
}

@test "a change that no rehearsal can prove is not made, and neither is an account" {
  local others
  for others in '' NODE1; do # equal settings, and one of the two is not covered
    run --separate-stderr kcdfix apply --yes --rehearse --protocol-transition --as alice $others NOKEYS cifs/2016GUI
    [ "$status" -eq 3 ]
    [[ "$stderr" == *"the change of NOKEYS cannot be rehearsed, and nothing was made: NOKEYS never had a password"* ]]
    [[ "$stderr" == *"[stand-in-not-possible]"* ]]
    [[ "$stderr" != *"making KCDFIX-"* ]]
  done
  [ "$(ad-get NOKEYS userAccountControl)" = 4096 ]
  [ "$(ad-get NODE1 userAccountControl)" = 4096 ]
  run -0 kcdfix history --json
  [ "$(jq -c '[.records, .stand_ins]' <<<"$output")" = '[[],[]]' ]
  nothing_is_left
}

@test "an account that was left behind is listed once, by its record or by its mark" {
  run -1 kcdfix check --stand-in --as alice NODE1 cifs/2016GUI
  run interrupted_at rename 2 KILL check --stand-in --as alice NODE1 cifs/2016GUI
  [ "$status" -eq 137 ]
  run --separate-stderr kcdfix history --json
  [ "$(jq -c '[.stand_ins[].state]' <<<"$output")" = '["deleted","planned"]' ]
  run -1 kcdfix stand-in --all --json
  [ "$(jq -c '[.stand_ins[] | .state, .recorded]' <<<"$output")" = '["open","planned"]' ]
  [ "$(jq -c .next_steps <<<"$output")" = '["next: kcdfix stand-in --clean"]' ]
  mv "$XDG_STATE_HOME/kcdfix/stand-ins" "$BATS_TEST_TMPDIR/elsewhere" # as another machine sees it
  run -0 kcdfix stand-in --all --json
  [ "$(jq -c '[.stand_ins[] | .state, .record]' <<<"$output")" = '["kept",null]' ]
  [[ "$(jq -r '.stand_ins[0].why' <<<"$output")" == *"is younger than an hour: another run may be using it" ]]
  mv "$BATS_TEST_TMPDIR/elsewhere" "$XDG_STATE_HOME/kcdfix/stand-ins"
  run -0 kcdfix stand-in --clean --yes
  nothing_is_left
}
