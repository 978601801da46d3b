# The bash completion, written by the build from the option table.

setup() {
  # shellcheck disable=SC1091
  . "$KCDFIX_BUILD_DIR/src/cli/kcdfix.bash"
}

complete_words() {
  COMP_WORDS=("$@")
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  _kcdfix
  printf '%s\n' "${COMPREPLY[@]}"
}

@test "commands are completed" {
  [ "$(complete_words kcdfix ch)" = check ]
  [ "$(complete_words kcdfix '' | grep -c .)" -ge 5 ]
}

@test "options of the command are completed, and no others" {
  complete_words kcdfix apply --pro | grep -qx -- --protocol-transition
  [ -z "$(complete_words kcdfix check --pro | grep -x -- --protocol-transition)" ]
  complete_words kcdfix check --stand | grep -qx -- --stand-in
  complete_words kcdfix stand-in --cl | grep -qx -- --clean
  [ -z "$(complete_words kcdfix stand-in --stand | grep -x -- --stand-in)" ]
}

@test "words of an option are completed" {
  [ "$(complete_words kcdfix apply --emit po)" = powershell ]
}

@test "words are those that the command takes" {
  [ "$(complete_words kcdfix audit --format cs)" = csv ]
  [ -z "$(complete_words kcdfix check --format cs)" ]
  [ "$(complete_words kcdfix check --format ju)" = junit ]
  [ -z "$(complete_words kcdfix apply --format ju)" ]
  [ "$(complete_words kcdfix apply --format js)" = json ]
}

@test "files are completed behind --keytab" {
  touch "$BATS_TEST_TMPDIR/core2016.keytab"
  [ "$(complete_words kcdfix check -k "$BATS_TEST_TMPDIR/core")" = "$BATS_TEST_TMPDIR/core2016.keytab" ]
}

@test "bash takes the file without complaint" {
  bash -n "$KCDFIX_BUILD_DIR/src/cli/kcdfix.bash"
  shellcheck --shell=bash "$KCDFIX_BUILD_DIR/src/cli/kcdfix.bash"
}
