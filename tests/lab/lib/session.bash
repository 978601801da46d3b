# session.bash: the tickets of a lab's user and of its helpers. Sourced, never run. Needs set_environment of dc.bash.
# shellcheck shell=bash

# The helpers have a cache of their own: a test may spoil the one in KRB5CCNAME, or run with somebody else's.
readonly HELPER_CCACHE=FILE:$KCDFIX_LAB_DIR/helper.ccache

# kinit_as USER CCACHE. Forwardable, as every Windows logon is.
kinit_as() {
  local user=$1 ccache=$2 log password=$KCDFIX_LAB_DIR/passwords/$1
  [[ -f $password ]] || { echo "no such user: $user" >&2; return 1; }
  log=$(kinit -f -c "$ccache" "$user" <"$password" 2>&1) || { echo "$log" >&2; return 1; }
}

# One ticket of `admin` for CMD (a TGT alone), one for the helpers, which must go on when port 88 is closed.
log_in() {
  kinit_as admin "$KRB5CCNAME"
  cp -- "${KRB5CCNAME#FILE:}" "${HELPER_CCACHE#FILE:}"
  kvno -q -c "$HELPER_CCACHE" "ldap/$KCDFIX_DC"
}
