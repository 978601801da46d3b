/* pattern.h - what the answers of a KDC tell by themselves, without any directory.
 *
 * KDC_ERR_BADOPTION is one code for a dozen causes. Windows separates them by an NTSTATUS, MIT's KDC by a text, Samba's
 * not at all; but what is refused and what is granted beside it (enum kcd_purpose) tells them apart on every KDC. One
 * table, whose first matching row decides.
 */
#ifndef KCDFIX_PATTERN_H
#define KCDFIX_PATTERN_H

#include <kcdfix/findings.h>
#include <kcdfix/observe.h>

/* The causes that a pattern of answers leaves open. */
struct kcd_class {
  const char *name;               /* "protocol-transition-missing"; stable, listed in docs/JSON.md */
  const char *sentence;           /* what the answers say, for people */
  const enum kcd_finding_id *ids; /* the likeliest first */
  size_t n_ids;
};

/* The class of an observation: of the answer to the proof alone, or narrower with the controls. NULL where the probe
 * did not run to its end, so that nothing follows. Static. */
const struct kcd_class *kcd_pattern_class(const struct kcd_observation *observation);
/* The same as a word about the host of a judgement. NULL also where the answers were given to a stand-in that differs
 * from its host in anything, even if not where the verdict lies: a class is about further requests. */
const struct kcd_class *kcd_judgement_class(const struct kcd_judgement *judgement);
/* The class of that name, or NULL. Static. */
const struct kcd_class *kcd_class_by_name(const char *name);

/* The answer that decides: the last one made for the proof. NULL: nothing was asked. */
const struct kcd_exchange *kcd_deciding_exchange(const struct kcd_observation *observation);

/* The reason that the KDC itself gave for its refusal, with what it means: "STATUS_NO_MATCH: the list does not hold
 * this SPN", "none", "hidden inside the FAST armour". Terminal-safe, owned by the caller; NULL where the KDC refused
 * nothing. */
char *kcd_reason_given(const struct kcd_exchange *exchange);

#endif
