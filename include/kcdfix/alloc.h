/* alloc.h - memory that is either there or the program ends.
 *
 * Every allocation of kcdfix goes through these functions. Running out of memory aborts: no branch for it exists that
 * could stay untested. Input cannot choose to get there, because every reader and writer has a cap (bytes.h).
 */
#ifndef KCDFIX_ALLOC_H
#define KCDFIX_ALLOC_H

#include <stdarg.h>
#include <stddef.h>

/* Ends the program the way that running out of memory does: for the foreign libraries that report it. */
_Noreturn void kcd_no_memory(void);

/* Zeroed memory for COUNT elements of SIZE bytes, owned by the caller (free). Aborts on overflow and on no memory. */
void *kcd_calloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));

/* As reallocarray(3); aborts on overflow and on no memory. New bytes are not initialised. */
void *kcd_reallocarray(void *old, size_t count, size_t size) __attribute__((returns_nonnull, warn_unused_result));

/* A copy of the string TEXT, owned by the caller; NULL gives NULL. */
char *kcd_strdup(const char *text);

/* A copy of the first LEN bytes at TEXT with a NUL behind them, owned by the caller. */
char *kcd_strndup(const char *text, size_t len) __attribute__((returns_nonnull));

/* printf into a new string owned by the caller. */
char *kcd_asprintf(const char *format, ...) __attribute__((format(printf, 1, 2), returns_nonnull));
char *kcd_vasprintf(const char *format, va_list args) __attribute__((format(printf, 1, 0), returns_nonnull));

/* Frees N strings and the array that holds them; NULL is accepted for any of them. */
void kcd_free_texts(char **texts, size_t n);

/* Overwrites LEN bytes in a way the compiler may not leave out: for keys and passwords. NULL is accepted. */
void kcd_wipe(void *secret, size_t len);

/* Wipes the string and frees it; NULL is accepted. */
void kcd_free_secret(char *secret);

/* KCD_AUTO(kcd_thing) x = ...; calls kcd_thing_free(x) at the end of the scope. KCD_DEFINE_AUTO declares the helper
 * for a type whose destructor takes a pointer and accepts NULL. KCD_AUTO_VALUE does the same for values with _done. */
#define KCD_DEFINE_AUTO(name)                                                                                          \
  static inline void name##_freep(struct name **p)                                                                     \
  {                                                                                                                    \
    name##_free(*p);                                                                                                   \
  }
#define KCD_AUTO(name) __attribute__((cleanup(name##_freep))) struct name *
#define KCD_AUTO_VALUE(name) __attribute__((cleanup(name##_done))) struct name

/* An owned plain string or buffer: KCD_AUTO_CHAR text = ...; */
void kcd_free_charp(char **p);
#define KCD_AUTO_CHAR __attribute__((cleanup(kcd_free_charp))) char *

/* Hands the pointer in the variable over and leaves NULL behind, so that its cleanup does nothing. */
#define KCD_TAKE(var)                                                                                                  \
  (__extension__({                                                                                                     \
    __typeof__(var) taken_ = (var);                                                                                    \
    (var) = NULL;                                                                                                      \
    taken_;                                                                                                            \
  }))

#endif
