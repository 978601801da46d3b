/* pairs.h - the check itself: every host against every SPN, predicted, probed where there is a key, judged. */
#ifndef KCDFIX_CLI_PAIRS_H
#define KCDFIX_CLI_PAIRS_H

#include <kcdfix/gather.h>
#include <kcdfix/report.h>

#include "commands.h"
#include "operands.h"
#include "session.h"

/* What became of the pairs. */
struct kcd_pairs_outcome {
  int exit_status;           /* of a check: 3, 1 or 0 */
  unsigned pairs, works;     /* how many were judged; how many have the verdict works and no error finding */
  unsigned failing, unknown; /* pairs of these verdicts */
  unsigned failing_hosts;    /* hosts of the former */
  bool fixable;              /* a command mends an error of a pair */
  bool transition;           /* ... and takes --protocol-transition */
};

/* Judges all pairs of SET and adds them to REPORT. OPERANDS tells whether SPNs were given at all. Probe errors are
 * shown and counted; they do not end the check. */
void kcd_check_pairs(struct kcd_run *run, struct kcd_report *report, struct kcd_session *session,
                     const struct kcd_facts_set *set, const struct kcd_operands *operands,
                     struct kcd_pairs_outcome *ret);

/* The options that a command which writes needs to reach the same domain as the same login, quoted; "" if none. Owned
 * by the caller. */
char *kcd_check_context(const struct kcd_run *run, const struct kcd_dc *dc);

/* Whether pair (host, target) is asked for: always with typed SPNs, else only if the host lists it. */
bool kcd_pair_is_asked(const struct kcd_facts_set *set, const struct kcd_operands *operands, size_t host,
                       size_t target);
/* How many pairs of this host are. */
size_t kcd_pairs_asked(const struct kcd_facts_set *set, const struct kcd_operands *operands, size_t host);

#endif
