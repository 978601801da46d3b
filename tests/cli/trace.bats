# kcdfix explain --trace: captures that a lab made once, replayed; damage, other kinds of files, hostile names. No
# domain, no ticket, no packet.

bats_require_minimum_version 1.5.0

setup() {
  export XDG_STATE_HOME=$BATS_TEST_TMPDIR/state KRB5CCNAME=FILE:$BATS_TEST_TMPDIR/ccache KRB5_CONFIG=/dev/null
  kcdfix=$KCDFIX_BIN
  golden=$BATS_TEST_DIRNAME/golden
  cd "$BATS_TEST_TMPDIR" || return 1
  cp -- "$KCDFIX_SOURCE_DIR"/tests/unit/fixtures/trace-*.pcap .
}

explain() {
  run --separate-stderr "$kcdfix" explain --trace "$@"
}

# With KCDFIX_UPDATE_GOLDEN in the environment the file is written instead.
is_golden() {
  [[ -z ${KCDFIX_UPDATE_GOLDEN:-} ]] || printf '%s\n' "$output" >"$golden/$1"
  diff -u "$golden/$1" - <<<"$output"
}

# One clear line with WORDS, the next step, status 2, nothing on stdout.
refused() {
  [ "$status" -eq 2 ]
  [ -z "$output" ]
  [[ $stderr == "kcdfix: "*"$1"* ]]
  [ "$(wc -l <<<"$stderr")" -le 2 ]
}

@test "the article's case, word by word" {
  explain trace-article.pcap
  [ "$status" -eq 1 ]
  is_golden trace-article.txt
  explain trace-article.pcap -v
  is_golden trace-article-verbose.txt
  explain trace-article.pcap -q
  [ "$status" -eq 1 ]
  [ "${#lines[@]}" -le 2 ]
}

@test "the fixed case, and one that went over UDP first" {
  explain trace-fixed.pcap
  [ "$status" -eq 0 ]
  is_golden trace-fixed.txt
  explain trace-udp.pcap
  [ "$status" -eq 0 ]
  is_golden trace-udp.txt
}

@test "a terminal that is too narrow for the table gets two lines a conversation" {
  KCDFIX=$kcdfix run expect -c 'set stty_init "columns 80 rows 50"' \
    -c 'spawn -noecho $env(KCDFIX) explain --trace trace-article.pcap' -c 'expect eof'
  [[ $output == *"127.0.0.1: CORE2016\$ for alice to cifs/2016GUI"* ]] || { echo "$output"; false; }
  while read -r line; do
    line=${line%$'\r'}
    ((${#line} <= 80)) || { echo "${#line}: $line"; false; }
  done < <(grep -av 'packets, ' <<<"$output")
}

@test "the document is JSON of schema kcdfix.trace/1" {
  explain trace-article.pcap --json
  [ "$status" -eq 1 ]
  [ "$(jq -c '[.schema, .exit_status, .capture.messages, (.conversations | length), (.failures | length)]' \
    <<<"$output")" = '["kcdfix.trace/1",1,8,2,1]' ]
  [ "$(jq -r '.failures[0].command' <<<"$output")" = "kcdfix check --as alice CORE2016 cifs/2016GUI" ]
}

@test "a capture that was cut off anywhere: what stands before is read, and one line says so" {
  local size len
  size=$(stat -c %s trace-article.pcap)
  for ((len = 1; len < size; len += len < 26 ? 5 : len < 60 ? 3 : 331)); do
    head -c "$len" trace-article.pcap >cut.pcap
    explain cut.pcap
    ((status <= 3)) || { echo "at $len: $status"; false; }
    [ -z "$stderr" ] || [ "$(wc -l <<<"$stderr")" -le 2 ] || { echo "at $len: $stderr"; false; }
    [ -n "$output$stderr" ]
    ((len >= 24)) || [[ -z $output && $stderr == "kcdfix: "* ]] || { echo "at $len: $output"; false; }
  done
  head -c 11000 trace-article.pcap >cut.pcap
  explain cut.pcap
  [[ $stderr == "kcdfix: cut.pcap is damaged behind frame "* ]]
  [[ $output == *"CORE2016\$"* ]]
}

@test "what was cut off may have been the refusal: status 3, in the document too" {
  head -c 4000 trace-article.pcap >cut.pcap
  explain cut.pcap
  [ "$status" -eq 3 ]
  explain cut.pcap --json
  [ "$status" -eq 3 ]
  [ -z "$stderr" ]
  [ "$(jq -c '[.errors[0].id, .exit_status, (.conversations | length)]' <<<"$output")" = '["capture-damaged",3,1]' ]
  editcap -s 128 trace-article.pcap short.pcap
  explain short.pcap
  [ "$status" -eq 3 ]
  [[ $output == *"unreadable answer"* ]]
  [[ $output != *"[no-answer]"* && $output != *"[began-too-late]"* ]]
}

@test "a capture whose bytes were changed: no crash, never silent" {
  local at size
  size=$(stat -c %s trace-article.pcap)
  for ((at = 24; at < size; at += 997)); do
    cp trace-article.pcap changed.pcap
    printf '\377\377\377\377' | dd of=changed.pcap bs=1 seek="$at" conv=notrunc status=none
    explain changed.pcap
    ((status <= 3)) || { echo "at $at: $status"; false; }
    [ -n "$output$stderr" ]
  done
}

@test "a snap length of 96 and of 200 bytes" {
  local snap
  for snap in 96 200; do
    editcap -F pcap -s "$snap" trace-article.pcap cut.pcap
    explain cut.pcap
    ((status != 2))
    [[ $output == *"[cut]"* ]]
  done
}

@test "other kinds of files: what it is, and the command that converts it" {
  # WMI_BUFFER_HEADER of 72 bytes, then SYSTEM_TRACE_HEADER and TRACE_LOGFILE_HEADER with the same buffer size
  python3 - <<'MAKE'
head = bytearray(4096)
head[0:4] = (4096).to_bytes(4, "little")
head[4:8] = (1024).to_bytes(4, "little")
head[72:76] = (0xC0020000 | 0x100).to_bytes(4, "little")
head[104:108] = (4096).to_bytes(4, "little")
open("trace", "wb").write(head)
open("netmon.cap", "wb").write(b"GMBU" + bytes(200))
MAKE
  explain trace
  refused "trace is an Event Trace Log, which kcdfix does not read"
  [[ $stderr == *"etl2pcapng trace trace.pcapng"* ]]
  head -c 100 trace >PktMon.etl
  explain PktMon.etl
  refused "an Event Trace Log"
  [[ $stderr == *"pktmon etl2pcap PktMon.etl --out PktMon.etl.pcapng"* ]]
  explain netmon.cap
  refused "a capture of Microsoft Network Monitor 2"
  [[ $stderr == *"editcap -F pcapng netmon.cap netmon.cap.pcapng"* ]]
  gzip -k trace-article.pcap
  explain trace-article.pcap.gz
  refused "compressed by gzip"
  "$kcdfix" explain --trace trace-article.pcap --json | jq 'del(.capture.file, .time)' >expected || true
  zcat trace-article.pcap.gz | "$kcdfix" explain --trace - --json | jq 'del(.capture.file, .time)' | diff expected -
}

@test "no capture at all: text, a directory, no such file, an empty file" {
  echo "General access denied error (0x80070005)" >event.txt
  explain event.txt
  refused "event.txt is no network capture but text"
  [[ $stderr == *"kcdfix explain --file event.txt"* ]]
  explain .
  refused "Is a directory"
  explain none.pcap
  refused "No such file or directory"
  : >empty
  explain empty
  refused "empty is empty"
  run --separate-stderr "$kcdfix" check --trace none.pcap
  refused "No such file or directory"
}

@test "names that would drive a terminal come out harmless" {
  LC_ALL=C sed -e 's/2016GUI/\x1b]0;x\x07\x07/g' -e 's/alice/a\n\x1b[2/g' -e 's/CORE2016/CO\x1b[31m\r/g' \
    trace-article.pcap >evil.pcap
  mv evil.pcap $'evil\e[2J.pcap'
  local format
  for format in text json; do
    explain $'evil\e[2J.pcap' -v --format "$format"
    [ "$status" -eq 1 ]
    [[ $output != *[$'\x01'-$'\x09'$'\x0b'-$'\x1f'$'\x7f']* ]]
  done
  [ "$(jq -r '.conversations[1].user' <<<"$output")" = $'a\n\e[2' ]
  explain $'evil\e[2J.pcap'
  [[ $output == *'cifs/\x1b]0;x\x07\x07'* ]]
  [[ $output == *'next: kcdfix check --as '* ]]
  explain $'evil\e[2J.pcap' --port 99
  [ "$status" -eq 3 ]
  [[ $output$stderr != *$'\e'* ]]
}
