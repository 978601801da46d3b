#include <kcdfix/stand_in.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/clock.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "stand_in_fields.h"
#include "words.h"

#define MARK "kcdfix stand-in "
#define DESCRIPTION_MAX ((size_t)1024) /* the attribute's rangeUpper (MS-ADA1 2.153), here of bytes */
#define FILETIME_NEVER UINT64_C(0x7fffffffffffffff)
#define RID_DOMAIN_COMPUTERS 515u /* MS-DTYP 2.4.2.4; the primary group of a new computer (MS-SAMR 3.1.1.8.1) */

/* What a KDC reads of userAccountControl before it delegates. A disabled host has a disabled stand-in, so that the
 * answer is the host's. */
#define UAC_COPIED                                                                                                     \
  (KCD_UAC_TRUSTED_FOR_DELEGATION | KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION | KCD_UAC_NOT_DELEGATED |                   \
   KCD_UAC_USE_DES_KEY_ONLY | KCD_UAC_NO_AUTH_DATA_REQUIRED | KCD_UAC_DISABLED)

/* ---- settings ---- */

/* NULL: a computer account can stand in for it. */
static const char *why_not_possible(const struct kcd_account *host)
{
  if (kcd_account_is_kdc(host))
    return "it is the account of the KDC itself";
  if (host->kind != KCD_KIND_COMPUTER && host->kind != KCD_KIND_MANAGED_SERVICE)
    return "it is no computer account";
  if (!host->has_uac)
    return "its userAccountControl cannot be read";
  return kcd_account_is_dc(host) ? "it is a domain controller" : NULL;
}

int kcd_stand_in_settings_of(const struct kcd_account *host, struct kcd_stand_in_settings *ret, struct kcd_error *err)
{
  const char *why = why_not_possible(host);
  if (why != NULL) {
    KCD_AUTO_CHAR name = kcd_account_label(host, NULL);
    kcd_fail(err, KCD_E_UNSUPPORTED, "no temporary account can stand in for %s: %s", name, why);
    kcd_error_id(err, "stand-in-not-possible");
    kcd_error_next(err, "without --stand-in or --rehearse, kcdfix predicts what the KDC answers");
    return kcd_error_on(err, host->dn, NULL);
  }
  *ret = (struct kcd_stand_in_settings){.uac = KCD_UAC_WORKSTATION | (host->uac & UAC_COPIED),
                                        .enctypes = host->has_enctypes ? host->enctypes : 0,
                                        .has_enctypes = host->has_enctypes,
                                        .expires = host->account_expires == FILETIME_NEVER ? 0 : host->account_expires};
  kcd_values_copy(&ret->list, &host->delegate_to);
  kcd_values_copy(&ret->logon_hours, &host->logon_hours);
  return 0;
}

void kcd_stand_in_settings_done(struct kcd_stand_in_settings *settings)
{
  if (settings == NULL)
    return;
  kcd_values_done(&settings->list);
  kcd_values_done(&settings->logon_hours);
  *settings = (struct kcd_stand_in_settings){0};
}

static int by_value(const void *a, const void *b)
{
  return kcd_bytes_compare(a, b);
}

/* The values in order, borrowed in a list that is owned. */
static struct kcd_bytes *sorted(const struct kcd_values *values)
{
  struct kcd_bytes *list = kcd_calloc(values->n + 1, sizeof *list);
  for (size_t i = 0; i < values->n; i++)
    list[i] = values->v[i];
  qsort(list, values->n, sizeof *list, by_value);
  return list;
}

static bool same_values(const struct kcd_values *a, const struct kcd_values *b)
{
  if (a->n != b->n)
    return false;
  struct kcd_bytes *left = sorted(a), *right = sorted(b);
  bool same = true;
  for (size_t i = 0; same && i < a->n; i++)
    same = kcd_bytes_equal(&left[i], &right[i]);
  free(left);
  free(right);
  return same;
}

bool kcd_stand_in_settings_equal(const struct kcd_stand_in_settings *a, const struct kcd_stand_in_settings *b)
{
  return a->uac == b->uac && a->has_enctypes == b->has_enctypes && a->enctypes == b->enctypes &&
         a->expires == b->expires && same_values(&a->logon_hours, &b->logon_hours) && same_values(&a->list, &b->list);
}

bool kcd_stand_in_needs_privilege(const struct kcd_stand_in_settings *settings)
{
  return settings->list.n > 0 ||
         (settings->uac & (KCD_UAC_TRUSTED_FOR_DELEGATION | KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION)) != 0;
}

/* ---- what stands in the account ---- */

int kcd_stand_in_nonce_parse(const char *text, uint8_t ret[KCD_STAND_IN_NONCE])
{
  const size_t digits = 2 * (size_t)KCD_STAND_IN_NONCE;
  struct kcd_bytes bytes = {0};
  if (strlen(text) != digits || strspn(text, "0123456789abcdef") != digits || kcd_hex_decode(text, &bytes) != 0)
    return -1;
  memcpy(ret, bytes.data, KCD_STAND_IN_NONCE);
  kcd_bytes_done(&bytes);
  return 0;
}

bool kcd_stand_in_is_name(const char *name)
{
  return name != NULL && strncmp(name, KCD_STAND_IN_PREFIX, strlen(KCD_STAND_IN_PREFIX)) == 0;
}

char *kcd_stand_in_mark(const uint8_t nonce[KCD_STAND_IN_NONCE])
{
  KCD_AUTO_CHAR digits = kcd_hex(nonce, KCD_STAND_IN_NONCE);
  return kcd_asprintf(MARK "%s", digits);
}

int kcd_stand_in_mark_parse(const char *description, uint8_t ret[KCD_STAND_IN_NONCE])
{
  if (description == NULL || strncmp(description, MARK, strlen(MARK)) != 0)
    return -1;
  const char *digits = description + strlen(MARK);
  KCD_AUTO_CHAR word = kcd_strndup(digits, strcspn(digits, " "));
  return kcd_stand_in_nonce_parse(word, ret);
}

char *kcd_stand_in_description(const uint8_t nonce[KCD_STAND_IN_NONCE], const char *host, const char *by, time_t until,
                               const char *reason)
{
  KCD_AUTO_CHAR mark = kcd_stand_in_mark(nonce);
  KCD_AUTO_CHAR time = kcd_time_people(until);
  char *text = kcd_sentence("%s temporary account with the delegation settings of %s, made by %s, of no use after %s, "
                            "may be deleted",
                            mark, host, by, time);
  const size_t len = strlen(text) + strlen(": ");
  if (reason == NULL || reason[0] == '\0' || len >= DESCRIPTION_MAX)
    return text;
  KCD_AUTO_CHAR head = text;
  char shown[DESCRIPTION_MAX];
  kcd_safe_into(shown, DESCRIPTION_MAX - len + 1, reason);
  return kcd_asprintf("%s: %s", head, shown);
}

char *kcd_stand_in_spn(enum kcd_flavour flavour, const uint8_t nonce[KCD_STAND_IN_NONCE])
{
  return kcd_flavour_is_samba(flavour) ? NULL : kcd_stand_in_own_spn(nonce);
}

char *kcd_stand_in_own_spn(const uint8_t nonce[KCD_STAND_IN_NONCE])
{
  KCD_AUTO_CHAR digits = kcd_hex(nonce, KCD_STAND_IN_NONCE);
  return kcd_asprintf("kcdfix/%s", digits);
}

/* The one group that every new computer is in, of the host's domain. */
static void join_domain_computers(const struct kcd_sid *host_sid, struct kcd_account *account)
{
  struct kcd_sid group = *host_sid;
  account->primary_group_rid = RID_DOMAIN_COMPUTERS;
  if (group.revision == 0 || group.count == 0)
    return;
  group.sub[group.count - 1] = RID_DOMAIN_COMPUTERS;
  account->token = kcd_calloc(1, sizeof *account->token);
  account->token[account->n_token++] = group;
}

void kcd_stand_in_account(const struct kcd_account *host, const struct kcd_stand_in_settings *settings,
                          const char *name, const char *spn, struct kcd_account *ret)
{
  *ret = (struct kcd_account){.sam_account_name = kcd_strdup(name),
                              .kind = KCD_KIND_COMPUTER,
                              .uac = settings->uac,
                              .has_uac = true,
                              .enctypes = settings->enctypes,
                              .has_enctypes = settings->has_enctypes,
                              .account_expires = settings->expires,
                              .protected_user = KCD_NO,
                              .has_keys = KCD_YES};
  kcd_values_copy(&ret->delegate_to, &settings->list);
  kcd_values_copy(&ret->logon_hours, &settings->logon_hours);
  if (spn != NULL)
    kcd_values_add_text(&ret->spns, spn);
  join_domain_computers(&host->sid, ret);
}
