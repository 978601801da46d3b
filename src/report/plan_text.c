/* The difference that a change or its undoing makes, shown before it is made. */
#include <inttypes.h>
#include <string.h>

#include <kcdfix/rbcd.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

#include "plan_text.h"

#define LIST_ATTRIBUTE "msDS-AllowedToDelegateTo"
#define LABEL_COLUMNS (sizeof(LIST_ATTRIBUTE) - 1)

static void row(struct kcd_textout *out, const char *label, const char *text)
{
  KCD_AUTO_CHAR prefix = kcd_out_label(2, label, LABEL_COLUMNS);
  kcd_out_wrap(out, prefix, text, NULL);
}

static void object_line(struct kcd_textout *out, const char *dn, const char *dc)
{
  KCD_AUTO_CHAR safe = kcd_safe(dn);
  KCD_AUTO_CHAR server = kcd_safe(dc);
  kcd_out_line(out, "%s on %s", safe, server);
}

/* "+ cifs/2016GUI, + cifs/2016GUI.kcd.test   (3 others stay)" */
static void list_row(struct kcd_textout *out, char sign, const struct kcd_values *values, size_t others)
{
  struct kcd_buf text;
  kcd_buf_init(&text, KCD_BUF_DEFAULT_CAP);
  for (size_t i = 0; i < values->n; i++) {
    KCD_AUTO_CHAR value = kcd_safe_text(values->v[i].data, values->v[i].len);
    kcd_buf_addf(&text, "%s%c %s", i == 0 ? "" : ", ", sign, value);
  }
  if (others > 0)
    kcd_buf_addf(&text, "   (%zu %s)", others, others == 1 ? "other stays" : "others stay");
  KCD_AUTO_CHAR line = kcd_buf_take_text(&text);
  row(out, LIST_ATTRIBUTE, line == NULL ? "" : line);
}

struct tab {
  uint32_t uac;
  size_t listed;
};

static const char *tab_words(const struct tab *tab)
{
  return kcd_uac_delegation_words(tab->uac, (unsigned)tab->listed);
}

/* The words of the tab may change by a first entry alone. Never wrapped: the two halves belong side by side. */
static void bit_row(struct kcd_textout *out, const struct tab *before, const struct tab *after)
{
  bool same = strcmp(tab_words(before), tab_words(after)) == 0;
  KCD_AUTO_CHAR words = kcd_asprintf("\"%s\" -> \"%s\"", tab_words(before), tab_words(after));
  if (before->uac == after->uac) {
    if (!same)
      row(out, "Delegation tab", words);
    return;
  }
  KCD_AUTO_CHAR prefix = kcd_out_label(2, "userAccountControl", LABEL_COLUMNS);
  kcd_out_line(out, "%s0x%" PRIx32 " -> 0x%" PRIx32 "%s%s", prefix, before->uac, after->uac, same ? "" : "   ",
               same ? "" : words);
}

static char *unchanged_text(const struct tab *before, const struct tab *after)
{
  if (before->uac == after->uac)
    return kcd_asprintf("userAccountControl 0x%" PRIx32, before->uac);
  if (before->listed != after->listed)
    return kcd_strdup("all other bits");
  return kcd_asprintf("%zu listed %s, all other bits", before->listed, before->listed == 1 ? "service" : "services");
}

static void unchanged_row(struct kcd_textout *out, const struct tab *before, const struct tab *after)
{
  KCD_AUTO_CHAR text = unchanged_text(before, after);
  row(out, "unchanged", text);
}

/* "HV6$, HV7$", terminal-safe; owned. */
static char *names_of(const struct kcd_values *values)
{
  struct kcd_buf text;
  kcd_buf_init(&text, KCD_BUF_DEFAULT_CAP);
  for (size_t i = 0; i < values->n; i++) {
    KCD_AUTO_CHAR value = kcd_safe_text(values->v[i].data, values->v[i].len);
    kcd_buf_addf(&text, "%s%s", i == 0 ? "" : ", ", value);
  }
  return kcd_buf_take_text(&text);
}

/* "+ HV6$ (S-1-5-21-...-1142)   (HV2$, HV3$ stay)" */
static void descriptor_row(struct kcd_textout *out, const struct kcd_object_plan *plan)
{
  struct kcd_buf text;
  char sid[KCD_SID_TEXT_MAX];
  kcd_buf_init(&text, KCD_BUF_DEFAULT_CAP);
  for (size_t i = 0; i < plan->n_accepted; i++) {
    KCD_AUTO_CHAR name = kcd_safe(plan->accepted[i]->sam_account_name);
    kcd_buf_addf(&text, "%s+ %s (%s)", i == 0 ? "" : ", ", name, kcd_sid_text(&plan->accepted[i]->sid, sid));
  }
  KCD_AUTO_CHAR staying = plan->staying == NULL ? NULL : kcd_safe(plan->staying);
  if (staying != NULL)
    kcd_buf_addf(&text, "   (%s: unchanged)", staying);
  KCD_AUTO_CHAR line = kcd_buf_take_text(&text);
  row(out, KCD_ATTR_RBCD, line == NULL ? "" : line);
}

static void sentences(struct kcd_textout *out, char *const *texts, size_t n)
{
  for (size_t i = 0; i < n; i++)
    kcd_out_wrap(out, "  ", texts[i], NULL);
}

static void write_plan(struct kcd_textout *out, FILE *stream)
{
  /* A stream that fails keeps its error flag: kcd_close_stdout tells. */
  struct kcd_error ignored = KCD_ERROR_INIT;
  (void)kcd_out_write(out, stream, &ignored);
}

static void show_target_plan(FILE *stream, const struct kcd_object_plan *plan, const struct kcd_facts_set *facts,
                             const struct kcd_style *style)
{
  struct kcd_textout out;
  kcd_out_init(&out, style);
  object_line(&out, plan->host->dn, facts->dc->name);
  descriptor_row(&out, plan);
  kcd_text_target_security(&out, plan, facts);
  sentences(&out, plan->warnings, plan->n_warnings);
  write_plan(&out, stream);
}

void kcd_show_plan(FILE *stream, const struct kcd_object_plan *plan, const struct kcd_facts_set *facts,
                   const struct kcd_host_facts *host, const struct kcd_style *style)
{
  if (kcd_object_plan_state(plan) != KCD_PLAN_CHANGE)
    return;
  if (host == NULL) {
    show_target_plan(stream, plan, facts, style);
    return;
  }
  size_t listed = plan->host->delegate_to.n;
  struct tab before = {.uac = plan->uac_before, .listed = listed};
  struct tab after = {.uac = plan->uac_after, .listed = listed + plan->add.n - plan->remove.n};
  struct kcd_textout out;
  kcd_out_init(&out, style);
  object_line(&out, plan->host->dn, facts->dc->name);
  if (plan->add.n > 0)
    list_row(&out, '+', &plan->add, listed - plan->remove.n);
  if (plan->remove.n > 0)
    list_row(&out, '-', &plan->remove, plan->add.n > 0 ? 0 : listed - plan->remove.n);
  bit_row(&out, &before, &after);
  unchanged_row(&out, &before, &after);
  kcd_text_security(&out, plan, facts, host);
  sentences(&out, plan->left_out, plan->n_left_out);
  sentences(&out, plan->warnings, plan->n_warnings);
  write_plan(&out, stream);
}

/* The value comes back as it was, whatever it said. */
static void descriptor_undo_row(struct kcd_textout *out, const struct kcd_record *record,
                                const struct kcd_undo_plan *plan)
{
  KCD_AUTO_CHAR names = names_of(&record->rbcd_added);
  KCD_AUTO_CHAR text =
      kcd_asprintf("- %s   (%s)", names,
                   plan->rbcd_then.len == 0 ? "nothing was there before" : "back to the value before, byte for byte");
  row(out, KCD_ATTR_RBCD, text);
}

void kcd_show_undo(FILE *stream, const struct kcd_record *record, const struct kcd_account *now,
                   const struct kcd_undo_plan *plan, const struct kcd_style *style)
{
  if (plan->verdict != KCD_UNDO_CHANGE)
    return;
  size_t listed = now->delegate_to.n;
  struct tab before = {.uac = plan->uac_before, .listed = listed};
  struct tab after = {.uac = plan->uac_after, .listed = listed - plan->remove.n + plan->restore.n};
  struct kcd_textout out;
  kcd_out_init(&out, style);
  object_line(&out, now->dn, record->dc);
  if (plan->restores_rbcd) {
    descriptor_undo_row(&out, record, plan);
    write_plan(&out, stream);
    return;
  }
  if (plan->remove.n > 0)
    list_row(&out, '-', &plan->remove, listed - plan->remove.n);
  if (plan->restore.n > 0)
    list_row(&out, '+', &plan->restore, plan->remove.n > 0 ? 0 : listed);
  bit_row(&out, &before, &after);
  unchanged_row(&out, &before, &after);
  write_plan(&out, stream);
}
