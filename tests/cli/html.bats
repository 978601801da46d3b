# The page of an audit in a real browser: what Chromium makes of it is what the JSON says, nothing is loaded or run, and
# no label touches another. The domains are literals (estate.c).

bats_require_minimum_version 1.5.0

# chromium URL ARG...: into the files dom and log. Chromium keeps to the test's folder.
browse() {
  HOME=$BATS_FILE_TMPDIR timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
    --user-data-dir="$BATS_FILE_TMPDIR/profile" --enable-logging=stderr --dump-dom "file://$1" 2>log >dom
  grep -q '</html>' dom
}

# console: what the page said, or was refused.
console() {
  grep -a 'CONSOLE' log || true
}

setup_file() {
  for size in 0 5 50 500 1500 hostile; do
    for format in html json; do
      "$KCDFIX_BUILD_DIR/tests/cli/estate" "$size" "$format" >"$BATS_FILE_TMPDIR/$size.$format"
    done
  done
}

setup() {
  cd "$BATS_FILE_TMPDIR" || return 1
  page=$KCDFIX_SOURCE_DIR/tests/cli/page.py
}

# shown SIZE: the page is good as it is written and as the browser has it.
shown() {
  "$page" check "$1.html" "$1.json"
  browse "$PWD/$1.html"
  "$page" check dom "$1.json"
  [ -z "$(console)" ]
}

@test "5 hosts" {
  shown 5
}

@test "50 hosts" {
  shown 50
  # each kind of line, one that leads nowhere, and one that could not be read
  for kind in un pt nk rb ko "pt idle"; do
    grep -q "<path class=\"$kind\" data-n" 50.html
  done
  grep -q '<circle class="d no" cx="718"' 50.html
  grep -q '(cannot be decoded)' 50.html
  # the SID of another domain, and the descriptor that lets in nobody knows whom
  [ "$(grep -c '<circle class="d no" cx="262"' 50.html)" = 2 ]
  grep -q '<td class="whom">not known</td>' 50.html
}

@test "500 hosts with 3,000 delegations, each of them in the picture" {
  jq -e '.counts.edges > 3000' 500.json
  shown 500
  ! grep -q 'These are the worst' dom || return 1
}

@test "of 1,500 hosts the worst are drawn, which is said, and the tables have all" {
  "$page" check 1500.html 1500.json
  grep -q 'These are the worst: [0-9]* of 150[0-9] accounts that may act, 600 of' 1500.html
  # what leads to a domain controller is among them
  hosts=$(jq '[.edges[] | select(.target == "DC2$" and .without_effect == null) | .source] | unique | length' 1500.json)
  [ "$hosts" -gt 20 ]
  [ "$hosts" = "$(grep -c '<path class="\(pt\|ko\)".* → DC2\$: ' 1500.html)" ]
}

@test "a domain without delegation has a page that says so" {
  jq -e '.counts.edges < 8' 0.json
  shown 0
}

@test "hostile names come out harmless" {
  shown hostile
  # as text they are there, in the element, the picture and its title
  grep -qF '<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>' hostile.html
  grep -qF '>&#39;&gt;&lt;img src=x onerror=alert(1)&gt;<title>' hostile.html
  grep -qF '\u{202e}gnp.exe' hostile.html
  grep -qF '\xff\xfe\xc3(' hostile.html
  run ! grep -aqP '[\x00-\x09\x0b-\x1f\x7f]' hostile.html
}

@test "labels do not touch as they are drawn" {
  for size in 50 500 hostile; do
    "$page" measure "$size.html" >measured.html
    browse "$PWD/measured.html"
    grep -o '<body [^>]*>' dom
    labels=$(grep -o '<body [^>]*>' dom | sed -n 's/.*data-labels="\([0-9]*\)".*/\1/p')
    [ "$labels" -gt 30 ]
    grep -q '<body [^>]*data-overlaps="0"' dom
    grep -q '<body [^>]*data-too-wide="0"' dom
  done
}

@test "the checks can fail" {
  # a script is refused by the policy, and that is seen
  sed 's|</main>|<script>document.body.dataset.ran = 1</script></main>|' 5.html >bad.html
  browse "$PWD/bad.html"
  [[ "$(console)" == *"Content Security Policy"* ]]
  run ! grep -q 'data-ran' dom
  run -1 "$page" check bad.html 5.json
  [[ "$output" == *"element script"* ]]
  # a row that is missing, a label that is moved onto the next one, in numbers and as drawn
  sed '0,/<tr><td><bdi>HV/{/<tr><td><bdi>HV/d}' 5.html >bad.html
  run -1 "$page" check bad.html 5.json
  [[ "$output" == *"rows for"* ]]
  sed 's|<text class="r" x="728" y="72"|<text class="r" x="728" y="54"|' 5.html >bad.html
  run -1 "$page" check bad.html 5.json
  [[ "$output" == *touches* ]]
  "$page" measure bad.html >measured.html
  browse "$PWD/measured.html"
  grep -q '<body [^>]*data-overlaps="[1-9]' dom
}
