# Generated states of the directory against a judge (states.py). 400 by hand:
#   JUDGE=build/dev/tests/live/judge tests/lab/lab --samba 4.22 run tests/live/states.py --count 400 --seed 7

setup() {
  export JUDGE=$KCDFIX_BUILD_DIR/tests/live/judge
  STATES=$KCDFIX_SOURCE_DIR/tests/live/states.py
}

@test "prediction, observation, verdict and cause are right in 100 generated states" {
  run "$STATES" --seed 2016 # the same states in every run: what turns red is the change, not the dice
  printf '%s\n' "$output"
  [ "$status" -eq 0 ]
}

# Answers that are not the KDC's: whatever kcdfix says, something has to disagree.
@test "the comparison sees a judge who answers something else" {
  printf '#!/bin/sh\nsed "s/.*/fwd fwd 60/"\n' >"$BATS_TEST_TMPDIR/judge"
  chmod +x "$BATS_TEST_TMPDIR/judge"
  JUDGE=$BATS_TEST_TMPDIR/judge run "$STATES" --count 3 --seed 1 --first 1000
  printf '%s\n' "$output"
  [ "$status" -eq 1 ]
  [[ $output == *"3 states, "* ]]
  [ "$(grep -c ': predicted ' <<<"$output")" -eq 3 ]
  [ "$(grep -c ': observed ' <<<"$output")" -eq 3 ]
}

@test "the same seed plants the same states" {
  plan() {
    PYTHONPATH=$KCDFIX_SOURCE_DIR/tests/live /usr/bin/python3 -B - <<'PYTHON'
import planted
print(planted.plant(50, 3, planted.SAMBA_417))
PYTHON
  }
  [ -n "$(plan)" ]
  [ "$(plan)" = "$(plan)" ]
}
