/* ace.h - one access control entry (MS-DTYP 2.4.4). */
#ifndef KCDFIX_CODEC_ACE_H
#define KCDFIX_CODEC_ACE_H

#include <kcdfix/secdesc.h>

/* Reads the entry at IN, which goes on behind it. False if it is malformed; nothing is left to free then. */
bool kcd_ace_read(struct kcd_reader *in, struct kcd_ace *ret);

void kcd_ace_done(struct kcd_ace *ace);

/* Whether an access check by a KDC looks at the entry at all. */
bool kcd_ace_counts(const struct kcd_ace *ace);

#endif
