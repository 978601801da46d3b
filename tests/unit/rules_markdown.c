/* rules_markdown.c - the rule table as Markdown: one row a rule, one column a flavour. */
#include "rules_markdown.h"

#include <kcdfix/bytes.h>
#include <kcdfix/kerberr.h>
#include <kcdfix/predict.h>

static const char *const headings[KCD_STEPS] = {
    [KCD_STEP_AS] = "The host's TGT",
    [KCD_STEP_S4U2SELF] = "S4U2Self",
    [KCD_STEP_USER_TICKET] = "The user's own ticket to the host",
    [KCD_STEP_S4U2PROXY] = "S4U2Proxy",
};

static void write_error(struct kcd_buf *out, const struct kcd_cell *cell)
{
  const char *status = kcd_ntstatus_name(cell->ntstatus);
  if (cell->code < 0)
    kcd_buf_add_text(out, "client error");
  else
    kcd_buf_addf(out, "%d", cell->code);
  if (cell->ntstatus != 0)
    kcd_buf_addf(out, " %s", status == NULL ? "?" : status + sizeof "STATUS_" - 1);
}

static void write_cell(struct kcd_buf *out, const struct kcd_cell *cell)
{
  static const char *const kinds[] = {
      [KCD_CELL_NONE] = "-", [KCD_CELL_TICKET] = "not fwd", [KCD_CELL_TICKET_FORWARDABLE] = "fwd"};
  if (cell->kind == KCD_CELL_ERROR)
    write_error(out, cell);
  else
    kcd_buf_add_text(out, kinds[cell->kind]);
  kcd_buf_add_text(out, cell->inferred ? " ? | " : " | ");
}

static void write_step(struct kcd_buf *out, enum kcd_step step)
{
  kcd_buf_addf(out, "### %s\n\n| row | condition |", headings[step]);
  for (unsigned i = 0; i < KCD_FLAVOURS; i++)
    kcd_buf_addf(out, " %s |", kcd_flavour_name((enum kcd_flavour)i));
  kcd_buf_add_text(out, " source |\n|---|---|---|---|---|---|---|---|---|\n");
  for (size_t i = 0; i < kcd_n_rules; i++) {
    const struct kcd_rule *rule = &kcd_rules[i];
    if (rule->step != step)
      continue;
    kcd_buf_addf(out, "| %s | %s | ", rule->row, rule->what);
    for (unsigned k = 0; k < KCD_FLAVOURS; k++)
      write_cell(out, &rule->cell[k]);
    kcd_buf_addf(out, "%s |\n", rule->source);
  }
}

char *rules_markdown(void)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  for (unsigned step = 0; step < KCD_STEPS; step++) {
    kcd_buf_add_text(&out, step == 0 ? "" : "\n");
    write_step(&out, (enum kcd_step)step);
  }
  char *text = kcd_buf_take_text(&out);
  kcd_buf_done(&out);
  return text;
}
