#include "exit_status.h"

int kcd_exit_of_error(const struct kcd_error *err)
{
  switch (err->code) {
  case KCD_OK:
    return KCD_EXIT_OK;
  case KCD_E_USAGE:
    return KCD_EXIT_USAGE;
  case KCD_E_DENIED:
    return KCD_EXIT_DENIED;
  case KCD_E_CONFLICT:
    return KCD_EXIT_CONFLICT;
  case KCD_E_INTERRUPTED:
    return KCD_EXIT_INTERRUPTED;
  case KCD_E_NOT_FOUND:
  case KCD_E_AMBIGUOUS:
  case KCD_E_UNREACHABLE:
  case KCD_E_NOT_AUTHENTICATED:
  case KCD_E_REJECTED:
  case KCD_E_UNKNOWN_RESULT:
  case KCD_E_MALFORMED:
  case KCD_E_UNSUPPORTED:
  case KCD_E_IO:
    break;
  }
  return KCD_EXIT_CANNOT_TELL;
}

static int rank(int status)
{
  switch (status) {
  case KCD_EXIT_INTERRUPTED:
    return 4;
  case KCD_EXIT_USAGE:
    return 3;
  case KCD_EXIT_CANNOT_TELL:
    return 2;
  case KCD_EXIT_OK:
    return 0;
  default:
    return 1;
  }
}

int kcd_exit_worse(int a, int b)
{
  return rank(b) > rank(a) ? b : a;
}

int kcd_exit_of_tally(const struct kcd_change_tally *tally)
{
  bool left = tally->denied || tally->conflict || tally->failed || tally->declined;
  if (!left)
    return KCD_EXIT_OK;
  if (tally->applied)
    return KCD_EXIT_PARTIAL;
  if (tally->denied)
    return KCD_EXIT_DENIED;
  if (tally->conflict)
    return KCD_EXIT_CONFLICT;
  return tally->failed ? KCD_EXIT_CANNOT_TELL : KCD_EXIT_PROBLEM;
}
