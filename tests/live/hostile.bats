# shellcheck disable=SC2030,SC2031 # each test has a shell of its own
# Names and values that somebody chose in order to do harm, as operands and in the directory: nothing crashes, no filter
# and no DN is broken, nothing but text reaches the terminal, and what is emitted stays what it was. Runs inside a lab.

bats_require_minimum_version 1.5.0

readonly ESC=$'\e[31mred\e]0;title\a'
readonly RTL=$'\u202egnp.exe'
readonly CONTROLS=$'\x01\x7f\u0085\u2028\u2066\u200f\ufeff'
readonly QUOTES="a'b\"c\`touch pwned\`\$(touch pwned)\$HOME;touch pwned|&<>\\"
readonly TYPOGRAPHIC=$'\u2018\u2019\u201a\u201b\u201c\u201d'
readonly UMLAUTS=$'J\u00f6rg-M\u00fcller'

setup() {
  ad-set CORE2016 userAccountControl 4096
  ad-set CORE2016 msDS-AllowedToDelegateTo cifs/2016GUI
  rm -rf "$XDG_STATE_HOME/kcdfix"
  cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
  [ ! -e "$BATS_TEST_TMPDIR/pwned" ]
}

# is_text FILE...: UTF-8 with line breaks and nothing else that is no character to look at.
is_text() {
  /usr/bin/python3 -I - "$@" <<'PYTHON'
import sys, unicodedata
for name in sys.argv[1:]:
    for at, c in enumerate(open(name, "rb").read().decode("utf-8")):
        if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
            sys.exit(f"{name}: U+{ord(c):04X} at {at}")
PYTHON
}

is_ascii() {
  if LC_ALL=C grep -n '[^ -~]' "$1"; then return 1; fi
}

# safely STATUSES ARG...: kcdfix ends with one of STATUSES ("1,2"), as text and as JSON, and all it says is text. The
# JSON is one document in ASCII, in out.json.
safely() {
  local statuses=,$1, format status
  shift
  for format in text json; do
    status=0
    kcdfix "$1" --format "$format" "${@:2}" >"out.$format" 2>"err.$format" </dev/null || status=$?
    [[ $statuses == *",$status,"* ]] || { printf '%q ' "$format: $status:" "$@"; cat "err.$format"; return 1; }
    is_text "out.$format" "err.$format" || { printf '%q ' "$@" | cut -c1-200; return 1; }
  done
  [ "$(jq -s length out.json)" = 1 ]
  is_ascii out.json
}

# long BYTES: one word of that length.
long() {
  head -c "$1" /dev/zero | tr '\0' a
}

# modify LDIF: as a text of ldapmodify, whose "name:: base64" lines hold what no line can.
modify() {
  ldapmodify -Q -Y GSSAPI -H "ldap://$KCDFIX_DC" -O minssf=56 <<<"$1" >/dev/null
}

base64_of() {
  printf '%s' "$1" | base64 -w 0
}

# new_host DN NAME [SPN...]: a computer where no helper would make one.
new_host() {
  local dn=$1 name=$2 spn ldif
  shift 2
  ldif="dn:: $(base64_of "$dn")"$'\nchangetype: add\nobjectClass: computer\nuserAccountControl: 4096'
  ldif+=$'\n'"sAMAccountName:: $(base64_of "$name\$")"
  for spn in "$@"; do ldif+=$'\n'"servicePrincipalName:: $(base64_of "$spn")"; done
  modify "$ldif"
}

delete() {
  modify "dn:: $(base64_of "$1")"$'\nchangetype: delete'
}

# ---- operands ----

@test "operands: hosts, services and users that are none" {
  local name
  # shellcheck disable=SC1003
  for name in "$ESC$RTL" "$CONTROLS" "$QUOTES" "$TYPOGRAPHIC$UMLAUTS" $'a\nb' ' ' '-' '$' '\' 'x\y\z' $'\xff\xfe' \
    'a@b@c' '=' '<GUID=x>' '<SID=S-1-5-18>' 'CN=\zz,DC=kcd,DC=test' "CN=$QUOTES,DC=x" "CN=$ESC,DC=x"; do
    safely 1,2,3 check --as "$name" -- "$name" cifs/2016GUI
    safely 1,2,3 check --as "$name" -- CORE2016 "cifs/$name"
  done
}

@test "operands of 64 KiB" {
  local name
  for name in "$(long 65536)" "$(long 65536 | tr a '(')" "CN=$(long 65536),DC=kcd,DC=test"; do
    safely 1,2,3 check --as "$name" "$name" "cifs/$name"
    safely 1,2,3 check --as "$name" CORE2016 cifs/2016GUI
    safely 1,2,3 apply --yes --protocol-transition "$name" cifs/2016GUI
  done
  [ "$(wc -c <out.text)" -lt 20000 ]
}

@test "other options with names that are none" {
  local option
  for option in -S -D -R -H -c -k -U --reason; do
    safely 1,2,3 apply -n "$option" "$ESC$RTL$CONTROLS" CORE2016 cifs/2016GUI
  done
  safely 2,3 check -S "$QUOTES" CORE2016 cifs/2016GUI
  safely 2 undo --yes "$ESC$RTL"
  safely 2 undo --yes ../../etc/passwd
  for option in "$ESC" "--$ESC" "--color=$ESC" "$RTL"; do
    kcdfix "$option" CORE2016 cifs/2016GUI >out 2>err || [ $? -eq 2 ]
    kcdfix check "$option" CORE2016 cifs/2016GUI >>out 2>>err || [ $? -le 3 ]
    is_text out err
  done
}

@test "no operand matches more than its letters" {
  local name
  for name in '*' 'CORE*' 'CORE201?' '*)(objectClass=*' 'CORE2016)(sAMAccountName=*' 'CORE2016*' '\2a' '\43ORE2016' \
    'KCD\*' '*.kcd.test' 'CN=*,CN=Computers,DC=kcd,DC=test' 'CN=\2a,CN=Computers,DC=kcd,DC=test' \
    'OU=HyperV,DC=kcd,DC=test' 'DC=kcd,DC=test' 'CN=Computers,DC=kcd,DC=test'; do
    safely 1,2 apply --yes --protocol-transition "$name" cifs/2016GUI
    [ "$(jq .changed out.json)" = false ]
    safely 1,2 check --as "$name" CORE2016 "cifs/$name"
    [ "$(jq -r '[.pairs[].target] | unique | .[0]' out.json)" = null ] || { echo "$name"; false; }
    [ "$(jq -r '[.pairs[].directory.user.matches] | unique | .[0] // 0' out.json)" = 0 ] || { echo "$name"; false; }
  done
  [ "$(ad-get CORE2016 userAccountControl)" = 4096 ]
}

@test "a DN with a slash is a host, in any spelling of a DN" {
  local name
  for name in 'CN=CORE2016,CN=Computers,DC=kcd,DC=test' 'cn=core2016, cn=computers, dc=kcd, dc=test' \
    'CN=\43ORE2016,CN=Computers,DC=kcd,DC=test'; do
    safely 1 check "$name" cifs/2016GUI
    [ "$(jq -r '.pairs[0].host' out.json)" = 'CORE2016$' ] || { echo "$name"; false; }
  done
  safely 1 check 'CN=a/b,CN=Computers,DC=kcd,DC=test' cifs/2016GUI
  [ "$(jq -r '.pairs[0].findings[0].id' out.json)" = host-not-found ]
}

# ---- values in the directory ----

@test "list entries of every kind" {
  local value list=("cifs/$ESC" "cifs/$RTL" "cifs/$CONTROLS" "cifs/$QUOTES" "cifs/$TYPOGRAPHIC" "cifs/$UMLAUTS"
    $'cifs/a\nb' "$ESC" ' ' '/' 'cifs/' 'cifs/2016GUI@KCD.TEST' 'cifs/2016GUI ' "cifs/$(long 2000)")
  ad-set CORE2016 msDS-AllowedToDelegateTo "${list[@]}"
  safely 1 check CORE2016 cifs/2016GUI
  [ "$(jq '.pairs[0].directory.host."msDS-AllowedToDelegateTo" | length' out.json)" = "${#list[@]}" ]
  for value in "${list[@]}"; do
    jq -e --arg value "$value" '.pairs[0].directory.host."msDS-AllowedToDelegateTo" | index($value) != null' out.json \
      >/dev/null || { printf 'lost: %q\n' "$value"; false; }
  done
  safely 1,3 check -v CORE2016 cifs/2016GUI
  safely 1,3 check CORE2016
  safely 0,1 apply -n --protocol-transition CORE2016 cifs/2016GUI
}

@test "undo is exact: what others listed stays byte for byte, in its case and with its blanks" {
  local before list=("CIFS/2016gui" "cifs/SQL " " cifs/SQL" "cifs/$UMLAUTS" "CIFS/$UMLAUTS" "cifs/$ESC"
    "cifs/$(long 2000)")
  ad-set CORE2016 msDS-AllowedToDelegateTo "${list[@]}"
  before=$(ad-get -b CORE2016 msDS-AllowedToDelegateTo userAccountControl | sort)
  safely 0 apply --yes --protocol-transition CORE2016 cifs/2016GUI cifs/WEB
  [ "$(ad-get CORE2016 userAccountControl)" = 16781312 ]
  run ! grep -qx 'cifs/2016GUI' <<<"$(ad-get CORE2016 msDS-AllowedToDelegateTo)" # it differs only in case
  safely 0 history
  kcdfix undo --yes >out
  is_text out
  [ "$(ad-get -b CORE2016 msDS-AllowedToDelegateTo userAccountControl | sort)" = "$before" ]
}

count_entries() {
  ldapsearch -Q -LLL -Y GSSAPI -H "ldap://$KCDFIX_DC" -O minssf=56 -b DC=kcd,DC=test '(sAMAccountName=CORE2016$)' \
    msDS-AllowedToDelegateTo | grep -c '^msDS-AllowedToDelegateTo:'
}

@test "3000 list entries" {
  modify "dn: $(ad-get CORE2016 distinguishedName)
changetype: modify
replace: msDS-AllowedToDelegateTo
$(seq -f 'msDS-AllowedToDelegateTo: cifs/SERVER%.0f' 3000)"
  safely 1 check CORE2016 cifs/2016GUI
  [ "$(jq '.pairs[0].directory.host."msDS-AllowedToDelegateTo" | length' out.json)" = 3000 ]
  [ "$(wc -l <out.text)" -lt 60 ]
  kcdfix apply --yes --exact --protocol-transition CORE2016 cifs/2016GUI >out
  is_text out
  [ "$(count_entries)" = 3001 ]
  kcdfix undo --yes >out
  [ "$(count_entries)" = 3000 ]
}

@test "names of accounts: the user, the target, and its DNS name" {
  safely 1 check --as hostile CORE2016 cifs/2016GUI
  [ "$(jq -r '.pairs[0].directory.user.matches' out.json)" = 1 ]
  safely 1 check --as jmueller CORE2016 cifs/2016GUI
  safely 1 check --as "J"$'\u00f6'"rg M"$'\u00fc'"ller" CORE2016 cifs/2016GUI
  local dn='CN=evil\0A'$'\e[31m\u202e''target,CN=Computers,DC=kcd,DC=test'
  new_host "$dn" EVIL "cifs/evil" "cifs/$QUOTES" "cifs/$RTL" "cifs/$UMLAUTS"
  ad-local-set 'EVIL$' dNSHostName "$ESC$RTL"
  ad-local-set 'EVIL$' operatingSystem "$ESC$RTL"
  safely 1 check -v CORE2016 cifs/evil
  [ "$(jq -r '.pairs[0].target' out.json)" = 'EVIL$' ]
  safely 1 check EVIL cifs/2016GUI
  safely 0 apply --yes --protocol-transition EVIL cifs/2016GUI
  safely 0 history
  kcdfix undo --yes >out
  is_text out
  ad-delete "$(ad-get EVIL distinguishedName)"
}

# whole_cycle HOST_OPERAND ACCOUNT: check, apply, check, undo, each by that operand, and the object is as it was.
whole_cycle() {
  local operand=$1 account=$2 before
  before=$(ad-get "$account" userAccountControl msDS-AllowedToDelegateTo)
  safely 1 check "$operand" cifs/2016GUI
  [ "$(jq -r '.pairs[0].host' out.json)" = "$account" ]
  kcdfix apply --yes --protocol-transition "$operand" cifs/2016GUI >out 2>err
  is_text out err
  [ "$(ad-get "$account" userAccountControl)" = 16781312 ]
  safely 0 check "$operand" cifs/2016GUI
  safely 0 history
  kcdfix undo --yes >out 2>err
  is_text out err
  [ "$(ad-get "$account" userAccountControl msDS-AllowedToDelegateTo)" = "$before" ]
}

@test "a host with blanks, umlauts and quotes in its name" {
  local dn="CN=H"$'\u00f6'"st mit \\\"Namen\\\" \\\\ und #,CN=Computers,DC=kcd,DC=test"
  new_host "$dn" $'H\u00d6ST X' HOST/hoestx
  whole_cycle $'H\u00d6ST X' $'H\u00d6ST X$'
  whole_cycle $'H\u00d6ST X$' $'H\u00d6ST X$'
  whole_cycle "$dn" $'H\u00d6ST X$'
  delete "$dn"
}

@test "a host in an OU with comma, plus, quotes, backslash and angle brackets in its name" {
  local ou='OU=a\, b\+c\"d\\e\<f\>g\;h\=i,DC=kcd,DC=test'
  modify "dn:: $(base64_of "$ou")"$'\nchangetype: add\nobjectClass: organizationalUnit'
  new_host "CN=INOU,$ou" INOU HOST/inou
  whole_cycle INOU 'INOU$'
  whole_cycle "CN=INOU,$ou" 'INOU$'
  kcdfix apply --emit ldif --protocol-transition INOU cifs/2016GUI >change.ldif 2>err || [ $? -eq 1 ]
  ldapmodify -Q -Y GSSAPI -H "ldap://$KCDFIX_DC" -O minssf=56 -f change.ldif
  [ "$(ad-get INOU userAccountControl)" = 16781312 ]
  delete "CN=INOU,$ou"
  delete "$ou"
}

# ---- what is emitted ----

# emits FORMAT HOST SPN: into the file FORMAT; changes are pending, status 1.
emits() {
  local status=0
  kcdfix apply --emit "$1" --exact --protocol-transition -o "$1" -- "$2" "$3" 2>err || status=$?
  [ "$status" -eq 1 ]
}

# A stand-in for samba-tool, which writes down what it was called with.
stub_samba_tool() {
  mkdir stub
  # shellcheck disable=SC2016
  printf '#!/bin/sh\nprintf "%%s\\0" "$@" >>"%s/called"\n' "$PWD" >stub/samba-tool
  chmod +x stub/samba-tool
}

@test "the scripts stay what they were, whatever the name of the service is" {
  local spn shell
  stub_samba_tool
  for spn in "cifs/$QUOTES" "cifs/$TYPOGRAPHIC" "cifs/$UMLAUTS" $'cifs/a\'; touch pwned; \'' \
    "cifs/\$(touch pwned)" "cifs/%PATH%!x!" "cifs/-rf" "-x/-y" "cifs/a b" "cifs/#x" "cifs/{0}{x='y'}"; do
    ad-add SQL servicePrincipalName "$spn"
    for format in ldif powershell samba-tool; do
      emits "$format" CORE2016 "$spn"
      [ -s "$format" ] || { printf '%q: %s\n' "$spn" "$(cat err)"; false; }
      is_text "$format" err
    done

    for shell in sh bash; do
      rm -f called
      PATH=$PWD/stub:$PATH "$shell" -eu samba-tool
      /usr/bin/python3 -I - "$spn" called <<'PYTHON'
import sys
called = open(sys.argv[2], "rb").read().decode().split("\0")
assert sys.argv[1] in called, called
assert len([word for word in called if word == "delegation"]) == 2, called
PYTHON
    done
    is_ascii powershell
    /usr/bin/python3 -I - "$spn" powershell <<'PYTHON'
import base64, re, sys
lines = [line for line in open(sys.argv[2]).read().splitlines() if not line.startswith("#")]
assert len(lines) == 3, lines
assert lines[0] == "$h = 'CN=CORE2016,CN=Computers,DC=kcd,DC=test'"
literal = r"'([^'\"`]*)'"
decoded = r"\(\[Text\.Encoding\]::UTF8\.GetString\(\[Convert\]::FromBase64String\('([A-Za-z0-9+/=]*)'\)\)\)"
value = rf"'msDS-AllowedToDelegateTo'=(?:{literal}|{decoded})"
value = re.fullmatch(rf"Set-ADComputer \$h -Server 'dc1.kcd.test' -Add @{{{value}}}", lines[1])
assert (value[1] or base64.b64decode(value[2]).decode()) == sys.argv[1], lines[1]
assert lines[2] == "Set-ADAccountControl $h -Server 'dc1.kcd.test' -TrustedToAuthForDelegation $true"
PYTHON

    /usr/bin/python3 - "$spn" ldif <<'PYTHON'
import sys, ldb
(_, message), = list(ldb.Ldb().parse_ldif(open(sys.argv[2]).read()))
assert str(message.dn) == "CN=CORE2016,CN=Computers,DC=kcd,DC=test"
assert [str(value) for value in message["msDS-AllowedToDelegateTo"]] == [sys.argv[1]]
PYTHON
    ad-del SQL servicePrincipalName "$spn"
  done
}

@test "the scripts stay what they were, whatever the name of the host is" {
  local dn="CN=x'\$(touch pwned)\`touch pwned\`\\\"\\; touch pwned \\\\,CN=Computers,DC=kcd,DC=test" name
  name="x'\$(touch pwned)\`touch pwned\` y" # a sAMAccountName cannot have all of it
  stub_samba_tool
  new_host "$dn" "$name" HOST/xyz
  for format in ldif powershell samba-tool; do
    emits "$format" "$name" cifs/2016GUI
    is_text "$format" err
  done
  PATH=$PWD/stub:$PATH sh -eu samba-tool
  tr '\0' '\n' <called | grep -qxF "$name\$"
  [ "$(grep -vc '^#' powershell)" = 3 ]
  ldapmodify -Q -Y GSSAPI -H "ldap://$KCDFIX_DC" -O minssf=56 -f ldif
  [ "$(ad-get "$name\$" userAccountControl)" = 16781312 ]
  # the commands shown are safe to paste, too
  safely 1 check "$name" cifs/SQL
  jq -r '.pairs[0].findings[].command // empty' out.json | sed 's/^kcdfix /: /' >pasted
  [ -s pasted ]
  sh -eu pasted
  delete "$dn"
}
