# The answers to stand-ins against the answers to their hosts, over every state that bears on delegation.

@test "a stand-in gets the answers of its host, except where the report says that it cannot" {
  run /usr/bin/python3 -B "$KCDFIX_SOURCE_DIR/tests/live/stand_in_matrix.py"
  printf '%s\n' "$output"
  [ "$status" -eq 0 ]
}
