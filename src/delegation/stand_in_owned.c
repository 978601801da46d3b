/* Whether an account is one that kcdfix made and that nobody needs any more. Every doubt keeps it. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

#include "stand_in_fields.h"
#include "words.h"

#define CLOCK_ROUNDING 2 /* seconds: whenCreated has no fraction, and the DC's clock was read a moment before */
#define CLOCK_SLACK 5    /* seconds by which the DC's clock may be misjudged */

#define RID_ADMINISTRATORS 544u /* MS-DTYP 2.4.2.4, as the two below */
#define RID_DOMAIN_ADMINS 512u
#define RID_ENTERPRISE_ADMINS 519u

void kcd_stand_in_found_done(struct kcd_stand_in_found *found)
{
  if (found == NULL)
    return;
  free(found->dn);
  free(found->name);
  free(found->description);
  kcd_values_done(&found->spns);
  *found = (struct kcd_stand_in_found){0};
}

static const char *name_of(const struct kcd_stand_in_found *found)
{
  if (found->name != NULL)
    return found->name;
  return found->dn == NULL ? "the account" : found->dn;
}

/* The first SPN that is not the one that this nonce gives; NULL: there is none. Borrowed. */
static const struct kcd_bytes *foreign_spn(const struct kcd_stand_in_found *found,
                                           const uint8_t nonce[KCD_STAND_IN_NONCE])
{
  KCD_AUTO_CHAR own = kcd_stand_in_own_spn(nonce);
  for (size_t i = 0; i < found->spns.n; i++) {
    const struct kcd_bytes *spn = &found->spns.v[i];
    if (spn->len != strlen(own) || memcmp(spn->data, own, spn->len) != 0)
      return spn;
  }
  return NULL;
}

/* What speaks against any stand-in; NULL: nothing. Owned. */
static char *why_in_use(const struct kcd_stand_in_found *found, const uint8_t nonce[KCD_STAND_IN_NONCE])
{
  if (!kcd_stand_in_is_name(found->name))
    return kcd_sentence("%s has a name that does not begin with " KCD_STAND_IN_PREFIX, name_of(found));
  const struct kcd_bytes *spn = foreign_spn(found, nonce);
  if (spn != NULL)
    return kcd_sentence("%s has a service principal name that kcdfix did not give it, %s", name_of(found),
                        spn->data == NULL ? "" : (const char *)spn->data);
  if (found->has_children)
    return kcd_sentence("%s has objects below it", name_of(found));
  if (found->created == 0)
    return kcd_sentence("%s does not show when it was created", name_of(found));
  return NULL;
}

static char *why_another(const struct kcd_stand_in_found *found, const struct kcd_stand_in_record *record)
{
  uint8_t nonce[KCD_STAND_IN_NONCE];
  if (record->has_guid && memcmp(found->guid, record->guid, sizeof found->guid) != 0)
    return kcd_sentence("%s has another objectGUID than the account of the record: it is another object of that name",
                        name_of(found));
  if (kcd_stand_in_mark_parse(found->description, nonce) != 0)
    return kcd_sentence("the description of %s does not begin with the mark of a stand-in", name_of(found));
  if (memcmp(nonce, record->nonce, sizeof nonce) != 0)
    return kcd_sentence("the mark in the description of %s is that of another stand-in", name_of(found));
  char *why = why_in_use(found, nonce);
  if (why != NULL)
    return why;
  if (record->dc_time == 0)
    return kcd_sentence("the record does not say when %s was to be made", name_of(found));
  if (found->created < record->dc_time - CLOCK_ROUNDING)
    return kcd_sentence("%s was created before the record was written", name_of(found));
  return NULL;
}

/* An unknown domain has no groups: what kcd_sid_child makes of it equals no owner that was read. */
static bool is_of_domain(const struct kcd_sid *owner, const struct kcd_sid *domain, uint32_t rid)
{
  struct kcd_sid group;
  return kcd_sid_child(domain, rid, &group) == 0 && kcd_sid_equal(owner, &group);
}

/* OWNER is a SID that was read, so that it equals no unknown caller. */
static bool may_own(const struct kcd_sid *owner, const struct kcd_sid *caller, const struct kcd_sid *domain)
{
  const struct kcd_sid administrators = {.revision = 1, .count = 2, .authority = 5, .sub = {32, RID_ADMINISTRATORS}};
  return kcd_sid_equal(owner, caller) || kcd_sid_equal(owner, &administrators) ||
         is_of_domain(owner, domain, RID_DOMAIN_ADMINS) || is_of_domain(owner, domain, RID_ENTERPRISE_ADMINS);
}

/* Whether its DN begins as kcdfix makes it: an account that was only renamed keeps the one that it had. */
static bool has_own_dn(const struct kcd_stand_in_found *found)
{
  KCD_AUTO_CHAR short_name = kcd_strndup(found->name, strcspn(found->name, "$"));
  KCD_AUTO_CHAR rdn = kcd_asprintf("CN=%s,", short_name);
  return found->dn != NULL && kcd_starts_nocase(found->dn, rdn);
}

static char *why_kept(const struct kcd_stand_in_found *found, time_t now, const struct kcd_sid *caller,
                      const struct kcd_sid *domain)
{
  uint8_t nonce[KCD_STAND_IN_NONCE];
  char sid[KCD_SID_TEXT_MAX];
  if (kcd_stand_in_mark_parse(found->description, nonce) != 0)
    return kcd_sentence("the description of %s does not begin with the mark of a stand-in", name_of(found));
  char *why = why_in_use(found, nonce);
  if (why != NULL)
    return why;
  if (!has_own_dn(found))
    return kcd_sentence("%s is %s, a name that kcdfix did not give it", name_of(found),
                        found->dn == NULL ? "without DN" : found->dn);
  if (found->created > now - KCD_STAND_IN_OLD)
    return kcd_sentence("%s is younger than an hour: another run may be using it", name_of(found));
  if (!found->has_owner || found->owner.revision == 0)
    return kcd_sentence("the owner of %s cannot be read", name_of(found));
  if (!may_own(&found->owner, caller, domain))
    return kcd_sentence("%s belongs to %s, neither to you nor to an administrators' group of the domain",
                        name_of(found), kcd_sid_text(&found->owner, sid));
  return NULL;
}

bool kcd_stand_in_is_recorded(const struct kcd_stand_in_found *found, const struct kcd_stand_in_record *record,
                              char **ret_why)
{
  *ret_why = why_another(found, record);
  return *ret_why == NULL;
}

/* A clock that was set meanwhile makes a stand-in look older than its record, but takes no nonce from it. */
bool kcd_stand_in_had_name_first(const struct kcd_stand_in_found *found, const struct kcd_stand_in_record *record)
{
  uint8_t nonce[KCD_STAND_IN_NONCE];
  if (record->has_guid || found->created == 0 || found->created + CLOCK_SLACK >= record->dc_time)
    return false;
  return kcd_stand_in_mark_parse(found->description, nonce) != 0 || memcmp(nonce, record->nonce, sizeof nonce) != 0;
}

bool kcd_stand_in_is_abandoned(const struct kcd_stand_in_found *found, time_t now, const struct kcd_sid *caller,
                               const struct kcd_sid *domain, char **ret_why)
{
  *ret_why = why_kept(found, now, caller, domain);
  return *ret_why == NULL;
}
