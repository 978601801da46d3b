# replication.bash: the replication between the DCs of a lab. Sourced, never run. Needs dc.bash and session.bash.
# shellcheck shell=bash

readonly PARTITIONS=(
  'DC=kcd,DC=test'
  'CN=Configuration,DC=kcd,DC=test'
  'CN=Schema,CN=Configuration,DC=kcd,DC=test'
  'DC=DomainDnsZones,DC=kcd,DC=test'
  'DC=ForestDnsZones,DC=kcd,DC=test'
)

drs() {
  local log
  log=$("${IN_TREE[@]}" samba-tool drs "$@" --configfile="$KCDFIX_LAB_DIR/dc1/smb.conf" \
    --username="admin%$(cat "$KCDFIX_LAB_DIR/passwords/admin")" 2>&1) || { echo "$log" >&2; return 1; }
}

# replicate_now [PARTITION...]: both ways, also while it is held. Forced, since that is what passes the hold.
replicate_now() {
  local from to partition
  (($# > 0)) || set -- "${PARTITIONS[@]}"
  for from in $(dc_names); do
    for to in $(dc_names); do
      [[ $from != "$to" ]] || continue
      for partition in "$@"; do
        drs replicate "$to" "$from" "$partition" --sync-forced || return 1
      done
    done
  done
}

# replication_option +|-: each DC takes nothing in (or does again). Said to each DC about itself, since it could not be
# replicated.
replication_option() {
  local dc
  for dc in $(dc_names); do
    drs options "$dc" --dsa-option="${1}DISABLE_INBOUND_REPL" || return 1
  done
}
