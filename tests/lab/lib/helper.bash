# helper.bash: what every command in bin/ starts with. Sourced, never run.
# shellcheck shell=bash
set -euo pipefail
shopt -s inherit_errexit

helper_fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# helper_usage TEXT MIN COUNT: ends with TEXT and status 2 when fewer than MIN operands came.
helper_usage() {
  (($3 < $2)) || return 0
  printf 'usage: %s %s\n' "${0##*/}" "$1" >&2
  exit 2
}

[[ ${KCDFIX_LAB:-} == 1 ]] || helper_fail "only works inside a lab (lab run, lab shell)"

LAB_LIB=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=tests/lab/lib/dc.bash
. "$LAB_LIB/dc.bash"
# shellcheck source=tests/lab/lib/session.bash
. "$LAB_LIB/session.bash"
# shellcheck source=tests/lab/lib/directory.bash
. "$LAB_LIB/directory.bash"
