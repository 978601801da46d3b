# shellcheck disable=SC2154 # hyperv.bash sets migration, run sets stderr
bats_require_minimum_version 1.5.0
load hyperv

# Many hosts for one purpose: the matrix of hosts that migrate to each other, the two nodes of a cluster with its
# scale-out file server, and what is said where hosts, names or rights are missing.

setup() {
  for name in HV1 HV2 NODE1 NODE2; do
    undelegate "$name"
  done
  rm -rf "$XDG_STATE_HOME/kcdfix"
}

setup_file() {
  plant HV3 HV4
}

# What FROM lists in order to migrate to each TO.
list() {
  local from=$1 to
  shift
  for to; do
    ad-add "$from" msDS-AllowedToDelegateTo "$migration/$to" "$migration/$to.kcd.test" "cifs/$to" "cifs/$to.kcd.test"
  done
}

windows() {
  kcdfix check --kdc-flavour windows --for live-migration "$@"
}

@test "two hosts: the matrix, every pair in JSON, and nothing is written" {
  before=$(ad-get HV1 uSNChanged)
  run --separate-stderr windows HV1 HV2
  [ "$status" -eq 1 ]
  [ "${lines[0]}" = "HV1, HV2, live-migration as admin: 8 of 8 pairs FAIL" ]
  [[ "$output" == *"  from \\ to   HV1   HV2"* ]]
  [[ "$output" == *"[list-empty]"*"HV1 -> HV2; HV2 -> HV1"*"[protocol-transition-off]"* ]]
  [[ "$output" == *"  fix: kcdfix apply --protocol-transition --for live-migration HV1 HV2"* ]]
  run --separate-stderr windows --json HV1 HV2
  [ "$(jq -r '.pairs | length' <<<"$output")" = 8 ]
  [ "$(jq -r '[.pairs[] | select(.host == "HV1$") | .spn] | join(",")' <<<"$output")" = \
    "$migration/HV2,$migration/HV2.kcd.test,cifs/HV2,cifs/HV2.kcd.test" ]
  [ "$(jq -c '[.scenario | .name, .failing, (.cells | length), (.causes[] | .id)]' <<<"$output")" = \
    '["live-migration",8,2,"list-empty","protocol-transition-off"]' ]
  [ "$(ad-get HV1 uSNChanged)" = "$before" ]
}

@test "the command that the matrix ends with mends all of it for a Windows KDC, and undo takes all of it back" {
  before=$(for host in HV1 HV2 HV3; do state_of "$host"; done)
  run --separate-stderr windows HV1 HV2 HV3
  command=$(sed -n 's/^  fix: //p' <<<"$output")
  [ "$command" = "kcdfix apply --protocol-transition --for live-migration HV1 HV2 HV3" ]
  run --separate-stderr bash -c "$command --yes"
  [ "$status" -eq 5 ] # the lab's own KDC finds no name with a blank
  [[ "$output" == *"[spn-with-blank-on-samba]"* ]]
  run --separate-stderr windows HV1 HV2 HV3
  [ "$status" -eq 0 ]
  [ "${lines[0]}" = "HV1, HV2, HV3, live-migration as admin: 24 of 24 pairs WORK" ]
  [ "$(state_of HV2)" = "$(printf '%s\n' 16781312 {"$migration",cifs}/HV{1,3}{,.kcd.test} | sort)" ]
  run --separate-stderr kcdfix history --json
  [ "$(jq -c '[(.records | length), ([.records[].run] | unique | length)]' <<<"$output")" = '[3,1]' ]
  [ "$(jq -c '[.records[].spns | length] | unique' <<<"$output")" = '[8]' ]
  run kcdfix undo --yes
  [ "$status" -eq 0 ]
  [ "$(for host in HV1 HV2 HV3; do state_of "$host"; done)" = "$before" ]
}

@test "names with blanks: Samba's KDC finds them in their escaped form alone, and the prediction agrees with the KDC" {
  kcdfix apply --yes --protocol-transition --for live-migration HV1 HV2 || [ $? -eq 5 ]
  key=$KCDFIX_LAB_DIR/keytabs/hv1.keytab
  run --separate-stderr kcdfix check --json -k "$key" --for live-migration HV1 HV2
  found=$(jq -c '[.pairs[] | select(.host == "HV1$") | [.agree, .observed.s4u2proxy.outcome]]' <<<"$output")
  [ "$found" = '[[true,"error"],[true,"error"],[true,"ticket"],[true,"ticket"]]' ]
  for pair in HV1:HV2 HV2:HV1; do
    escaped=${migration// /\\ }/${pair#*:}
    ad-add "${pair%:*}" msDS-AllowedToDelegateTo "$escaped" "$escaped.kcd.test"
  done
  cat "$KCDFIX_LAB_DIR"/keytabs/hv1.keytab >"$BATS_TEST_TMPDIR/both.keytab"
  tail -c +3 "$KCDFIX_LAB_DIR"/keytabs/hv2.keytab >>"$BATS_TEST_TMPDIR/both.keytab"
  run --separate-stderr kcdfix check -k "$BATS_TEST_TMPDIR/both.keytab" --for live-migration HV1 HV2
  [ "$status" -eq 0 ]
  [ "${lines[0]}" = "HV1, HV2, live-migration as admin: 8 of 8 pairs WORK" ]
  [[ "$output" == *"confirmed by its KDC"* ]]
}

@test "one host of four forgotten: one mark a cell, each cause once, and the change touches two hosts" {
  for from in HV1 HV2 HV3; do
    ad-set "$from" userAccountControl 16781312
    for to in HV1 HV2 HV3 HV4; do
      [ "$from" = "$to" ] || list "$from" "$to"
    done
    ad-add "$from" msDS-AllowedToDelegateTo cifs/SOFS2016 cifs/SOFS2016.kcd.test
  done
  ad-del HV2 msDS-AllowedToDelegateTo "$migration/HV4" "$migration/HV4.kcd.test"
  ad-add HV4 msDS-AllowedToDelegateTo cifs/SOFS2016 cifs/SOFS2016.kcd.test
  run --separate-stderr windows HV1 HV2 HV3 HV4 -- SOFS2016
  [ "$status" -eq 1 ]
  [ "${lines[0]}" = "HV1, HV2, HV3, HV4 -> SOFS2016, live-migration as admin: 16 of 56 pairs FAIL" ]
  [[ "$output" == *"  HV2         ok    .     ok    M     ok "* ]]
  [[ "$output" == *"  HV4         -     -     -     .     K "* ]]
  [ "$(grep -c '^  [MK-]  ' <<<"$output")" -eq 3 ]
  run --separate-stderr kcdfix apply --json -n --protocol-transition --for live-migration HV1 HV2 HV3 HV4 -- SOFS2016
  [ "$status" -eq 1 ]
  [ "$(jq -c '[.objects[] | [.host, .state, (.added | length)]] | sort' <<<"$output")" = \
    '[["HV1$","unchanged",0],["HV2$","planned",2],["HV3$","unchanged",0],["HV4$","planned",12]]' ]
  [ "$(kcdfix check -q --kdc-flavour windows --for live-migration HV1 HV2 HV3 HV4 -- SOFS2016 | wc -l)" -eq 1 ]
  for host in HV1 HV2 HV3 HV4; do
    undelegate "$host"
  done
}

@test "a host that registered no name is not migrated to, and the others are mended" {
  ad-new-computer HV9
  run --separate-stderr windows HV1 HV9
  [ "$status" -eq 1 ]
  [[ "$output" == *"[migration-spn-registration-failed]"* ]]
  [[ "$output" == *"Restart-Service vmms"* ]]
  run kcdfix apply --yes --protocol-transition --for live-migration HV1 HV9
  [ "$status" -eq 7 ]
  [[ "$output" == *"HV1: not changed"*"[target-spn-missing]"* ]]
  [[ "$output" == *"No account holds $migration/HV9"* ]]
  [ "$(state_of HV1)" = 4096 ]
  [ "$(state_of HV9 | head -1)" = 16781312 ]
  ad-delete HV9
}

@test "both nodes of a cluster are mended for the scale-out file server in one command, proved, and undone in one" {
  cp "$KCDFIX_LAB_DIR"/keytabs/node1.keytab "$BATS_TEST_TMPDIR/both.keytab"
  tail -c +3 "$KCDFIX_LAB_DIR"/keytabs/node2.keytab >>"$BATS_TEST_TMPDIR/both.keytab"
  for how in "-k $BATS_TEST_TMPDIR/both.keytab" --stand-in; do
    # shellcheck disable=SC2086 # an option and its argument
    run --separate-stderr kcdfix check $how --for vm-storage NODE1 NODE2 -- SOFS2016
    [ "$status" -eq 1 ]
    [ "${lines[0]}" = "NODE1, NODE2 -> SOFS2016, vm-storage as admin: 4 of 4 pairs FAIL" ]
  done
  run --separate-stderr kcdfix apply --yes --protocol-transition --for vm-storage NODE1 NODE2 -- SOFS2016
  [ "$status" -eq 0 ]
  for node in NODE1 NODE2; do
    [ "$(state_of "$node")" = "$(printf '%s\n' 16781312 cifs/SOFS2016 cifs/SOFS2016.kcd.test | sort)" ]
  done
  for how in "-k $BATS_TEST_TMPDIR/both.keytab" --stand-in; do
    # shellcheck disable=SC2086
    run --separate-stderr kcdfix check $how --for vm-storage NODE1 NODE2 -- SOFS2016
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = "NODE1, NODE2 -> SOFS2016, vm-storage as admin: 4 of 4 pairs WORK" ]
    [[ "$output" == *"confirmed by its KDC"* ]]
  done
  run kcdfix undo --yes
  [ "$status" -eq 0 ]
  [ "$(state_of NODE1)$(state_of NODE2)" = 40964096 ]
}

@test "the name of a cluster stands for its nodes, and what is set on the name is told" {
  ad-new-computer CORECLU HOST/CORECLU MSClusterVirtualServer/CORECLU MSServerClusterMgmtAPI/CORECLU
  ad-add CORECLU msDS-AllowedToDelegateTo cifs/SOFS2016
  cluster=(--cluster "CORECLU=NODE1,NODE2")
  kcdfix apply --yes --protocol-transition --for vm-storage NODE1 -- SOFS2016
  run --separate-stderr kcdfix check "${cluster[@]}" --for vm-storage CORECLU -- SOFS2016
  [ "$status" -eq 1 ]
  [ "${lines[0]}" = "NODE1, NODE2 -> SOFS2016, vm-storage as admin: 2 of 4 pairs FAIL" ]
  [[ "$output" == *"[cluster-node-forgotten]"*"NODE2 -> SOFS2016"* ]]
  [[ "$output" == *"[wrong-object]"* ]]
  run --separate-stderr kcdfix apply --yes --protocol-transition "${cluster[@]}" --for vm-storage CORECLU -- SOFS2016
  [ "$status" -eq 0 ]
  [[ "$output" == *"NODE1: nothing to do"*"NODE2: changed and read back"* ]]
  [ "$(ad-get CORECLU msDS-AllowedToDelegateTo)" = cifs/SOFS2016 ]
  run --separate-stderr kcdfix check "${cluster[@]}" CORECLU cifs/SOFS2016
  [ "$status" -eq 0 ]
  [[ "$output" == *"warning: "*"CORECLU"*"[wrong-object]"* ]]
  run kcdfix check --for live-migration "${cluster[@]}" CORECLU
  [ "$status" -eq 2 ]
  [[ "$output" == *"inside one cluster"* ]]
  run --separate-stderr kcdfix check --json --for live-migration "${cluster[@]}" CORECLU HV1
  [ "$(jq -r '[.pairs[] | .host] | group_by(.) | map("\(.[0]) \(length)") | join(" ")' <<<"$output")" = \
    'HV1$ 8 NODE1$ 4 NODE2$ 4' ]
}

@test "without --cluster the name itself is never configured, and its nodes are a guess that is marked as one" {
  for node in NODE1 NODE2; do
    ad-add "$node" servicePrincipalName "MSServerClusterMgmtAPI/$node"
  done
  run --separate-stderr kcdfix check CORECLU cifs/SOFS2016
  [[ "$output" == *"[wrong-object]"* ]]
  [[ "$output" == *"a guess, by their"* && "$output" == *NODE1* && "$output" == *NODE2* ]]
  [[ "$output" != *"Set \"Use any"* ]]
  before=$(state_of CORECLU)
  run --separate-stderr kcdfix apply --yes --protocol-transition CORECLU cifs/SOFS2016
  [ "$status" -eq 1 ]
  [[ "$output" == *"[wrong-object]"* ]]
  [ "$(state_of CORECLU)" = "$before" ]
  kcdfix apply --yes --protocol-transition NODE1 cifs/SOFS2016
  run --separate-stderr kcdfix check NODE1 NODE2 cifs/SOFS2016
  [[ "$output" == *"[cluster-node-forgotten]"* ]]
  for node in NODE1 NODE2; do
    ad-del "$node" servicePrincipalName "MSServerClusterMgmtAPI/$node"
  done
  ad-delete CORECLU
}

@test "the nodes of a file server in its place: named by the user, or guessed from DNS" {
  ad-set NODE1 userAccountControl 16781312
  ad-add NODE1 msDS-AllowedToDelegateTo cifs/FS1
  run --separate-stderr kcdfix check --cluster SOFS2016=FS1,SQL NODE1 cifs/SOFS2016
  [ "$status" -eq 1 ]
  [[ "$output" == *"cifs/FS1 is, a node of SOFS2016."*"[alias-or-sofs-not-listed]"* ]]
  run --separate-stderr kcdfix check --cluster SOFS2016=FS1,SQL --for vm-storage NODE1 -- FS1
  [[ "$output" == *"warning: FS1 is a node of SOFS2016."*"[alias-or-sofs-not-listed]"* ]]
  ad-add SOFS2016 servicePrincipalName MSClusterVirtualServer/SOFS2016
  dns-add SOFS2016 A 127.0.0.51
  dns-add FS1 A 127.0.0.51
  run --separate-stderr kcdfix check NODE1 cifs/SOFS2016
  [ "$status" -eq 1 ]
  [[ "$output" == *"as it seems from their addresses"* ]]
  dns-del FS1 A 127.0.0.51
  run --separate-stderr kcdfix check NODE1 cifs/SOFS2016
  [[ "$output" == *"the name of a cluster role"* ]]
  [[ "$output" != *"as it seems"* ]]
  dns-del SOFS2016 A 127.0.0.51
  ad-del SOFS2016 servicePrincipalName MSClusterVirtualServer/SOFS2016
}

@test "a name that the directory knows otherwise, and a host that is not there" {
  run --separate-stderr kcdfix check --json --for storage-migration "CN=HV1,CN=Computers,DC=kcd,DC=test" 'KCD\HV2$'
  [ "$(jq -r '[.pairs[].spn] | join(" ")' <<<"$output")" = "cifs/HV2 cifs/HV2.kcd.test cifs/HV1 cifs/HV1.kcd.test" ]
  ad-set HV2 dNSHostName HV2.lab.kcd.test
  run --separate-stderr kcdfix check --json --for storage-migration HV1 HV2
  [ "$(jq -r '[.pairs[] | select(.host == "HV1$") | .spn] | join(" ")' <<<"$output")" = \
    "cifs/HV2 cifs/HV2.lab.kcd.test" ]
  ad-set HV2 dNSHostName HV2.kcd.test
  run kcdfix check --for live-migration HV1 NOWHERE
  [ "$status" -eq 1 ]
  [[ "$output" == *"[host-not-found]"* ]]
  run kcdfix check --for live-migration HV1 HV1.kcd.test
  [ "$status" -eq 2 ]
  [[ "$output" == *"at least two hosts"* ]]
}

@test "a check for a purpose is not what the next command without operands is about" {
  run kcdfix check --for vm-storage NODE1 -- SOFS2016
  run kcdfix apply -n --protocol-transition
  [ "$status" -eq 2 ]
  [[ "$output" == *"no check before this one"* ]]
}

@test "24 hosts: 2208 pairs in one gather, the matrix in blocks, and no request a pair" {
  mapfile -t hosts < <(printf 'H%02d\n' {1..24})
  plant "${hosts[@]}"
  run --separate-stderr kcdfix check -vv -q --for live-migration "${hosts[@]}"
  [ "$status" -eq 1 ]
  [ "$output" = "24 hosts, live-migration as admin: 2208 of 2208 pairs FAIL" ]
  # shellcheck disable=SC2154 # set by run
  requests=$(sed -n 's/^kcdfix: \([0-9]*\) LDAP requests.*/\1/p' <<<"$stderr")
  [ "$requests" -le 100 ]
  run --separate-stderr kcdfix check --for live-migration "${hosts[@]}"
  [ "$(grep -c 'from \\ to' <<<"$output")" -eq 2 ]
  [[ "$output" == *"[list-empty]"*"all -> all"* ]]
}
