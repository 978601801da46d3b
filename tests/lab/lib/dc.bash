# dc.bash: one domain controller of the lab: its configuration, start, stop and readiness.
# Sourced, never run. Needs KCDFIX_LAB_DIR. A DC is named by its host name; all its files are in KCDFIX_LAB_DIR/NAME.
# shellcheck shell=bash

readonly LAB_REALM=KCD.TEST
readonly LAB_DOMAIN=KCD
readonly LAB_DNS_DOMAIN=kcd.test
readonly START_SECONDS=60
readonly STOP_SECONDS=20
readonly DC_SERVICES="ldap, kdc, cldap, dns, rpc, drepl"
readonly LAB_DCS=${LAB_DCS:-1}
readonly LAB_TREE=${LAB_TREE:-}

# Puts a command into the tree of Debian 13 where the lab has one: "${IN_TREE[@]}" samba ... See enter_tree.
readonly LAB_ROOT=$KCDFIX_LAB_DIR/root
readonly IN_TREE=(${LAB_TREE:+chroot "$LAB_ROOT"})

dc_address() {
  case $1 in
    dc1) echo 127.0.0.10 ;;
    dc2) echo 127.0.0.11 ;;
    *) return 1 ;;
  esac
}

dc_names() {
  local number
  for ((number = 1; number <= LAB_DCS; number++)); do echo "dc$number"; done
}

# The cached tree is shared by labs and stays as it is: a root of our own holds it read-only, with the lab's directory
# and the lab's source at the paths that they have outside. To be called by process 1 of the namespaces.
enter_tree() {
  local dir
  [[ -n $LAB_TREE ]] || return 0
  mkdir -- "$LAB_ROOT"
  mount -t tmpfs -o mode=0755 lab "$LAB_ROOT"
  mkdir -m 1777 -- "$LAB_ROOT/tmp"
  for dir in usr etc; do
    mkdir -- "$LAB_ROOT/$dir"
    mount --bind -- "$LAB_TREE/$dir" "$LAB_ROOT/$dir"
    mount -o remount,bind,ro -- "$LAB_ROOT/$dir"
  done
  for dir in bin sbin lib lib64; do ln -s -- "usr/$dir" "$LAB_ROOT/$dir"; done
  for dir in proc dev; do
    mkdir -- "$LAB_ROOT/$dir"
    mount --rbind -- "/$dir" "$LAB_ROOT/$dir"
  done
  for dir in "$KCDFIX_LAB_DIR" "$LAB_SOURCE"; do
    mkdir -p -- "$LAB_ROOT$dir"
    mount --bind -- "$dir" "$LAB_ROOT$dir"
  done
  mkdir -p -- "$LAB_ROOT"/var/{lib,cache,log,run}/samba "$LAB_ROOT/run/samba"
  mount --bind "$KCDFIX_LAB_DIR/hosts" "$LAB_ROOT/etc/hosts"
  mount --bind "$KCDFIX_LAB_DIR/resolv.conf" "$LAB_ROOT/etc/resolv.conf"
}

# Every path is named: a default would lie outside KCDFIX_LAB_DIR and be shared by all labs.
write_smb_conf() {
  local dc=$1 services=$2 dir address
  dir=$KCDFIX_LAB_DIR/$dc
  address=$(dc_address "$dc")
  cat >"$dir/smb.conf" <<CONF
[global]
	netbios name = ${dc^^}
	workgroup = $LAB_DOMAIN
	realm = $LAB_REALM
	server role = active directory domain controller
	server services = $services
	interfaces = $address/8
	bind interfaces only = yes
	private dir = $dir/private
	state directory = $dir/state
	cache directory = $dir/cache
	lock directory = $dir
	pid directory = $dir
	binddns dir = $dir/bind-dns
	ncalrpc dir = $dir/ncalrpc
	winbindd socket directory = $dir/winbindd
	ntp signd socket directory = $dir/ntp_signd
	usershare path =
	vfs objects = dfs_samba4 acl_xattr xattr_tdb
	log level = 1 kerberos:4
	dreplsrv:notify_interval = 1
CONF
  [[ -z $LAB_TREE ]] || echo $'\tad dc functional level = 2016' >>"$dir/smb.conf"
  # Impacket, which the benchmark compares with, signs nothing and falls back to LDAPS. No test has such a domain.
  [[ -z ${LAB_LARGE:-} ]] || echo $'\tldap server require strong auth = allow_sasl_over_tls' >>"$dir/smb.conf"
}

write_krb5_conf() {
  cat >"$KCDFIX_LAB_DIR/krb5.conf" <<CONF
[libdefaults]
	default_realm = $LAB_REALM
	dns_lookup_kdc = false
	dns_lookup_realm = false
	dns_canonicalize_hostname = false
	rdns = false

[realms]
	$LAB_REALM = {
$(for dc in $(dc_names); do printf '\t\tkdc = %s\n' "$dc.$LAB_DNS_DOMAIN"; done)
		admin_server = dc1.$LAB_DNS_DOMAIN
		default_domain = $LAB_DNS_DOMAIN
	}

[domain_realm]
	.$LAB_DNS_DOMAIN = $LAB_REALM
	$LAB_DNS_DOMAIN = $LAB_REALM
CONF
}

# To be called by process 1 of the namespaces.
prepare_network() {
  local dc
  ip link set lo up
  {
    echo '127.0.0.1 localhost'
    for dc in $(dc_names); do echo "$(dc_address "$dc") $dc.$LAB_DNS_DOMAIN $dc"; done
  } >"$KCDFIX_LAB_DIR/hosts"
  printf 'nameserver %s\nsearch %s\n' "$(dc_address dc1)" "$LAB_DNS_DOMAIN" >"$KCDFIX_LAB_DIR/resolv.conf"
  mount --bind "$KCDFIX_LAB_DIR/hosts" /etc/hosts
  mount --bind "$KCDFIX_LAB_DIR/resolv.conf" /etc/resolv.conf
}

set_environment() {
  export KCDFIX_LAB=1
  export KCDFIX_DC=dc1.$LAB_DNS_DOMAIN
  unset KCDFIX_DC2
  ((LAB_DCS < 2)) || export KCDFIX_DC2=dc2.$LAB_DNS_DOMAIN
  export KCDFIX_REALM=$LAB_REALM
  export KCDFIX_DOMAIN=$LAB_DOMAIN
  export KRB5_CONFIG=$KCDFIX_LAB_DIR/krb5.conf
  export KRB5CCNAME=FILE:$KCDFIX_LAB_DIR/admin.ccache
  export HOME=$KCDFIX_LAB_DIR/home
  export XDG_STATE_HOME=$KCDFIX_LAB_DIR/state
  unset KRB5_KTNAME KRB5_CLIENT_KTNAME
  mkdir -p -- "$HOME" "$XDG_STATE_HOME"
}

port_accepts() {
  (: <>"/dev/tcp/$1/$2") 2>/dev/null
}

dc_pid() {
  cat "$KCDFIX_LAB_DIR/$1/lab.pid" 2>/dev/null
}

dc_is_running() {
  local pid
  pid=$(dc_pid "$1") && kill -0 "$pid" 2>/dev/null
}

show_samba_log() {
  tail -n 20 "$KCDFIX_LAB_DIR/samba.log" >&2
  echo "$*" >&2
  return 1
}

# dc_wait DC PORT...: until every port accepts; at once a failure if Samba is gone.
dc_wait() {
  local dc=$1 address port deadline=$((SECONDS + START_SECONDS))
  address=$(dc_address "$dc")
  shift
  for port in "$@"; do
    until port_accepts "$address" "$port"; do
      dc_is_running "$dc" || show_samba_log "$dc: samba ended while starting" || return 1
      ((SECONDS < deadline)) || show_samba_log "$dc: port $port does not accept" || return 1
      sleep 0.02
    done
  done
}

# Whoever waits for a descriptor to close (bats for its 3, a pipeline for its end) must not wait for the DC.
close_descriptors() {
  local path fd
  for path in /proc/"$BASHPID"/fd/*; do
    fd=${path##*/}
    ((fd <= 2)) || eval "exec $fd>&-"
  done
}

# A session of its own keeps the terminal's SIGINT away from the DC and makes its process group known: it is the pid,
# since setsid has no need to fork here. TDB_NO_FSYNC: nothing in a lab has to survive a power failure.
dc_start() {
  local dc=$1 services=${2:-$DC_SERVICES}
  ! dc_is_running "$dc" || return 0
  write_smb_conf "$dc" "$services"
  (
    close_descriptors
    exec env TDB_NO_FSYNC=1 setsid "${IN_TREE[@]}" samba -i -M single --configfile="$KCDFIX_LAB_DIR/$dc/smb.conf"
  ) </dev/null >>"$KCDFIX_LAB_DIR/samba.log" 2>&1 &
  echo $! >"$KCDFIX_LAB_DIR/$dc/lab.pid"
  if [[ $services == *" kdc"* ]]; then
    dc_wait "$dc" 88 389 53
  else
    dc_wait "$dc" 389 53
  fi
}

dc_signal() {
  local dc=$1 signal=$2 pid
  dc_is_running "$dc" || { echo "$dc: not running" >&2; return 1; }
  pid=$(dc_pid "$dc")
  kill "-$signal" -- "-$pid"
}

dc_stop() {
  local dc=$1 deadline=$((SECONDS + STOP_SECONDS))
  dc_is_running "$dc" || return 0
  dc_signal "$dc" CONT # a paused DC would keep the other signal for later
  dc_signal "$dc" TERM
  while dc_is_running "$dc"; do
    ((SECONDS < deadline)) || { echo "$dc: does not stop" >&2; return 1; }
    sleep 0.02
  done
  rm -f -- "$KCDFIX_LAB_DIR/$dc/lab.pid"
}
