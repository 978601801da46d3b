/* words.h - sentences for people, made of fixed words and of names that a directory or a user chose. */
#ifndef KCDFIX_DELEGATION_WORDS_H
#define KCDFIX_DELEGATION_WORDS_H

#include <stdarg.h>

#include <kcdfix/facts.h>
#include <kcdfix/plan.h>

/* printf with %s, %u and %% alone. Each %s is made terminal-safe and cut to a length that leaves the sentence readable,
 * so a caller cannot forget it. Owned by the caller. */
char *kcd_sentence(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *kcd_vsentence(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

/* "a, b and 3 more": up to MAX values as text, not terminal-safe yet (kcd_sentence does that); owned. */
char *kcd_value_names(const struct kcd_values *values, size_t max);

/* "CORE2016" of the account, or the operand where there is none; owned, not terminal-safe. */
char *kcd_account_label(const struct kcd_account *account, const char *operand);
/* The DN, or the operand where there is no account; borrowed. */
const char *kcd_account_subject(const struct kcd_account *account, const char *operand);

/* One argument that cmd.exe and PowerShell both read as TEXT: bare or in double quotes where that is safe in both, else
 * a PowerShell expression. Owned; not terminal-safe. */
char *kcd_windows_word(const char *text);

/* "samba-tool VERB -H ldap://DC --use-kerberos=required", which works from any machine with a ticket; owned. */
char *kcd_samba_tool(const char *verb, const char *dc);

/* "samba-tool delegation add-principal TARGET HOST"; over LDAP to DC, or, where that is NULL, to be run on the DC:
 * Samba takes that write from its own machine alone. Owned. */
char *kcd_samba_add_principal(const char *dc, const char *target, const char *host);

/* "kcdfix apply CONTEXT MODE HOST SPN", POSIX-quoted, owned. */
char *kcd_apply_command(const char *context, enum kcd_mode mode, const char *host, const char *spn);
/* "kcdfix check CONTEXT HOST SPN", POSIX-quoted, owned. */
char *kcd_check_command(const char *context, const char *host, const char *spn);

#endif
