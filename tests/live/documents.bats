# What the README and the manual show is run: the transcript is compared line by line, every other kcdfix command has to
# be one that the program takes and that ends with a status of the table.

bats_require_minimum_version 1.5.0

setup() {
  ad-set CORE2016 userAccountControl 4096
  ad-set CORE2016 msDS-AllowedToDelegateTo cifs/2016GUI
  rm -rf "$XDG_STATE_HOME/kcdfix"
  cp "$KCDFIX_LAB_DIR/keytabs/core2016.keytab" "$BATS_TEST_TMPDIR"
  cp "$KCDFIX_SOURCE_DIR/tests/unit/fixtures/trace-article.pcap" "$BATS_TEST_TMPDIR/article.pcap"
  cd "$BATS_TEST_TMPDIR" || return 1
  printf '[files]\nfor = vm-storage\nhosts = CORE2016\nservers = 2016GUI\n' >estate.ini
}

# Times, the names made of them (a second record of one second has a number), and random names differ from run to run.
without_times() {
  sed -E -e 's/[0-9]{8}T[0-9]{6}Z-CORE2016(-[0-9])?/TIME-CORE2016/g' -e 's/KCDFIX-[0-9A-F]{4}/KCDFIX-NAME/g' \
    -e 's/([0-9]{4}-[0-9]{2}-[0-9]{2} )?[0-9]{2}:[0-9]{2}Z/TIME/g' -e 's/^\(status .*//'
}

# One session after the other, as the reader meets them; the second begins where the first ended.
@test "the transcripts of the README are what the program prints" {
  awk '/^```console/ { if (n++) print ""; inside = 1; next } /^```/ { inside = 0 } inside' \
    "$KCDFIX_SOURCE_DIR/README.md" >transcript
  grep '^\$ ' transcript | sed 's/^\$ //' >commands
  [ "$(wc -l <commands)" -ge 5 ]
  while IFS= read -r command; do
    printf '$ %s\n' "$command"
    bash -c "$command" 2>&1 || true
    echo
  done <commands | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' >printed
  diff <(without_times <transcript) <(without_times <printed)
}

# The shown commands with the answer that a script would give, in front of a -- that servers may stand behind. For a
# migration all is changed as it should be, and it still fails (5) on the lab's KDC, which finds no name with a blank.
run_shown() {
  local command=$1
  case $command in
    *" -n "*) ;;
    *" apply "*) command=${command/ apply / apply --yes } ;;
    *" undo"* | *" --clean"*) command="$command --yes" ;;
  esac
  # shellcheck disable=SC2086
  run bash -c "$command"
  [[ $command != *" apply "*live-migration* || $status -ne 5 ]] || return 0
  [[ $status -eq 0 || $status -eq 1 ]] || { printf '%s: status %s\n%s\n' "$command" "$status" "$output"; return 1; }
}

@test "every command of the README runs" {
  grep -E '^    kcdfix ' "$KCDFIX_SOURCE_DIR/README.md" | sed -E 's/^ +//; s/ +#.*//' >commands
  [ "$(wc -l <commands)" -ge 6 ]
  while IFS= read -r command; do run_shown "$command" || return 1; done <commands
}

@test "every command of the manual's examples runs" {
  grep -E '^\.Dl kcdfix ' "$KCDFIX_SOURCE_DIR/man/kcdfix.8" | sed -E 's/^\.Dl //' >commands
  [ "$(wc -l <commands)" -ge 6 ]
  while IFS= read -r command; do run_shown "$command" || return 1; done <commands
}

@test "every command that --help shows runs" {
  for name in check apply undo history probe hosts audit explain stand-in doctor; do
    kcdfix "$name" --help | grep -E '^ +kcdfix ' | sed -E 's/^ +//'
  done >commands
  [ "$(wc -l <commands)" -ge 5 ]
  while IFS= read -r command; do run_shown "$command" || return 1; done <commands
}
