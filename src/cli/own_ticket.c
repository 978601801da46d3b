#include "own_ticket.h"

#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/text.h>

/* PRINCIPAL is "alice@KCD.TEST". */
static bool is_user(const char *principal, const char *user, const char *realm)
{
  if (strchr(user, '@'))
    return kcd_equal_nocase(principal, user);
  const char *backslash = strchr(user, '\\');
  KCD_AUTO_CHAR whole = kcd_asprintf("%s@%s", backslash ? backslash + 1 : user, realm);
  return kcd_equal_nocase(principal, whole);
}

static int refuse_other_user(const char *principal, const char *user, struct kcd_error *err)
{
  KCD_AUTO_CHAR asked = kcd_safe(user);
  KCD_AUTO_CHAR word = kcd_shell_word(principal);
  kcd_fail(err, KCD_E_USAGE, "--user-ccache holds tickets of %s, and the user to delegate is %s", principal, asked);
  kcd_error_id(err, "user-ccache-of-other-user");
  return kcd_error_next(err, "add --as %s, or give the tickets of %s", word, asked);
}

static int open_cache(const char *ccache, struct kcd_login **ret, struct kcd_error *err)
{
  struct kcd_login_options options = {.ccache = ccache};
  return kcd_login_open(&options, ret, err);
}

static int take_given(const struct kcd_options *options, const char *user, const char *realm, char **ret,
                      struct kcd_error *err)
{
  KCD_AUTO(kcd_login) given = NULL;
  if (open_cache(options->user_ccache, &given, err) != 0) {
    KCD_AUTO_CHAR cache = kcd_shell_word(options->user_ccache);
    KCD_AUTO_CHAR word = kcd_shell_word(user);
    kcd_error_wrap(err, "--user-ccache");
    return kcd_error_next(err, "kinit -f -c %s %s", cache, word);
  }
  if (!is_user(kcd_login_principal(given), user, realm))
    return refuse_other_user(kcd_login_principal(given), user, err);
  *ret = kcd_strdup(kcd_login_ccache(given));
  return 0;
}

int kcd_own_ticket(const struct kcd_options *options, const struct kcd_login *login, const char *user,
                   const char *realm, char **ret, struct kcd_error *err)
{
  *ret = NULL;
  if (!kcd_options_ask_kdc(options) || !user)
    return 0;
  if (options->user_ccache)
    return take_given(options, user, realm, ret, err);
  KCD_AUTO(kcd_login) opened = NULL;
  struct kcd_error ignored = KCD_ERROR_INIT;
  if (!login && open_cache(options->ccache, &opened, &ignored) == 0)
    login = opened;
  if (login && is_user(kcd_login_principal(login), user, realm))
    *ret = kcd_strdup(kcd_login_ccache(login));
  return 0;
}
