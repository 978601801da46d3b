#include <stdio.h>
#include <string.h>

#include <kcdfix/findings.h>
#include <kcdfix/text.h>

#include "findings_markdown.h"

char *findings_markdown(void)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  kcd_buf_add_text(&out, "| id | severity | audit | meaning | remedy | kcdfix | seen in | source |\n"
                         "|---|---|---|---|---|---|---|---|\n");
  for (int id = 0; id < KCD_FINDINGS; id++) {
    const struct kcd_finding_info *info = kcd_finding_info((enum kcd_finding_id)id);
    kcd_buf_addf(&out, "| `%s` | %s | %s | %s | %s | %s | %s | %s |\n", info->id, kcd_severity_name(info->severity),
                 kcd_severity_name(info->audit), info->title, info->remedy, info->kcdfix, info->seen, info->source);
  }
  return kcd_buf_take_text(&out);
}

/* A quote is mdoc's own, and a backslash is written as \\e. */
static void add_manual_text(struct kcd_buf *out, const char *text)
{
  for (bool open = false; *text != '\0'; text++)
    if (*text == '"') {
      kcd_buf_add_text(out, open ? "\\(rq" : "\\(lq");
      open = !open;
    } else if (*text == '\\') {
      kcd_buf_add_text(out, "\\e");
    } else {
      kcd_buf_addf(out, "%c", *text);
    }
}

char *findings_manual(void)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  for (int id = 0; id < KCD_FINDINGS; id++) {
    const struct kcd_finding_info *info = kcd_finding_info((enum kcd_finding_id)id);
    kcd_buf_addf(&out, ".It %s\n", info->id);
    add_manual_text(&out, info->title);
    kcd_buf_addf(&out, ", %s%s\n", kcd_severity_name(info->severity),
                 strcmp(info->seen, "host") == 0 ? ", not visible from here" : "");
  }
  return kcd_buf_take_text(&out);
}
