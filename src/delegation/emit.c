#include <string.h>

#include <kcdfix/clock.h>
#include <kcdfix/emit.h>
#include <kcdfix/ldaptext.h>
#include <kcdfix/psh.h>
#include <kcdfix/rbcd.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "words.h"

static const char *const format_names[] = {
    [KCD_EMIT_LDIF] = "ldif", [KCD_EMIT_POWERSHELL] = "powershell", [KCD_EMIT_SAMBA_TOOL] = "samba-tool"};

int kcd_emit_format_parse(const char *name, enum kcd_emit_format *ret)
{
  for (int format = KCD_EMIT_LDIF; format <= KCD_EMIT_SAMBA_TOOL; format++)
    if (strcmp(format_names[format], name) == 0) {
      *ret = (enum kcd_emit_format)format;
      return 0;
    }
  return -1;
}

/* What all three formats say, and how they say a comment. */
struct emit {
  struct kcd_buf *out;
  const struct kcd_object_plan *plan;
  const char *dn, *name, *dc;
};

static bool changes_bit(const struct emit *e)
{
  return e->plan->uac_before != e->plan->uac_after;
}

static bool sets_bit(const struct emit *e)
{
  return (e->plan->uac_after & KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) != 0;
}

static bool changes_descriptor(const struct emit *e)
{
  return e->plan->rbcd_after.len > 0;
}

typedef void comment_writer(struct kcd_buf *out, const char *text);

static const char *name_of(const struct kcd_account *account)
{
  return account->sam_account_name == NULL ? "" : account->sam_account_name;
}

static void heading(const struct emit *e, time_t when, comment_writer *comment)
{
  KCD_AUTO_CHAR time = kcd_time_rfc3339(when);
  KCD_AUTO_CHAR line = kcd_asprintf("%s, made from %s at %s", e->name, e->dc, time);
  comment(e->out, line);
}

/* userAccountControl as AD writes it: a signed number. */
static char *uac_text(uint32_t uac)
{
  return kcd_asprintf("%d", (int32_t)uac);
}

static void ldif_uac(const struct emit *e, const char *operation, uint32_t uac)
{
  KCD_AUTO_CHAR value = uac_text(uac);
  kcd_buf_addf(e->out, "%s: userAccountControl\n", operation);
  kcd_ldif_line(e->out, "userAccountControl", value, strlen(value));
  kcd_buf_add_text(e->out, "-\n");
}

/* The whole value is swapped: this attribute has one. */
static void ldif_descriptor(const struct emit *e)
{
  const struct kcd_bytes *before = &e->plan->rbcd_before;
  if (before->len > 0) {
    kcd_buf_add_text(e->out, "delete: " KCD_ATTR_RBCD "\n");
    kcd_ldif_line(e->out, KCD_ATTR_RBCD, before->data, before->len);
    kcd_buf_add_text(e->out, "-\n");
  }
  kcd_buf_add_text(e->out, "add: " KCD_ATTR_RBCD "\n");
  kcd_ldif_line(e->out, KCD_ATTR_RBCD, e->plan->rbcd_after.data, e->plan->rbcd_after.len);
  kcd_buf_add_text(e->out, "-\n");
}

/* "lets HV6$ delegate" */
static void accepted_heading(const struct emit *e, comment_writer *comment)
{
  for (size_t i = 0; i < e->plan->n_accepted; i++) {
    KCD_AUTO_CHAR line = kcd_asprintf("lets %s delegate to it", name_of(e->plan->accepted[i]));
    comment(e->out, line);
  }
}

static void ldif_list(const struct emit *e, const char *operation, const struct kcd_values *values)
{
  if (values->n == 0)
    return;
  kcd_buf_addf(e->out, "%s: msDS-AllowedToDelegateTo\n", operation);
  for (size_t i = 0; i < values->n; i++)
    kcd_ldif_line(e->out, "msDS-AllowedToDelegateTo", values->v[i].data, values->v[i].len);
  kcd_buf_add_text(e->out, "-\n");
}

static void emit_ldif(const struct emit *e, time_t when)
{
  heading(e, when, kcd_ldif_comment);
  if (changes_bit(e)) {
    KCD_AUTO_CHAR old = uac_text(e->plan->uac_before);
    KCD_AUTO_CHAR line =
        kcd_asprintf("fails harmlessly (16 noSuchAttribute) once userAccountControl is no longer %s", old);
    kcd_ldif_comment(e->out, line);
  }
  accepted_heading(e, kcd_ldif_comment);
  if (changes_descriptor(e))
    kcd_ldif_comment(e->out, "fails harmlessly (16 or 20) once the descriptor is another");
  kcd_ldif_line(e->out, "dn", e->dn, strlen(e->dn));
  kcd_buf_add_text(e->out, "changetype: modify\n");
  ldif_list(e, "delete", &e->plan->remove);
  ldif_list(e, "add", &e->plan->add);
  if (changes_bit(e)) {
    ldif_uac(e, "delete", e->plan->uac_before);
    ldif_uac(e, "add", e->plan->uac_after);
  }
  if (changes_descriptor(e))
    ldif_descriptor(e);
  kcd_buf_add_text(e->out, "\n");
}

static bool are_text(const struct kcd_values *values)
{
  for (size_t i = 0; i < values->n; i++)
    if (values->v[i].len == 0 || !kcd_is_utf8(values->v[i].data, values->v[i].len))
      return false;
  return true;
}

/* Scripts are text: what no string of theirs can hold is not emitted at all. */
static bool is_text(const struct emit *e)
{
  if (!are_text(&e->plan->add) || !are_text(&e->plan->remove))
    return false;
  for (size_t i = 0; i < e->plan->n_accepted; i++) {
    const struct kcd_account *host = e->plan->accepted[i];
    if (host->dn == NULL || !kcd_is_utf8(host->dn, strlen(host->dn)) ||
        !kcd_is_utf8(name_of(host), strlen(name_of(host))))
      return false;
  }
  return kcd_is_utf8(e->dn, strlen(e->dn)) && kcd_is_utf8(e->name, strlen(e->name)) &&
         kcd_is_utf8(e->dc, strlen(e->dc));
}

static void not_emitted(const struct emit *e, comment_writer *comment)
{
  comment(e->out, "not emitted: a name or value of this change is no text; use --emit ldif");
}

static void psh_list(const struct emit *e, const char *server, const char *operation, const struct kcd_values *values)
{
  if (values->n == 0)
    return;
  kcd_buf_addf(e->out, "Set-ADComputer $h -Server %s -%s @{'msDS-AllowedToDelegateTo'=", server, operation);
  for (size_t i = 0; i < values->n; i++) {
    KCD_AUTO_CHAR value = kcd_psh_string((const char *)values->v[i].data);
    kcd_buf_addf(e->out, "%s%s", i == 0 ? "" : ",", value);
  }
  kcd_buf_add_text(e->out, "}\n");
}

/* The cmdlet of the account's kind: each knows its own alone. */
static const char *psh_noun(const struct kcd_account *account)
{
  if (account->kind == KCD_KIND_MANAGED_SERVICE)
    return "ADServiceAccount";
  return account->kind == KCD_KIND_COMPUTER ? "ADComputer" : "ADUser";
}

/* The cmdlet replaces the whole list, so what stands there is read at the time it runs and written with it. It knows
 * plain entries of known accounts alone; what else the descriptor holds would be lost. */
static void psh_descriptor(const struct emit *e, const char *server)
{
  const char *noun = psh_noun(e->plan->host);
  if (e->plan->has_special_entries) {
    kcd_psh_comment(e->out, "not emitted: the descriptor holds entries that the cmdlets would lose (denying, for SIDs "
                            "that are nobody's); use --emit ldif");
    return;
  }
  kcd_buf_addf(e->out,
               "$now = @((Get-%s $h -Server %s -Properties PrincipalsAllowedToDelegateToAccount)"
               ".PrincipalsAllowedToDelegateToAccount)\n",
               noun, server);
  kcd_buf_addf(e->out, "Set-%s $h -Server %s -PrincipalsAllowedToDelegateToAccount ($now + @(", noun, server);
  for (size_t i = 0; i < e->plan->n_accepted; i++) {
    KCD_AUTO_CHAR dn = kcd_psh_string(e->plan->accepted[i]->dn);
    kcd_buf_addf(e->out, "%s%s", i == 0 ? "" : ",", dn);
  }
  kcd_buf_add_text(e->out, "))\n");
}

static void emit_powershell(const struct emit *e, time_t when)
{
  if (!is_text(e)) {
    not_emitted(e, kcd_psh_comment);
    return;
  }
  KCD_AUTO_CHAR dn = kcd_psh_string(e->dn);
  KCD_AUTO_CHAR server = kcd_psh_string(e->dc);
  heading(e, when, kcd_psh_comment);
  accepted_heading(e, kcd_psh_comment);
  kcd_buf_addf(e->out, "$h = %s\n", dn);
  psh_list(e, server, "Remove", &e->plan->remove);
  psh_list(e, server, "Add", &e->plan->add);
  if (changes_descriptor(e))
    psh_descriptor(e, server);
  if (changes_bit(e))
    kcd_buf_addf(e->out, "Set-ADAccountControl $h -Server %s -TrustedToAuthForDelegation $%s\n", server,
                 sets_bit(e) ? "true" : "false");
}

/* "--" keeps a name that begins with '-' from being read as an option. */
static const char *end_of_options(const char *name, const char *value)
{
  return name[0] == '-' || value[0] == '-' ? "-- " : "";
}

char *kcd_plan_samba_lines(const struct kcd_object_plan *plan)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  for (size_t i = 0; i < plan->n_accepted; i++) {
    KCD_AUTO_CHAR line = kcd_samba_add_principal(NULL, name_of(plan->host), name_of(plan->accepted[i]));
    kcd_buf_addf(&out, "%s%s", i == 0 ? "" : "; ", line);
  }
  return kcd_buf_take_text(&out);
}

/* Over LDAP Samba refuses this to everybody (docs/decisions), so there it has to run on the DC, against its own
 * database. */
static void samba_tool_descriptor(const struct emit *e)
{
  if (changes_descriptor(e) && e->plan->local_only)
    kcd_ldif_comment(e->out, "to be run on the domain controller itself, as root: Samba refuses this over LDAP");
  for (size_t i = 0; i < e->plan->n_accepted; i++) {
    KCD_AUTO_CHAR line =
        kcd_samba_add_principal(e->plan->local_only ? NULL : e->dc, e->name, name_of(e->plan->accepted[i]));
    kcd_buf_addf(e->out, "%s\n", line);
  }
}

static void samba_tool_list(const struct emit *e, const char *server, const char *operation,
                            const struct kcd_values *values)
{
  KCD_AUTO_CHAR name = kcd_shell_word(e->name);
  for (size_t i = 0; i < values->n; i++) {
    const char *value = (const char *)values->v[i].data;
    KCD_AUTO_CHAR word = kcd_shell_word(value);
    kcd_buf_addf(e->out, "samba-tool delegation %s -H %s --use-kerberos=required %s%s %s\n", operation, server,
                 end_of_options(e->name, value), name, word);
  }
}

static void emit_samba_tool(const struct emit *e, time_t when)
{
  if (!is_text(e)) {
    not_emitted(e, kcd_ldif_comment);
    return;
  }
  KCD_AUTO_CHAR name = kcd_shell_word(e->name);
  KCD_AUTO_CHAR uri = kcd_asprintf("ldap://%s", e->dc);
  KCD_AUTO_CHAR server = kcd_shell_word(uri);
  heading(e, when, kcd_ldif_comment);
  samba_tool_descriptor(e);
  samba_tool_list(e, server, "del-service", &e->plan->remove);
  samba_tool_list(e, server, "add-service", &e->plan->add);
  if (changes_bit(e))
    kcd_buf_addf(e->out, "samba-tool delegation for-any-protocol -H %s --use-kerberos=required %s%s %s\n", server,
                 end_of_options(e->name, ""), name, sets_bit(e) ? "on" : "off");
}

void kcd_emit_plan(struct kcd_buf *out, enum kcd_emit_format format, const struct kcd_object_plan *plan, const char *dc,
                   time_t when)
{
  if (kcd_object_plan_state(plan) != KCD_PLAN_CHANGE)
    return;
  const char *name = plan->host->sam_account_name;
  const struct emit e = {.out = out,
                         .plan = plan,
                         .dn = plan->host->dn == NULL ? "" : plan->host->dn,
                         .name = name == NULL ? "" : name,
                         .dc = dc};
  switch (format) {
  case KCD_EMIT_LDIF:
    emit_ldif(&e, when);
    break;
  case KCD_EMIT_POWERSHELL:
    emit_powershell(&e, when);
    break;
  case KCD_EMIT_SAMBA_TOOL:
    emit_samba_tool(&e, when);
    break;
  }
}
