# Each form of a target's descriptor at the KDC: predicted, answered, and the cause named (rbcd_rows.py).

@test "what a descriptor says is what the KDC answers, and why it refuses is named" {
  run /usr/bin/python3 "$KCDFIX_SOURCE_DIR/tests/live/rbcd_rows.py"
  printf '%s\n' "$output"
  [ "$status" -eq 0 ]
}
