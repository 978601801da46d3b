/* The sentences of an audit. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

#include "auditing.h"
#include "case.h"
#include "words.h"

#define NAMED 3

/* "HV2$, HV3$ and 5 more"; owned. */
static char *names_of(const struct audit_group *group)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  const size_t shown = group->names.n < NAMED ? group->names.n : NAMED;
  for (size_t i = 0; i < shown; i++) {
    const char *between = i == 0 ? "" : i + 1 == group->n ? " and " : ", ";
    kcd_buf_addf(&out, "%s%s", between, (const char *)group->names.v[i].data);
  }
  if (group->n > shown)
    kcd_buf_addf(&out, " and %zu more", group->n - shown);
  return kcd_buf_take_text(&out);
}

/* The sentence of a target that many accounts reach. */
static void reaches(struct kcd_finding *f, const struct audit_group *group, const char *names, const char *what)
{
  kcd_finding_say(f, "%s may act as %s at %s, %s.", names,
                  group->anybody ? "any delegable user" : "any user who logs on there", group->about, what);
}

static void unowned(struct kcd_finding *f, const struct audit_group *group, const char *names)
{
  const char *verb = group->n == 1 ? "lists" : "list";
  if (group->about != NULL)
    kcd_finding_say(f, "%s %s a service of %s, which is disabled.", names, verb, group->about);
  else
    kcd_finding_say(f, "%s %s %s, which no account of this domain owns: whoever may write an SPN can claim it.", names,
                    verb, group->subject);
}

static void kerberos_only(struct kcd_finding *f, const struct audit_group *group, const char *names)
{
  if (group->severity == KCD_NOTE)
    kcd_finding_say(f,
                    "%s (%s) is a Hyper-V host with \"Use Kerberos only\", which fails once it runs Windows Server "
                    "2016 or later.",
                    names, group->detail);
  else
    kcd_finding_say(f, "%s is a Hyper-V host with \"Use Kerberos only\", which fails on Windows Server 2016 and later.",
                    names);
}

static void say_target(struct kcd_finding *f, const struct audit_group *group, const char *names)
{
  switch (group->id) {
  case KCD_F_TARGET_IS_DC:
    reaches(f, group, names, "a domain controller");
    break;
  case KCD_F_TARGET_IS_CA:
    reaches(f, group, names, "a certification authority");
    break;
  case KCD_F_TARGET_IS_ENTRA_SSO:
    reaches(f, group, names, "whose key signs users in to Entra ID");
    break;
  case KCD_F_RBCD_TOO_WIDE:
    kcd_finding_say(f, "%s accepts %s: every such account may act there as any delegable user.", group->about, names);
    break;
  case KCD_F_KCD_AND_RBCD_BOTH:
    kcd_finding_say(f, "%s may reach %s both by %s and by its resource-based entries.", names, group->about,
                    group->n == 1 ? "its list" : "their lists");
    break;
  case KCD_F_RBCD_ACE_DEAD:
    kcd_finding_say(f, "A resource-based entry of %s for %s has no effect: %s.", group->about,
                    names[0] == '\0' ? "nobody knows whom" : names, group->detail);
    break;
  case KCD_F_TARGET_UNSEEN:
    kcd_finding_say(f, "%s %s a service of %s, which was last seen on %s.", names, group->n == 1 ? "lists" : "list",
                    group->about, group->detail);
    break;
  default:
    break;
  }
}

static void say_own(struct kcd_finding *f, const struct audit_group *group, const char *names)
{
  const char *verb = group->n == 1 ? "lists" : "list";
  switch (group->id) {
  case KCD_F_UNCONSTRAINED_ALSO_SET:
    kcd_finding_say(f, "%s: \"Trust this computer for delegation to any service\".", names);
    break;
  case KCD_F_PROTOCOL_TRANSITION_OFF:
    kerberos_only(f, group, names);
    break;
  case KCD_F_LIST_BREAKS_RBCD:
    kcd_finding_say(f, "%s mixes \"Use Kerberos only\" with a resource-based entry on %s, which it breaks.", names,
                    group->detail);
    break;
  case KCD_F_TARGET_ETYPE_MISMATCH:
    kcd_finding_say(f, "%s speaks %s only.", names, group->detail);
    break;
  case KCD_F_WRONG_OBJECT:
    kcd_finding_say(f, "%s is the name of a cluster and lists services; only its nodes delegate.", names);
    break;
  case KCD_F_LIST_TOO_LONG:
    kcd_finding_say(f, "%s lists %s services, near what a directory holds.", names, group->detail);
    break;
  case KCD_F_DUPLICATE_SPN:
    kcd_finding_say(f, "%s %s %s, which is on two accounts: %s.", names, verb, group->subject, group->detail);
    break;
  case KCD_F_LIST_ENTRY_MALFORMED:
    kcd_finding_say(f, "%s %s \"%s\", which can never match: it %s.", names, verb, group->subject, group->detail);
    break;
  case KCD_F_STALE_TARGET_ENTRY:
    unowned(f, group, names);
    break;
  case KCD_F_KRBTGT_LISTED:
    kcd_finding_say(f, "%s %s %s, a service of the KDC itself, and can become anybody in the domain.", names, verb,
                    group->about != NULL ? group->about : group->subject);
    break;
  default:
    say_target(f, group, names);
    break;
  }
}

static char *check_command(const struct audit_group *group, const char *context)
{
  const bool prized = group->id == KCD_F_TARGET_IS_DC || group->id == KCD_F_TARGET_IS_CA ||
                      group->id == KCD_F_DUPLICATE_SPN || group->id == KCD_F_STALE_TARGET_ENTRY;
  if (!prized || group->spn == NULL || group->names.n == 0 || !kcd_is_utf8(group->spn, strlen(group->spn)))
    return NULL;
  const char *name = (const char *)group->names.v[0].data;
  const size_t len = strlen(name);
  KCD_AUTO_CHAR host = kcd_strndup(name, len > 0 && name[len - 1] == '$' ? len - 1 : len);
  return kcd_check_command(context, host, group->spn);
}

/* Where the cure is another one than in a check, which is about a single pair. */
static void remedy(struct kcd_finding *f, const struct audit_group *group, const char *context)
{
  if (group->id == KCD_F_PROTOCOL_TRANSITION_OFF) {
    KCD_AUTO_CHAR mode = kcd_asprintf("kcdfix apply%s%s --protocol-transition", context[0] == '\0' ? "" : " ", context);
    kcd_finding_remedy(f, "Set \"Use any authentication protocol\" for what the host needs: %s HOST SPN", mode);
  } else if (group->id == KCD_F_UNCONSTRAINED_ALSO_SET) {
    kcd_finding_remedy(f, "Choose \"Trust this computer for delegation to specified services only\" and list what it "
                          "needs: whoever takes over the machine has the ticket of everyone who connects to it.");
  } else if (group->id == KCD_F_TARGET_IS_DC || group->id == KCD_F_TARGET_IS_CA) {
    kcd_finding_remedy(f, "Take the entry off and let the service run on another machine; until then guard those "
                          "accounts as the target itself.");
  }
}

void audit_word(const struct audit_group *group, const char *context, struct kcd_finding *f)
{
  KCD_AUTO_CHAR names = names_of(group);
  say_own(f, group, names);
  kcd_finding_values(f, "accounts", &group->names);
  kcd_finding_uint(f, "count", group->n);
  remedy(f, group, context);
  kcd_finding_command(f, check_command(group, context));
}
