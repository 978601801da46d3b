#include <stdlib.h>
#include <string.h>

#include <kcdfix/findings.h>
#include <kcdfix/text.h>

const char *kcd_severity_name(enum kcd_severity severity)
{
  static const char *const names[] = {
      [KCD_NOTE] = "note", [KCD_WARNING] = "warning", [KCD_FAULT] = "error", [KCD_NOT_AUDITED] = ""};
  return names[severity];
}

const char *kcd_verdict_name(enum kcd_verdict verdict)
{
  static const char *const names[] = {[KCD_WORKS] = "works", [KCD_FAILS] = "fails", [KCD_CANNOT_TELL] = "unknown"};
  return names[verdict];
}

int kcd_finding_by_name(const char *name, enum kcd_finding_id *ret)
{
  for (int id = 0; id < KCD_FINDINGS; id++)
    if (strcmp(kcd_finding_info((enum kcd_finding_id)id)->id, name) == 0) {
      *ret = (enum kcd_finding_id)id;
      return 0;
    }
  return -1;
}

void kcd_finding_done(struct kcd_finding *finding)
{
  free(finding->subject);
  free(finding->message);
  free(finding->remedy);
  free(finding->command);
  for (size_t i = 0; i < finding->n_evidence; i++) {
    free(finding->evidence[i].text);
    kcd_values_done(&finding->evidence[i].values);
  }
  free(finding->evidence);
}

void kcd_findings_done(struct kcd_findings *findings)
{
  if (findings == NULL)
    return;
  for (size_t i = 0; i < findings->n; i++)
    kcd_finding_done(&findings->v[i]);
  free(findings->v);
  *findings = (struct kcd_findings){0};
}

void kcd_suspects_done(struct kcd_suspects *suspects)
{
  if (suspects == NULL)
    return;
  for (size_t i = 0; i < suspects->n; i++) {
    free(suspects->v[i].message);
    free(suspects->v[i].where);
    free(suspects->v[i].command);
  }
  free(suspects->v);
  *suspects = (struct kcd_suspects){0};
}

int kcd_findings_worst(const struct kcd_findings *findings)
{
  int worst = -1;
  for (size_t i = 0; i < findings->n; i++)
    if ((int)findings->v[i].severity > worst)
      worst = (int)findings->v[i].severity;
  return worst;
}

bool kcd_findings_has(const struct kcd_findings *findings, enum kcd_finding_id id)
{
  for (size_t i = 0; i < findings->n; i++)
    if (findings->v[i].id == id)
      return true;
  return false;
}
