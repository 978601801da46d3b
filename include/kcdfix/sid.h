/* sid.h - security identifiers (MS-DTYP 2.4.2). */
#ifndef KCDFIX_SID_H
#define KCDFIX_SID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcdfix/bytes.h>

#define KCD_SID_MAX_SUB 15
#define KCD_SID_TEXT_MAX 192 /* longest text form and its NUL */

/* A value without pointers; copy it freely. All zero is "no SID". */
struct kcd_sid {
  uint8_t revision;
  uint8_t count;      /* number of sub-authorities, at most KCD_SID_MAX_SUB */
  uint64_t authority; /* 48 bits */
  uint32_t sub[KCD_SID_MAX_SUB];
};

/* Decodes the binary form (MS-DTYP 2.4.2.2) that fills exactly LEN bytes. -1 if it is none. */
int kcd_sid_decode(const void *data, size_t len, struct kcd_sid *ret);
/* Reads a SID from IN, which goes on behind it; in->failed on malformed input. */
void kcd_sid_read(struct kcd_reader *in, struct kcd_sid *ret);
void kcd_sid_write(struct kcd_buf *out, const struct kcd_sid *sid);
/* Parses "S-1-5-21-..." (MS-DTYP 2.4.2.1); -1 if malformed. */
int kcd_sid_parse(const char *text, struct kcd_sid *ret);
/* Writes the text form into a buffer of KCD_SID_TEXT_MAX bytes and returns it. */
const char *kcd_sid_text(const struct kcd_sid *sid, char *out);
bool kcd_sid_equal(const struct kcd_sid *a, const struct kcd_sid *b);
/* The last sub-authority, 0 for a SID without any. */
uint32_t kcd_sid_rid(const struct kcd_sid *sid);
/* DOMAIN with RID appended. -1 if DOMAIN has no room. */
int kcd_sid_child(const struct kcd_sid *domain, uint32_t rid, struct kcd_sid *ret);
/* Whether SID is DOMAIN plus exactly one more sub-authority. */
bool kcd_sid_in_domain(const struct kcd_sid *sid, const struct kcd_sid *domain);
/* "Everyone", "Authenticated Users", "BUILTIN\Administrators" ... (MS-DTYP 2.4.2.4), or NULL. */
const char *kcd_sid_well_known(const struct kcd_sid *sid);

#endif
