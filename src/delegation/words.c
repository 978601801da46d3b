#include <string.h>

#include <kcdfix/psh.h>
#include <kcdfix/text.h>

#include "words.h"

#define NAME_SHOWN 400 /* bytes of one name inside a sentence, so that a 64 KiB value cannot drown it */

static void add_name(struct kcd_buf *out, const char *name)
{
  char shown[NAME_SHOWN];
  kcd_safe_into(shown, sizeof shown, name);
  kcd_buf_add_text(out, shown);
}

char *kcd_vsentence(const char *format, va_list args)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  for (const char *p = format; *p != '\0'; p++) {
    if (*p != '%') {
      kcd_buf_add(&out, p, 1);
      continue;
    }
    p++;
    /* NOLINTBEGIN(clang-analyzer-valist.Uninitialized): clang 14 does not follow a va_list that is a parameter */
    if (*p == 's')
      add_name(&out, va_arg(args, const char *));
    else if (*p == 'u')
      kcd_buf_addf(&out, "%u", va_arg(args, unsigned));
    else
      kcd_buf_add(&out, p, 1);
    /* NOLINTEND(clang-analyzer-valist.Uninitialized) */
  }
  return kcd_buf_take_text(&out);
}

char *kcd_sentence(const char *format, ...)
{
  va_list args;
  va_start(args, format);
  char *text = kcd_vsentence(format, args);
  va_end(args);
  return text;
}

/* Blanks at an end are seen only between quotes. */
static void add_value(struct kcd_buf *out, const char *text)
{
  size_t len = strlen(text);
  bool hidden = len > 0 && (text[0] == ' ' || text[len - 1] == ' ');
  kcd_buf_addf(out, hidden ? "\"%s\"" : "%s", text);
}

char *kcd_value_names(const struct kcd_values *values, size_t max)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  size_t shown = values->n <= max ? values->n : max;
  for (size_t i = 0; i < shown; i++) {
    if (i > 0)
      kcd_buf_add_text(&out, i + 1 == values->n ? " and " : ", ");
    if (values->v[i].len > 0)
      add_value(&out, (const char *)values->v[i].data);
  }
  if (values->n > shown)
    kcd_buf_addf(&out, " and %zu more", values->n - shown);
  return kcd_buf_take_text(&out);
}

char *kcd_account_label(const struct kcd_account *account, const char *operand)
{
  if (account != NULL && account->sam_account_name != NULL)
    return kcd_account_short_name(account);
  return kcd_asprintf("%s", operand == NULL ? "" : operand);
}

const char *kcd_account_subject(const struct kcd_account *account, const char *operand)
{
  if (account != NULL && account->dn != NULL)
    return account->dn;
  return operand == NULL ? "" : operand;
}

static bool consists_of(const char *text, const char *marks)
{
  for (; *text != '\0'; text++) {
    bool alnum = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') || (*text >= '0' && *text <= '9');
    if (!alnum && strchr(marks, *text) == NULL)
      return false;
  }
  return true;
}

char *kcd_windows_word(const char *text)
{
  if (text[0] != '\0' && text[0] != '-' && consists_of(text, "._/:-"))
    return kcd_strdup(text);
  if (text[0] != '\0' && text[0] != '-' && consists_of(text, "._/:- "))
    return kcd_asprintf("\"%s\"", text);
  char *expression = kcd_psh_string(text);
  return expression == NULL ? kcd_strdup("NAME") : expression; /* no tool takes a name that is not UTF-8 */
}

char *kcd_samba_tool(const char *verb, const char *dc)
{
  KCD_AUTO_CHAR uri = kcd_asprintf("ldap://%s", dc);
  KCD_AUTO_CHAR server = kcd_shell_word(uri);
  return kcd_asprintf("samba-tool %s -H %s --use-kerberos=required", verb, server);
}

char *kcd_samba_add_principal(const char *dc, const char *target, const char *host)
{
  static const char verb[] = "delegation add-principal";
  KCD_AUTO_CHAR tool = dc == NULL ? kcd_asprintf("samba-tool %s", verb) : kcd_samba_tool(verb, dc);
  KCD_AUTO_CHAR target_word = kcd_shell_word(target);
  KCD_AUTO_CHAR host_word = kcd_shell_word(host);
  bool ends_options = target[0] == '-' || host[0] == '-';
  return kcd_asprintf("%s %s%s %s", tool, ends_options ? "-- " : "", target_word, host_word);
}

static char *command(const char *verb, const char *context, const char *option, const char *host, const char *spn)
{
  KCD_AUTO_CHAR host_word = kcd_shell_word(host);
  KCD_AUTO_CHAR spn_word = kcd_shell_word(spn);
  bool ends_options = host[0] == '-' || spn[0] == '-';
  return kcd_asprintf("kcdfix %s%s%s%s%s%s %s %s", verb, context[0] == '\0' ? "" : " ", context,
                      option[0] == '\0' ? "" : " ", option, ends_options ? " --" : "", host_word, spn_word);
}

char *kcd_apply_command(const char *context, enum kcd_mode mode, const char *host, const char *spn)
{
  return command("apply", context, kcd_mode_option(mode), host, spn);
}

char *kcd_check_command(const char *context, const char *host, const char *spn)
{
  return command("check", context, "", host, spn);
}
