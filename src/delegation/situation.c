/* situation.c - from facts to the conditions that the rule table speaks of. */
#include <kcdfix/predict.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/rbcd.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#define LEVEL_2012_R2 6u /* the first level with Protected Users (MS-KILE 3.3.5.1) */

static uint64_t bit_if(bool holds, enum kcd_condition condition)
{
  return holds ? KCD_BIT(condition) : 0;
}

static bool is_heimdal(enum kcd_flavour flavour)
{
  return flavour == KCD_FLAVOUR_SAMBA_417 || flavour == KCD_FLAVOUR_SAMBA_419;
}

static bool has_uac(const struct kcd_account *account, uint32_t flag)
{
  return (account->uac & flag) != 0;
}

/* Types that a KDC of today seals with: RC4, AES128, AES256 (MS-KILE 2.2.7). 0 and absent mean the KDC's default. */
#define ENCTYPES_IN_USE 0x1Cu

static bool has_no_enctype(const struct kcd_account *account)
{
  return has_uac(account, KCD_UAC_USE_DES_KEY_ONLY) ||
         (account->has_enctypes && account->enctypes != 0 && (account->enctypes & ENCTYPES_IN_USE) == 0);
}

static bool is_locked(const struct kcd_account *account)
{
  return (account->uac_computed & KCD_UAC_LOCKED) != 0;
}

/* A Windows DC of 2012 knows the group but does nothing for it. The level says so only where the DC is a Windows DC and
 * it is its own rules that are asked for. */
static bool is_protected(const struct kcd_account *account, const struct kcd_dc *dc, enum kcd_flavour flavour)
{
  bool too_old = dc != NULL && !kcd_flavour_is_samba(flavour) && !kcd_flavour_is_samba(dc->flavour) &&
                 dc->dc_level > 0 && dc->dc_level < LEVEL_2012_R2;
  return account->protected_user == KCD_YES && !too_old;
}

static uint64_t host_bits(const struct kcd_facts *facts, enum kcd_flavour flavour)
{
  const struct kcd_account *host = facts->host;
  bool computer = host->kind == KCD_KIND_COMPUTER || host->kind == KCD_KIND_MANAGED_SERVICE;
  return bit_if(!kcd_account_is_enabled(host), KCD_C_HOST_DISABLED) | bit_if(is_locked(host), KCD_C_HOST_LOCKED) |
         bit_if(kcd_account_is_expired(host, facts->now), KCD_C_HOST_EXPIRED) |
         bit_if(kcd_account_must_change_password(host), KCD_C_HOST_MUST_CHANGE) |
         bit_if(host->spns.n > 0, KCD_C_HOST_HAS_SPN) | bit_if(computer, KCD_C_HOST_COMPUTER) |
         bit_if(has_uac(host, KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION), KCD_C_HOST_TRANSITION) |
         bit_if(has_uac(host, KCD_UAC_TRUSTED_FOR_DELEGATION), KCD_C_HOST_UNCONSTRAINED) |
         bit_if(has_uac(host, KCD_UAC_NOT_DELEGATED), KCD_C_HOST_SENSITIVE) |
         bit_if(is_protected(host, facts->dc, flavour), KCD_C_HOST_PROTECTED) |
         bit_if(has_uac(host, KCD_UAC_USE_DES_KEY_ONLY), KCD_C_HOST_DES_ONLY) |
         bit_if(has_no_enctype(host), KCD_C_HOST_NO_ETYPE) |
         bit_if(facts->krbtgt != NULL && has_uac(facts->krbtgt, KCD_UAC_NOT_DELEGATED), KCD_C_TGT_NOT_FORWARDABLE);
}

static uint64_t user_bits(const struct kcd_facts *facts, enum kcd_flavour flavour)
{
  const struct kcd_account *user = facts->user;
  if (facts->user_realm != NULL)
    return KCD_BIT(KCD_C_USER_FOREIGN);
  if (user == NULL) /* where nobody was asked for, an ordinary user is assumed */
    return bit_if(facts->user_operand != NULL, KCD_C_USER_UNKNOWN);
  return bit_if(!kcd_account_is_enabled(user), KCD_C_USER_DISABLED) | bit_if(is_locked(user), KCD_C_USER_LOCKED) |
         bit_if(kcd_account_is_expired(user, facts->now), KCD_C_USER_EXPIRED) |
         bit_if(kcd_account_must_change_password(user), KCD_C_USER_MUST_CHANGE) |
         bit_if(has_uac(user, KCD_UAC_NOT_DELEGATED), KCD_C_USER_SENSITIVE) |
         bit_if(is_protected(user, facts->dc, flavour), KCD_C_USER_PROTECTED);
}

bool kcd_list_matches(const struct kcd_values *list, const char *spn)
{
  size_t len = strlen(spn);
  for (size_t i = 0; i < list->n; i++)
    if (list->v[i].len == len && kcd_equal_nocase_n((const char *)list->v[i].data, spn, len))
      return true;
  return false;
}

static uint64_t list_bits(const struct kcd_facts *facts, enum kcd_flavour flavour)
{
  const struct kcd_values *list = &facts->host->delegate_to;
  KCD_AUTO_CHAR escaped = kcd_spn_heimdal_escaped(facts->target->spn.text);
  bool escaped_listed = kcd_list_matches(list, escaped);
  bool listed = is_heimdal(flavour) ? escaped_listed : kcd_list_matches(list, facts->target->spn.text);
  bool blank_unlisted = facts->target->spn.has_blank && facts->target->escaped_form_owned && !escaped_listed;
  return bit_if(list->n > 0, KCD_C_LIST_NONEMPTY) | bit_if(listed, KCD_C_SPN_LISTED) |
         bit_if(blank_unlisted, KCD_C_SPN_BLANK_UNLISTED);
}

/* krbtgt/REALM has no servicePrincipalName: KDCs know it by heart, and by exact case. */
static bool is_own_krbtgt(const struct kcd_spn *spn, const struct kcd_dc *dc)
{
  if (strcmp(spn->service_class, "krbtgt") != 0)
    return false;
  return dc == NULL || dc->realm == NULL || kcd_equal_nocase(spn->host, dc->realm) || !spn->host_is_fqdn;
}

/* A direct owner ends the KDC's search; the mapped class is looked for only without one. Samba's search for host/ also
 * finds the computer of that name, whatever SPNs it has. */
static bool is_duplicate(const struct kcd_target *target, enum kcd_flavour flavour)
{
  const struct kcd_account *first = kcd_target_account(target);
  bool direct = target->n_owners > 0 && target->owners[0].direct;
  bool by_host = !direct || kcd_equal_nocase(target->spn.service_class, "host");
  if (kcd_flavour_is_samba(flavour) && by_host && first != NULL && target->named != NULL && target->named != first)
    return true;
  for (size_t i = 0; i < target->n_owners; i++)
    if (target->owners[i].direct == direct && target->owners[i].account != first)
      return true;
  return false;
}

static uint64_t spn_bits(const struct kcd_target *target, enum kcd_flavour flavour)
{
  bool escaped_found = is_heimdal(flavour) && target->escaped_form_owned;
  bool unknown = target->n_owners == 0 && !escaped_found && target->foreign_domain == NULL;
  return bit_if(unknown, KCD_C_SPN_UNKNOWN) | bit_if(unknown && target->named != NULL, KCD_C_SPN_BY_NAME) |
         bit_if(is_duplicate(target, flavour), KCD_C_SPN_DUPLICATE) |
         bit_if(target->spn.has_blank && !target->escaped_form_owned, KCD_C_SPN_BLANK);
}

static uint64_t target_bits(const struct kcd_facts *facts)
{
  const struct kcd_account *target = kcd_target_served(facts->target);
  if (target == NULL)
    return bit_if(facts->target->foreign_domain != NULL, KCD_C_TARGET_OTHER_DOMAIN);
  bool foreign = facts->dc != NULL && facts->dc->domain_sid.revision != 0 && target->sid.revision != 0 &&
                 !kcd_sid_in_domain(&target->sid, &facts->dc->domain_sid);
  return bit_if(kcd_account_has_no_keys(target), KCD_C_TARGET_NO_KEYS) |
         bit_if(has_no_enctype(target), KCD_C_TARGET_NO_ETYPE) |
         bit_if(has_uac(target, KCD_UAC_NO_AUTH_DATA_REQUIRED), KCD_C_TARGET_NO_AUTH_DATA) |
         bit_if(!kcd_account_is_enabled(target), KCD_C_TARGET_DISABLED) |
         bit_if(is_locked(target), KCD_C_TARGET_LOCKED) |
         bit_if(has_uac(target, KCD_UAC_NOT_DELEGATED), KCD_C_TARGET_SENSITIVE) |
         bit_if(foreign, KCD_C_TARGET_OTHER_DOMAIN) | bit_if(kcd_rbcd_grants(target, facts->host), KCD_C_RBCD_GRANTS);
}

void kcd_situation_of(const struct kcd_facts *facts, enum kcd_flavour flavour, struct kcd_situation *ret)
{
  uint64_t bits = host_bits(facts, flavour) | user_bits(facts, flavour) | list_bits(facts, flavour);
  if (is_own_krbtgt(&facts->target->spn, facts->dc))
    bits |= KCD_BIT(KCD_C_TARGET_KRBTGT);
  else
    bits |= spn_bits(facts->target, flavour) | target_bits(facts);
  *ret = (struct kcd_situation){.flavour = flavour, .bits = bits};
}
