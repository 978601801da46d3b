/* What the answers to a stand-in say about its host: the rules are asked for both, and every difference is named. */
#include <stdlib.h>

#include <kcdfix/predict.h>
#include <kcdfix/rbcd.h>
#include <kcdfix/stand_in.h>

#include "words.h"

/* Host and stand-in side by side, for one pair. */
struct pair {
  const struct kcd_facts *facts;    /* of the host */
  const struct kcd_facts *stand_in; /* the same with the stand-in in its place */
  struct kcd_situation host_situation, stand_in_situation;
  const char *host; /* short name; not terminal-safe */
};

/* What of a situation the sentences below speak of; an SPN only where the KDC asks for one. */
static uint64_t spoken_of(enum kcd_flavour flavour)
{
  return KCD_BIT(KCD_C_RBCD_GRANTS) | KCD_BIT(KCD_C_HOST_PROTECTED) | KCD_BIT(KCD_C_HOST_LOCKED) |
         (kcd_flavour_is_samba(flavour) ? 0 : KCD_BIT(KCD_C_HOST_HAS_SPN));
}

/* The first step that the rules decide otherwise; NULL: they decide all alike. */
static const char *first_difference(const struct kcd_situation *a, const struct kcd_situation *b)
{
  struct kcd_prediction left, right;
  kcd_predict(a, &left);
  kcd_predict(b, &right);
  const struct {
    const char *name;
    const struct kcd_predicted *left, *right;
  } steps[] = {{"its own TGT", &left.as, &right.as},
               {"S4U2Self", &left.s4u2self, &right.s4u2self},
               {"S4U2Proxy", &left.s4u2proxy, &right.s4u2proxy},
               {"S4U2Proxy with the user's own ticket", &left.user_ticket, &right.user_ticket}};
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
    if (!kcd_answer_agrees(&steps[i].left->answer, &steps[i].right->answer))
      return steps[i].name;
  return NULL;
}

/* Takes SENTENCE. */
static void add(struct kcd_stand_in_limits *limits, char *sentence)
{
  limits->sentences = kcd_reallocarray(limits->sentences, limits->n + 1, sizeof *limits->sentences);
  limits->sentences[limits->n++] = sentence;
}

/* Takes SENTENCE, which is about something that the rules know: where all is covered, it does not count here. */
static void add_difference(struct kcd_stand_in_limits *limits, char *sentence)
{
  KCD_AUTO_CHAR words = sentence;
  add(limits, limits->covers ? kcd_asprintf("%s; here that makes no difference", words) : KCD_TAKE(words));
}

/* ---- the descriptor of the target ---- */

/* The entry with this effect that names the host, or a group of it, and not the stand-in; NULL: there is none. */
static const struct kcd_rbcd_entry *entry_for_host_alone(const struct kcd_rbcd *host, const struct kcd_rbcd *stand_in,
                                                         enum kcd_rbcd_effect effect)
{
  for (size_t i = 0; i < host->n; i++)
    if (host->entries[i].effect == effect && host->entries[i].is_host && !stand_in->entries[i].is_host)
      return &host->entries[i];
  return NULL;
}

static char *entry_sentence(const struct pair *pair, const char *target, bool grants,
                            const struct kcd_rbcd_entry *entry)
{
  const char *does = grants ? "lets" : "keeps", *way = grants ? "in" : "out";
  if (entry == NULL)
    return kcd_sentence("%s %s %s %s by its resource-based entries, and a stand-in not", target, does, pair->host, way);
  if (kcd_sid_equal(&entry->sid, &pair->facts->host->sid))
    return kcd_sentence("%s %s %s %s by a resource-based entry, which names its SID: a stand-in has another one",
                        target, does, pair->host, way);
  return kcd_sentence("%s %s %s %s by a resource-based entry for %s: a stand-in is not in that group", target, does,
                      pair->host, way, entry->name);
}

static void compare_descriptor(const struct pair *pair, struct kcd_stand_in_limits *limits)
{
  const struct kcd_account *target = kcd_target_served(pair->facts->target);
  KCD_AUTO_VALUE(kcd_rbcd) host = {0};
  KCD_AUTO_VALUE(kcd_rbcd) stand_in = {0};
  kcd_rbcd_read(pair->facts, target, pair->facts->host, &host);
  kcd_rbcd_read(pair->stand_in, target, pair->stand_in->host, &stand_in);
  if (host.grants == stand_in.grants)
    return;
  KCD_AUTO_CHAR name = kcd_account_label(target, pair->facts->target->spn.host);
  const enum kcd_rbcd_effect effect = host.grants ? KCD_RBCD_ACCEPTS : KCD_RBCD_DENIES;
  add_difference(limits, entry_sentence(pair, name, host.grants, entry_for_host_alone(&host, &stand_in, effect)));
}

/* ---- the account ---- */

static void compare_groups(const struct pair *pair, struct kcd_stand_in_limits *limits)
{
  if (pair->facts->host->protected_user == KCD_YES)
    add_difference(limits, kcd_sentence("%s is in Protected Users: a stand-in is not", pair->host));
  if (pair->facts->host->protected_user == KCD_UNKNOWN)
    add(limits, kcd_sentence("whether %s is in Protected Users cannot be read: a stand-in is not", pair->host));
}

static void compare_state(const struct pair *pair, struct kcd_stand_in_limits *limits)
{
  const struct kcd_account *host = pair->facts->host;
  const uint64_t locked = KCD_BIT(KCD_C_HOST_LOCKED);
  if (host->has_auth_policy)
    add(limits, kcd_sentence("an authentication policy or silo is bound to %s: a stand-in has none", pair->host));
  if ((pair->host_situation.bits & locked) != 0)
    add_difference(limits, kcd_sentence("%s is locked: a stand-in is not", pair->host));
  if (kcd_account_has_no_keys(host))
    add(limits, kcd_sentence("%s never had a password, and so gets no ticket at all: a stand-in has one", pair->host));
  if (host->kind == KCD_KIND_MANAGED_SERVICE)
    add(limits, kcd_sentence("%s is a managed service account, and a stand-in a computer: no KDC tells them apart here",
                             pair->host));
}

static void compare_spn(const struct pair *pair, struct kcd_stand_in_limits *limits)
{
  const bool host_has = pair->facts->host->spns.n > 0, stand_in_has = pair->stand_in->host->spns.n > 0;
  if (kcd_flavour_is_samba(pair->host_situation.flavour) || (host_has && stand_in_has))
    return;
  if (!host_has && !stand_in_has)
    add(limits, kcd_sentence("%s has no SPN, and so its stand-in has none: a Windows KDC refuses both", pair->host));
  else
    add_difference(limits, kcd_sentence(host_has ? "%s has an SPN, and its stand-in none: a Windows KDC asks for one"
                                                 : "%s has no SPN, and its stand-in one: a Windows KDC asks for one",
                                        pair->host));
}

/* Where the rules differ for a reason that no sentence names. */
static void compare_rest(const struct pair *pair, struct kcd_stand_in_limits *limits)
{
  const uint64_t known = spoken_of(pair->host_situation.flavour);
  struct kcd_situation rest = pair->stand_in_situation;
  rest.bits = (rest.bits & ~known) | (pair->host_situation.bits & known);
  const char *step = first_difference(&pair->host_situation, &rest);
  if (step != NULL)
    add(limits, kcd_sentence("a KDC would answer %s otherwise than its stand-in, first at %s: their settings differ",
                             pair->host, step));
}

void kcd_stand_in_limits(const struct kcd_facts *facts, enum kcd_flavour flavour, const struct kcd_account *stand_in,
                         struct kcd_stand_in_limits *ret)
{
  struct kcd_facts in_place = *facts;
  in_place.host = stand_in;
  KCD_AUTO_CHAR name = kcd_account_label(facts->host, facts->host_operand);
  struct pair pair = {.facts = facts, .stand_in = &in_place, .host = name};
  kcd_situation_of(facts, flavour, &pair.host_situation);
  kcd_situation_of(&in_place, flavour, &pair.stand_in_situation);
  *ret = (struct kcd_stand_in_limits){0};
  ret->covers = first_difference(&pair.host_situation, &pair.stand_in_situation) == NULL &&
                !facts->host->has_auth_policy && !kcd_account_has_no_keys(facts->host);
  compare_descriptor(&pair, ret);
  compare_groups(&pair, ret);
  compare_state(&pair, ret);
  compare_spn(&pair, ret);
  compare_rest(&pair, ret);
}

void kcd_stand_in_limits_done(struct kcd_stand_in_limits *limits)
{
  if (limits == NULL)
    return;
  kcd_free_texts(limits->sentences, limits->n);
  *limits = (struct kcd_stand_in_limits){0};
}
