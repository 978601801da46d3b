/* padata.h - one element of METHOD-DATA or of a request's padata (RFC 4120 5.2.7). */
#ifndef KCDFIX_CODEC_PADATA_H
#define KCDFIX_CODEC_PADATA_H

#include <kcdfix/bytes.h>

struct kcd_padata {
  int32_t type;
  const uint8_t *value; /* inside the input */
  size_t len;
};

/* Steps over the next element. */
bool kcd_padata_read(struct kcd_reader *in, struct kcd_padata *ret);

#endif
