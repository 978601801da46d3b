/* remembered.h - what the records of this machine say about a pair: that the host's bit was set before, or that the
 * target was made to accept the host. */
#ifndef KCDFIX_CLI_REMEMBERED_H
#define KCDFIX_CLI_REMEMBERED_H

#include <kcdfix/facts.h>

#include "state.h"

/* The records, read when they are first needed; {0} to begin with. */
struct kcd_remembered {
  bool read;
  struct kcd_stored_records records;
};
void kcd_remembered_done(struct kcd_remembered *remembered);

/* Fills transition_set and transition_record of FACTS where protocol transition is off on its host and the newest
 * record of that object that changed the bit says that it was set, by us, and not taken back; and accepted and
 * accepted_record where the target does not let the host in, and a record says that it was made to. The record stays
 * that of REMEMBERED. Records that cannot be read are as if they were not there: `history` tells of them. */
void kcd_remember(struct kcd_remembered *remembered, struct kcd_facts *facts);

#endif
