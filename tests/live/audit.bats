# kcdfix audit on a domain with one delegation of each kind, held against what Samba's own libraries read, as an
# administrator and as an ordinary user. Runs inside a lab.

bats_require_minimum_version 1.5.0

setup_file() {
  ldapadd -Q -Y GSSAPI -H "ldap://$KCDFIX_DC" <<'LDIF'
dn: CN=AUouter,CN=Users,DC=kcd,DC=test
objectClass: group
sAMAccountName: AUouter

dn: CN=AUinner,CN=Users,DC=kcd,DC=test
objectClass: group
sAMAccountName: AUinner
LDIF
  # a circle of groups, one of them in Server Operators
  ad-add 'CN=AUouter,CN=Users,DC=kcd,DC=test' member 'CN=AUinner,CN=Users,DC=kcd,DC=test'
  ad-add 'CN=AUinner,CN=Users,DC=kcd,DC=test' member 'CN=AUouter,CN=Users,DC=kcd,DC=test'
  ad-add 'CN=Server Operators,CN=Builtin,DC=kcd,DC=test' member 'CN=AUouter,CN=Users,DC=kcd,DC=test'
  /usr/bin/python3 "$KCDFIX_SOURCE_DIR/tests/live/audited.py" plant | ad-plant
}

setup() {
  cd "$BATS_TEST_TMPDIR" || return 1
}

# audit STATUS ARG...: into the files out and err.
audit() {
  local status=0 wanted=$1
  shift
  kcdfix audit "$@" >out 2>err || status=$?
  [ "$status" -eq "$wanted" ] || { printf 'status %s\n' "$status"; cat out err; return 1; }
}

# finding ID: its messages, sorted.
finding() {
  jq -r --arg id "$1" '.findings[] | select(.id == $id) | .severity + ": " + .message' out | sort
}

@test "every delegation is found, and only those, with their owners" {
  audit 1 --json
  [ "$(jq -s length out)" = 1 ]
  run /usr/bin/python3 "$KCDFIX_SOURCE_DIR/tests/live/audited.py" compare out
  printf '%s\n' "$output"
  [ "$status" -eq 0 ]
}

@test "samba-tool shows the same lists and the same setting" {
  audit 1 --json
  for name in AUHV1 AUHV2 AUMISC AUCNO CORE2016; do
    samba-tool delegation show "$name\$" -H "ldap://$KCDFIX_DC" --use-kerberos=required >shown
    diff <(sed -n 's/^ *msDS-AllowedToDelegateTo: //p' shown | sort) \
      <(jq -r --arg name "$name\$" '.edges[] | select(.source == $name and .type == "constrained") | .spn' out | sort)
    transition=$(sed -n 's/^UF_TRUSTED_TO_AUTHENTICATE_FOR_DELEGATION: //p' shown)
    jq -e --arg name "$name\$" --argjson on "${transition,,}" \
      '[.edges[] | select(.source == $name and .type == "constrained") | .protocol_transition == $on] | all' out
  done
}

@test "what is wrong is named, with its severity" {
  audit 1 --json
  [ "$(finding target-is-dc)" = "error: AUHV1\$ may act as any delegable user at DC1\$, a domain controller." ]
  [ "$(finding unconstrained-also-set)" = "error: AUWEB\$: \"Trust this computer for delegation to any service\"." ]
  [ "$(finding target-is-entra-sso | cut -d: -f1)" = error ]
  [[ "$(finding krbtgt-listed)" == "error: AUMISC\$ lists krbtgt/KCD.TEST"* ]]
  [[ "$(finding rbcd-too-wide)" == "error: AUFS2\$ accepts Everyone:"* ]]
  [[ "$(finding stale-target-entry)" == *"AUHV2\$ and AUHV1\$ list cifs/OLDFS, which no account"* ||
    "$(finding stale-target-entry)" == *"AUHV1\$ and AUHV2\$ list cifs/OLDFS, which no account"* ]]
  [[ "$(finding stale-target-entry)" == *"AUMISC\$ lists a service of AUGONE\$, which is disabled."* ]]
  [[ "$(finding target-unseen)" == "warning: AUMISC\$ lists a service of AUIDLE\$, which was last seen on 2020-"* ]]
  [[ "$(finding duplicate-spn)" == "warning: AUMISC\$ lists http/AUDUP, which is on two accounts: AUDUP2\$ and "* ]]
  [[ "$(finding list-entry-malformed)" == "warning: AUMISC\$ lists \"cifs/AUFS1@KCD.TEST\""* ]]
  [ "$(finding target-etype-mismatch)" = "warning: AUFS1\$ speaks RC4 only." ]
  [[ "$(finding protocol-transition-off)" == "warning: AUHV2\$ is a Hyper-V host with \"Use Kerberos only\""* ]]
  [[ "$(finding list-breaks-rbcd)" == "warning: AUHV2\$ mixes \"Use Kerberos only\" with a resource-based entry on"* ]]
  [[ "$(finding wrong-object)" == "warning: AUCNO\$ is the name of a cluster"* ]]
  [ "$(finding rbcd-ace-dead | wc -l)" = 2 ]
  [[ "$(finding machine-account-quota)" == "note: Every user may make 10 computer accounts"* ]]
  # a disabled account reaches the domain controller as well, and is not accused of it
  jq -e '.edges[] | select(.source == "AUOFF$") | .without_effect == "the account is disabled" and
    .finding_ids == [] and .target_roles == ["domain-controller"]' out
  jq -e '.counts.without_effect == 1' out
}

@test "privileged users are those of nested groups, of adminCount and of the operators' groups" {
  audit 1 --json
  jq -r '.findings[] | select(.id == "privileged-users-exposed") | .evidence.users[]' out | sort >users
  diff users <(printf '%s\n' Administrator admin aucount aunested)
}

@test "the text says the same, worst first, and names what to do" {
  audit 1
  head -1 out | grep -qE '^kcd.test: [0-9]+ accounts may delegate, 1 of them without effect; [0-9]+ errors, '
  sed -n 2p out | grep -q '^  error '
  grep -qE '^  \.\.\. [0-9]+ more \(-v\)$' out
  grep -q '^  first: mark the 4 users' out
  run ! grep -q '^  note' out
  audit 1 -v
  grep -q '^  note ' out
  [ "$(grep -cE '^  (AU[A-Z0-9]+\$|ausvc|aubit|Everyone|CORE2016\$|OUHOST\$|WEB\$|S-1-5-| {5})' out)" -ge 20 ]
  audit 1 -q
  [ "$(wc -l <out)" = 1 ]
}

@test "an ordinary user reads the same, and nothing is written" {
  audit 1 --json
  mv out admin.json
  # a logon is written by the DC itself, so the numbers are taken behind it
  # shellcheck disable=SC2016
  as plain bash -c 'usn() { ldapsearch -LLL -Q -Y GSSAPI -H "ldap://$KCDFIX_DC" -s base -b "" highestCommittedUSN; }
    usn >before; kcdfix audit --json >out 2>err; usn >after'
  diff <(jq -S 'del(.time)' admin.json) <(jq -S 'del(.time)' out)
  grep -q highestCommittedUSN before
  diff before after
}

@test "the rows of a spreadsheet are those of the JSON" {
  audit 1 --json
  audit_rows=$(jq -r '.edges[] | [.source, .type, .spn // "", .target // "", (.finding_ids | join(";"))] | @json' out)
  audit 1 --format csv -o rows.csv
  csv_rows=$(/usr/bin/python3 -I - rows.csv <<'PYTHON'
import csv, json, sys
for row in csv.DictReader(open(sys.argv[1], newline="", encoding="utf-8")):
    print(json.dumps([row[key] for key in ("source", "type", "spn", "target", "finding_ids")], separators=(",", ":")))
PYTHON
  )
  diff <(printf '%s\n' "$audit_rows") <(printf '%s\n' "$csv_rows")
}

@test "the graphs have every edge, and every end of one is a node" {
  audit 1 --json
  edges=$(jq '.edges | length' out)
  audit 1 --format dot
  [ "$(grep -c ' -> ' out)" -eq "$edges" ]
  grep -qE '^  "account CN=DC1,[^"]*" \[label="DC1\$", shape=doubleoctagon, color=red\];$' out
  dot -Tsvg out >/dev/null
  audit 1 --format opengraph
  jq -e --argjson edges "$edges" '(.metadata | keys) == ["source_kind"] and (.graph.edges | length) == $edges' out
  jq -e '([.graph.nodes[].id] | length == (unique | length)) and
    (([.graph.edges[] | .start.value, .end.value] | unique) - [.graph.nodes[].id] == []) and
    ([.graph.nodes[].kinds[], .graph.edges[].kind] | all(test("^[A-Za-z0-9_]+$"))) and
    ([.graph.nodes[].properties[], .graph.edges[].properties[]] | all(type != "object" and type != "array"))' out
}

@test "the page for people has every delegation, finding and count of the JSON" {
  audit 1 --json -o out.json
  audit 1 --format html -o page.html
  "$KCDFIX_SOURCE_DIR/tests/cli/page.py" check page.html out.json || { cat err; return 1; }
}

@test "more accounts than come at once are read in pages, and nothing else changes" {
  audit 1 --json -vv
  [ "$(grep -c 'search below .*(|(msDS-AllowedToDelegateTo=\*)' err)" -eq 1 ]
  mv out few.json
  /usr/bin/python3 "$KCDFIX_SOURCE_DIR/tests/live/audited.py" plant-many | ad-plant
  audit 1 --json -vv
  [ "$(grep -c 'search below .*(|(msDS-AllowedToDelegateTo=\*)' err)" -gt 9 ]
  /usr/bin/python3 "$KCDFIX_SOURCE_DIR/tests/live/audited.py" compare out
  [ "$(jq '[.edges[] | select(.source | startswith("AP"))] | length' out)" -eq 920 ]
  diff <(jq '[.edges[]] | sort' few.json) <(jq '[.edges[] | select(.source | startswith("AP") | not)] | sort' out)
}

@test "what the login may not read is said, and the status is 3" {
  # bf967a68-...: userAccountControl
  samba-tool dsacl set --objectdn='CN=AUHV1,CN=Computers,DC=kcd,DC=test' -H "ldap://$KCDFIX_DC" \
    --use-kerberos=required --sddl="(OD;;RP;bf967a68-0de6-11d0-a285-00aa003049e2;;AU)" >/dev/null
  status=0
  as plain kcdfix audit --json >out 2>err || status=$?
  cat err
  [ "$status" -eq 3 ]
  jq -e '.unread == ["CN=AUHV1,CN=Computers,DC=kcd,DC=test: userAccountControl"] and .counts.unread == 1 and
    .errors[0].id == "audit-incomplete" and .exit_status == 3' out
  # the rest is there
  jq -e '[.findings[].id] | index("unconstrained-also-set") != null' out
}

@test "operands and formats that it does not take are refused" {
  audit 2 CORE2016
  grep -q 'audit takes no operands' err
  audit 2 --format xml
  grep -q -- '--format takes text, json' err
}

@test "a domain controller that goes away leaves one document that says so" {
  dc-stop
  audit 3 --json -S "$KCDFIX_DC"
  [ "$(jq -s length out)" = 1 ]
  jq -e '.edges == [] and .counts == null and (.errors | length) == 1' out
  dc-start
}
