/* emit.h - a plan as text for the person who has the rights: LDIF, PowerShell or samba-tool. Pure encoders. */
#ifndef KCDFIX_EMIT_H
#define KCDFIX_EMIT_H

#include <time.h>

#include <kcdfix/bytes.h>
#include <kcdfix/plan.h>

enum kcd_emit_format { KCD_EMIT_LDIF, KCD_EMIT_POWERSHELL, KCD_EMIT_SAMBA_TOOL };
int kcd_emit_format_parse(const char *name, enum kcd_emit_format *ret); /* "ldif", "powershell", "samba-tool" */

/* Appends the change of one object; nothing for an object without a change. LDIF: delete-old/add-new, never replace, so
 * that it fails with 16 once userAccountControl is another. PowerShell: Set-ADComputer -Add and Set-ADAccountControl.
 * samba-tool: delegation add-service and for-any-protocol.
 *
 * A descriptor: LDIF swaps the whole value; PowerShell reads the principals and writes them with the new ones, and
 * emits nothing where the cmdlet would lose an entry; samba-tool: delegation add-principal, without -H where the DC
 * takes it from its own machine alone. */
void kcd_emit_plan(struct kcd_buf *out, enum kcd_emit_format format, const struct kcd_object_plan *plan, const char *dc,
                   time_t when);

/* "samba-tool delegation add-principal 'FS1$' 'HV6$'", one a host, joined by "; ": the way to the descriptor on the DC
 * itself. Owned, terminal-safe. */
char *kcd_plan_samba_lines(const struct kcd_object_plan *plan);

#endif
