/* interrupt.h - SIGINT, SIGTERM and SIGHUP.
 *
 * Outside a write nothing is half done, so a signal ends the program at once with status 130 (and, with --json, with
 * the one document that is promised). Inside a write, and once something was written, the signal is only noted: the
 * program finishes what is in flight, says what was done, and ends with 130. A second signal ends it there too.
 */
#ifndef KCDFIX_CLI_INTERRUPT_H
#define KCDFIX_CLI_INTERRUPT_H

#include <stdbool.h>

/* The one document that is promised with --json, for a signal that ends the program: its error says MESSAGE and NEXT
 * (NULL: nothing to do). Owned by the caller; NULL where there is no memory. */
typedef char *kcd_interrupt_document_fn(const char *message, const char *next);
/* Installs the handlers. DOCUMENT makes what goes to stdout when a signal ends the program (NULL: nothing). */
void kcd_interrupt_init(kcd_interrupt_document_fn *document);
/* What is half done between the two following calls: a second signal ends the program with a word about it. */
enum kcd_midway { KCD_MIDWAY_NOTHING, KCD_MIDWAY_CHANGE, KCD_MIDWAY_STAND_IN };
/* A write begins / ends; in between signals are only noted. */
void kcd_interrupt_hold(enum kcd_midway midway);
void kcd_interrupt_release(void);
/* Something was written: signals are only noted until the end, since "nothing was changed" would be wrong. */
void kcd_interrupt_keep(void);
/* stdout is being written: the document of kcd_interrupt_init would no longer be the only one. */
void kcd_interrupt_no_document(void);
/* Whether a signal was noted. From any thread. */
bool kcd_interrupted(void);

#endif
