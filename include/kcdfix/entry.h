/* entry.h - one directory object as plain bytes: the only thing that src/directory hands up. */
#ifndef KCDFIX_ENTRY_H
#define KCDFIX_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <kcdfix/bytes.h>
#include <kcdfix/sid.h>

struct kcd_attribute {
  char *name; /* without any ;range= option */
  struct kcd_values values;
};

struct kcd_entry {
  char *dn; /* as the server wrote it; not terminal-safe */
  struct kcd_attribute *attributes;
  size_t n;
};

struct kcd_entries {
  struct kcd_entry *v;
  size_t n;
};

void kcd_entry_done(struct kcd_entry *entry);
void kcd_entries_done(struct kcd_entries *entries);
/* RET becomes a copy; what it held is not freed. */
void kcd_entries_copy(struct kcd_entries *ret, const struct kcd_entries *from);
/* A new, empty entry at the end of the list; the pointer is good until the next call. */
struct kcd_entry *kcd_entries_add(struct kcd_entries *entries, const char *dn);
/* The attribute of that name, made if absent (for the adapter). */
struct kcd_values *kcd_entry_attribute(struct kcd_entry *entry, const char *name);

/* The values of an attribute (name compared without regard to case), or NULL when it is absent or has none. */
const struct kcd_values *kcd_entry_get(const struct kcd_entry *entry, const char *name);
/* The first value as a string, or NULL. A value with NUL inside or one that is not UTF-8 gives NULL. */
const char *kcd_entry_text(const struct kcd_entry *entry, const char *name);
/* The first value as the number that AD writes: signed decimal, taken modulo 2^64 (userAccountControl comes as a signed
 * 32-bit number). False when absent or no number. */
bool kcd_entry_u64(const struct kcd_entry *entry, const char *name, uint64_t *ret);
bool kcd_entry_u32(const struct kcd_entry *entry, const char *name, uint32_t *ret);
bool kcd_entry_sid(const struct kcd_entry *entry, const char *name, struct kcd_sid *ret);
bool kcd_entry_guid(const struct kcd_entry *entry, const char *name, uint8_t ret[16]);

#endif
