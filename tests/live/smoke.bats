# tests/smoke, the check for users' own test domains, run against the lab.

@test "the smoke test passes against a real domain controller and leaves the host as it was" {
  before=$(ad-get CORE2016 userAccountControl msDS-AllowedToDelegateTo)
  export SMOKE_HOST=CORE2016 SMOKE_SPN=cifs/2016GUI SMOKE_USER=alice SMOKE_DC=$KCDFIX_DC
  export SMOKE_KEYTAB=$KCDFIX_LAB_DIR/keytabs/core2016.keytab
  run "$KCDFIX_SOURCE_DIR/tests/smoke"
  [ "$status" -eq 0 ]
  [[ "$output" == *"5 passed, 0 failed"* ]]
  [ "$before" = "$(ad-get CORE2016 userAccountControl msDS-AllowedToDelegateTo)" ]
}

@test "the smoke test fails when the delegation is right already, and changes nothing" {
  ad-set CORE2016 userAccountControl 16781312
  export SMOKE_HOST=CORE2016 SMOKE_SPN=cifs/2016GUI SMOKE_USER=alice SMOKE_DC=$KCDFIX_DC
  export SMOKE_KEYTAB=$KCDFIX_LAB_DIR/keytabs/core2016.keytab
  run "$KCDFIX_SOURCE_DIR/tests/smoke"
  [ "$status" -eq 1 ]
  [[ "$output" == *"not ok: the delegation fails"* ]]
  [ "$(ad-get CORE2016 userAccountControl)" = 16781312 ]
  ad-set CORE2016 userAccountControl 4096
}
