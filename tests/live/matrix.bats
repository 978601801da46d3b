# The prediction against the KDC, over every mix of states (matrix.py).

@test "what is predicted is what the KDC answers, in every state" {
  run /usr/bin/python3 "$KCDFIX_SOURCE_DIR/tests/live/matrix.py"
  printf '%s\n' "$output"
  [ "$status" -eq 0 ]
}
