# The manual says what the option table says.

bats_require_minimum_version 1.5.0

setup() {
  kcdfix=$KCDFIX_BIN
  manual=$KCDFIX_SOURCE_DIR/man/kcdfix.8
  cd "$BATS_TEST_TMPDIR" || return 1
  mandoc -T ascii -O width=200 "$manual" | col -bx >"$BATS_TEST_TMPDIR/manual"
}

section() {
  awk -v name="$1" '/^[A-Z]/ { inside = ($0 == name) ; next } inside' "$BATS_TEST_TMPDIR/manual"
}

# "kcdfix check [OPTION ...] [HOST ... SPN ...]" in both spellings of the dots.
normal() {
  sed -E 's/ +\.\.\./.../g; s/ +/ /g; s/^ | $//g'
}

@test "the synopsis of the manual is the usage of --help" {
  for command in check apply undo history probe hosts audit explain stand-in doctor; do
    usage=$("$kcdfix" "$command" --help | sed -n 's/^Usage: //p' | normal)
    section SYNOPSIS | normal | grep -qxF "$usage" || { echo "not in the manual: $usage"; section SYNOPSIS; false; }
  done
  [ "$(section SYNOPSIS | grep -c kcdfix)" -eq "$("$kcdfix" --help | grep -c '^  kcdfix ')" ]
}

@test "every option is in the manual, and the manual has no other" {
  for command in check apply undo history probe hosts audit explain stand-in doctor; do
    "$kcdfix" "$command" --help | grep -oE -- '--[a-z-]+'
  done | sort -u >"$BATS_TEST_TMPDIR/table"
  grep -oE 'Fl Fl [a-z-]+' "$manual" | sed 's/Fl Fl /--/' | sort -u >"$BATS_TEST_TMPDIR/in_manual"
  diff "$BATS_TEST_TMPDIR/table" "$BATS_TEST_TMPDIR/in_manual"
}

@test "letters of options are the same in both" {
  for command in check apply undo history probe hosts audit explain stand-in doctor; do
    "$kcdfix" "$command" --help | grep -oE -- '^ +-[A-Za-z], --[a-z-]+' | sed -E 's/ +//'
  done | sort -u >"$BATS_TEST_TMPDIR/table"
  grep -oE '^\.It Fl [A-Za-z] , Fl Fl [a-z-]+' "$manual" | sed -E 's/\.It Fl (.) , Fl Fl /-\1, --/' | sort -u \
    >"$BATS_TEST_TMPDIR/in_manual"
  diff "$BATS_TEST_TMPDIR/table" "$BATS_TEST_TMPDIR/in_manual"
}

@test "every exit status of the code is in the manual" {
  grep -oE 'KCD_EXIT_[A-Z_]+ = [0-9]+' "$KCDFIX_SOURCE_DIR/src/cli/exit_status.h" | grep -oE '[0-9]+$' >numbers
  [ "$(wc -l <numbers)" -ge 9 ]
  while read -r number; do
    section "EXIT STATUS" | grep -qE "^ +$number  ?" || { echo "status $number"; return 1; }
  done <numbers
}
