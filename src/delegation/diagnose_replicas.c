/* Where the domain controllers do not agree about the pair: which one lacks what, and what its KDC answers with that.
 */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/clock.h>
#include <kcdfix/replicas.h>

#include "case.h"
#include "words.h"

/* The pair as the other DC has it: shallow copies of what was read here, with what differs there put in. */
struct elsewhere {
  struct kcd_account host, user, owner;
  struct kcd_target target;
  struct kcd_spn_owner *owners;
  struct kcd_facts facts;
};

static void elsewhere_done(struct elsewhere *there)
{
  free(there->owners);
}

static struct kcd_account as_there(const struct kcd_account *here, const struct kcd_copy *copy)
{
  struct kcd_account there = *here;
  there.uac = copy->account.uac;
  there.delegate_to = copy->account.delegate_to;
  there.rbcd = copy->account.rbcd;
  return there;
}

static const struct kcd_copy *copy_of(const struct kcd_replica *replica, const struct kcd_account *account)
{
  return account == NULL ? NULL : kcd_replica_copy(replica, account->guid);
}

static bool is_missing(const struct kcd_copy *copy)
{
  return copy != NULL && !copy->there;
}

static void put_target(const struct kcd_case *c, const struct kcd_copy *copy, struct elsewhere *there)
{
  const struct kcd_target *target = c->facts->target;
  there->target = *target;
  there->owner = as_there(c->target, copy);
  there->owners = kcd_calloc(target->n_owners + 1, sizeof *there->owners);
  for (size_t i = 0; i < target->n_owners; i++) {
    there->owners[i] = target->owners[i];
    if (target->owners[i].account == c->target)
      there->owners[i].account = &there->owner;
  }
  there->target.owners = there->owners;
  if (target->named == c->target)
    there->target.named = &there->owner;
  there->facts.target = &there->target;
}

/* What the KDC of that DC answers, by the rules of this one. */
static enum kcd_verdict verdict_there(const struct kcd_case *c, const struct kcd_replica *replica)
{
  const struct kcd_copy *host = copy_of(replica, c->facts->host), *user = copy_of(replica, c->facts->user);
  const struct kcd_copy *target = copy_of(replica, c->target);
  if (c->facts->host == NULL || is_missing(host) || is_missing(user) || is_missing(target))
    return KCD_FAILS;
  __attribute__((cleanup(elsewhere_done))) struct elsewhere there = {.facts = *c->facts};
  if (host != NULL) {
    there.host = as_there(c->facts->host, host);
    there.facts.host = &there.host;
  }
  if (user != NULL) {
    there.user = as_there(c->facts->user, user);
    there.facts.user = &there.user;
  }
  if (target != NULL)
    put_target(c, target, &there);
  struct kcd_situation situation;
  struct kcd_prediction prediction;
  kcd_situation_of(&there.facts, c->flavour, &situation);
  kcd_predict(&situation, &prediction);
  return prediction.s4u2proxy.answer.outcome == KCD_TICKET ? KCD_WORKS : KCD_FAILS;
}

/* One object of the pair. WHAT says which ("the user"). */
struct compared {
  const char *name, *what;
  const struct kcd_account *here;
  const struct kcd_copy *there;
  enum kcd_standing standing;
};

static struct compared compare(const struct kcd_replica *replica, const struct kcd_account *here, const char *name,
                               const char *what)
{
  const struct kcd_copy *copy = copy_of(replica, here);
  return (struct compared){.name = name,
                           .what = what,
                           .here = here,
                           .there = copy,
                           .standing = copy == NULL ? KCD_STANDS_SAME : kcd_copy_standing(here, copy)};
}

static const char *standing_words(enum kcd_standing standing)
{
  switch (standing) {
  case KCD_STANDS_BEHIND:
    return "is behind";
  case KCD_STANDS_AHEAD:
    return "is ahead";
  case KCD_STANDS_SAME:
  case KCD_STANDS_APART:
    break;
  }
  return "has other values";
}

static void say(struct kcd_finding *f, const struct kcd_case *c, const struct kcd_replica *replica,
                const struct compared *object, enum kcd_verdict verdict)
{
  const char *dc = replica->dc->name;
  KCD_AUTO_CHAR site = replica->dc->site == NULL ? kcd_strdup("") : kcd_asprintf(" (site %s)", replica->dc->site);
  const char *then = verdict == KCD_WORKS ? "gives the ticket" : "refuses";
  if (!object->there->there) {
    kcd_finding_say(f, "%s%s does not have %s yet, so its KDC refuses.", dc, site, object->name);
  } else if (strcmp(object->what, "host") == 0) {
    KCD_AUTO_CHAR there = kcd_delegation_state(&object->there->account);
    KCD_AUTO_CHAR here = kcd_delegation_state(object->here);
    kcd_finding_say(f, "%s%s %s: there %s has %s; on %s %s. The KDC of %s %s.", dc, site,
                    standing_words(object->standing), object->name, there, c->facts->dc->name, here, dc, then);
  } else {
    kcd_finding_say(f,
                    "%s%s %s: the account of the %s, %s, has other settings there than on %s. The KDC of %s "
                    "%s.",
                    dc, site, standing_words(object->standing), object->what, object->name, c->facts->dc->name, dc,
                    then);
  }
}

/* The keys of both sides: what this finding is about, and the same on the DC that the check was made with. */
struct keys {
  const char *uac, *list, *rbcd, *changed;
};

static void add_side(struct kcd_finding *f, const struct keys *keys, const struct kcd_account *account)
{
  kcd_finding_uint(f, keys->uac, account->uac);
  kcd_finding_values(f, keys->list, &account->delegate_to);
  if (account->rbcd.len > 0) {
    struct kcd_values one = {.v = (struct kcd_bytes *)&account->rbcd, .n = 1};
    kcd_finding_values(f, keys->rbcd, &one);
  }
  time_t uac = account->uac_meta.originating_time, list = account->list_meta.originating_time;
  KCD_AUTO_CHAR changed = kcd_time_rfc3339(uac > list ? uac : list);
  kcd_finding_text(f, keys->changed, changed);
}

static void add_evidence(struct kcd_finding *f, const struct kcd_case *c, const struct kcd_replica *replica,
                         const struct compared *object)
{
  static const struct keys there = {"userAccountControl", "msDS-AllowedToDelegateTo",
                                    "msDS-AllowedToActOnBehalfOfOtherIdentity", "changed"};
  static const struct keys here = {"compared_userAccountControl", "compared_msDS-AllowedToDelegateTo",
                                   "compared_msDS-AllowedToActOnBehalfOfOtherIdentity", "compared_changed"};
  kcd_finding_text(f, "dc", replica->dc->name);
  kcd_finding_text(f, "site", replica->dc->site == NULL ? "unknown" : replica->dc->site);
  kcd_finding_text(f, "standing", kcd_standing_name(object->standing));
  if (object->there->there)
    add_side(f, &there, &object->there->account);
  kcd_finding_text(f, "compared_dc", c->facts->dc->name);
  add_side(f, &here, object->here);
}

static void differs(struct kcd_case *c, const struct kcd_replica *replica, const struct compared *object)
{
  enum kcd_verdict there = verdict_there(c, replica);
  bool same = there == c->judgement->verdict;
  struct kcd_finding *f =
      kcd_case_add(c, KCD_F_CHANGE_NOT_REPLICATED, same ? KCD_WARNING : KCD_FAULT, object->here->dn);
  say(f, c, replica, object, there);
  add_evidence(f, c, replica, object);
  const char *here = c->facts->dc->name, *other = replica->dc->name;
  bool ahead = object->standing == KCD_STANDS_AHEAD;
  if (c->facts->dc->domain_nc != NULL)
    kcd_finding_command(f, kcd_replicate_command(c->facts->dc, ahead ? here : other, ahead ? other : here));
}

/* One finding for each DC that differs: about the first object that does, the host before the others. */
static void compare_one(struct kcd_case *c, const struct kcd_replica *replica)
{
  const struct compared objects[] = {
      compare(replica, c->facts->host, c->host_name, "host"),
      compare(replica, c->target, c->target_name, "target"),
      compare(replica, c->facts->user, c->user_name, "user"),
  };
  for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++)
    if (objects[i].standing != KCD_STANDS_SAME) {
      differs(c, replica, &objects[i]);
      return;
    }
}

void kcd_diagnose_replicas(struct kcd_case *c)
{
  const struct kcd_replicas *replicas = c->facts->replicas;
  for (size_t i = 0; replicas != NULL && i < replicas->n; i++)
    if (replicas->v[i].reached)
      compare_one(c, &replicas->v[i]);
}
