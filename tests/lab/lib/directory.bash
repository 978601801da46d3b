# directory.bash: reading and writing the running domain over LDAP as `admin`, with the OpenLDAP tools because they
# start in a few milliseconds (a Python SamDB needs half a second, and tests call this a lot). Sourced, never run.
# An OBJECT is a DN (it has a '=') or a sAMAccountName (it cannot have one), computers with their $.
# shellcheck shell=bash

readonly BASE_DN=DC=kcd,DC=test

ldap_tool() {
  local tool=$1
  shift
  KRB5CCNAME=$HELPER_CCACHE LDAPNOINIT=1 "$tool" -H "ldap://$KCDFIX_DC" -Y GSSAPI -Q -N -O minssf=56 "$@"
}

# Reads are quiet about everything but a failure.
ldap_search() {
  ldap_tool ldapsearch -LLL -o ldif-wrap=no "$@"
}

# LDIF comes on stdin. The tool reports each entry on stdout, which nobody asked for.
ldap_modify() {
  ldap_tool ldapmodify >/dev/null
}

base64_of() {
  printf '%s' "$1" | base64 -w 0
}

# ldif_line NAME VALUE: base64 always, so that no value needs a second thought.
ldif_line() {
  printf '%s:: %s\n' "$1" "$(base64_of "$2")"
}

filter_escape() {
  local value=$1
  value=${value//\\/\\5c}
  value=${value//\*/\\2a}
  value=${value//\(/\\28}
  value=${value//\)/\\29}
  printf '%s' "$value"
}

# ldif_value LINE: the value of one unwrapped LDIF line, byte-exact.
ldif_value() {
  local rest=${1#*:}
  if [[ $rest == :* ]]; then
    base64 -d <<<"${rest#: }"
  else
    printf '%s' "${rest# }"
  fi
}

object_dn() {
  local object=$1 found line dn=
  if [[ $object == *=* ]]; then
    printf '%s' "$object"
    return
  fi
  local name
  name=$(filter_escape "$object")
  found=$(ldap_search -b "$BASE_DN" "(|(sAMAccountName=$name)(sAMAccountName=$name\$))" 1.1)
  while IFS= read -r line; do
    [[ $line != dn:* ]] || dn=$(ldif_value "$line")
  done <<<"$found"
  [[ -n $dn ]] || { echo "no such object: $object" >&2; return 1; }
  printf '%s' "$dn"
}

# modify_object add|replace|delete OBJECT ATTR [VALUE...]
modify_object() {
  local operation=$1 attribute=$3 dn value
  dn=$(object_dn "$2")
  shift 3
  {
    ldif_line dn "$dn"
    printf 'changetype: modify\n%s: %s\n' "$operation" "$attribute"
    for value in "$@"; do ldif_line "$attribute" "$value"; done
  } | ldap_modify
}

# How a password travels: quoted, UTF-16, in unicodePwd.
unicode_password() {
  printf '"%s"' "$1" | iconv -t UTF-16LE | base64 -w 0
}

# file_name ACCOUNT: the name of its files in passwords/ and keytabs/.
file_name() {
  local name=${1%\$}
  printf '%s' "${name,,}"
}

# Long and mixed enough for any policy; hexadecimal, so that no layer has to quote it.
new_password() {
  local password
  password=$(head -c 12 /dev/urandom | od -An -v -tx1 | tr -d ' \n')-Aa1
  (umask 077 && printf '%s\n' "$password" >"$KCDFIX_LAB_DIR/passwords/$(file_name "$1")")
  printf '%s' "$password"
}

# local_program PROGRAM [ARG...]: one of the lab's own that works in the files of the DC that KCDFIX_DC names.
local_program() {
  local program=$1
  shift
  "${IN_TREE[@]}" /usr/bin/python3 -IB "$LAB_SOURCE/$program" "$KCDFIX_LAB_DIR/${KCDFIX_DC%%.*}/smb.conf" "$@"
}

# local_database COMMAND [ARG...]: for what LDAP does not offer.
local_database() {
  local_program localdb.py "$@"
}

# Made in the lab's directory, the one place that the DC's programs and the caller both see.
export_keytab() {
  local made
  made=$(mktemp -u "$KCDFIX_LAB_DIR/keytab.XXXXXX")
  local_database keytab "$1" "$made" >/dev/null
  [[ -s $made ]] || { echo "no keys: $1" >&2; return 1; }
  mv -f -- "$made" "$2"
}

# dns_record add|delete NAME TYPE DATA: over RPC, as an administrator would. The longest zone that NAME ends in is its
# zone; a reverse zone of three numbers is made where it is missing. The internal DNS server reads the database per
# query, so the change shows at once.
dns_record() {
  local operation=$1 name=$2 zone=$LAB_DNS_DOMAIN log
  [[ $name != *"_msdcs.$LAB_DNS_DOMAIN" ]] || zone=_msdcs.$LAB_DNS_DOMAIN
  if [[ $name == *.in-addr.arpa ]]; then
    zone=${name#*.}
    log=$(dns_tool zonecreate "$KCDFIX_DC" "$zone") || [[ $log == *ZONE_ALREADY_EXISTS* ]] ||
      { echo "$log" >&2; return 1; }
  fi
  name=${name%"$zone"}
  name=${name%.}
  log=$(dns_tool "$operation" "$KCDFIX_DC" "$zone" "${name:-@}" "$3" "$4") || { echo "$log" >&2; return 1; }
}

dns_tool() {
  "${IN_TREE[@]}" samba-tool dns "$@" --configfile="$KCDFIX_LAB_DIR/dc1/smb.conf" \
    --use-krb5-ccache="${HELPER_CCACHE#FILE:}" 2>&1
}
