#include <stdio.h>

#include <kcdfix/findings.h>

#include "findings_markdown.h"

char *findings_markdown(void)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  kcd_buf_add_text(&out, "| id | severity | meaning | remedy | kcdfix | source |\n|---|---|---|---|---|---|\n");
  for (int id = 0; id < KCD_FINDINGS; id++) {
    const struct kcd_finding_info *info = kcd_finding_info((enum kcd_finding_id)id);
    kcd_buf_addf(&out, "| `%s` | %s | %s | %s | %s | %s |\n", info->id, kcd_severity_name(info->severity), info->title,
                 info->remedy, info->kcdfix, info->source);
  }
  return kcd_buf_take_text(&out);
}
