/* The table of symptoms as one, and how a row is called. */
#include "symptoms.h"

#include <inttypes.h>

#include <kcdfix/codes.h>
#include <kcdfix/kerberr.h>
#include <kcdfix/text.h>

static const struct kcd_symptom_part *const PARTS[] = {&kcd_symptoms_hyperv, &kcd_symptoms_kdc, &kcd_symptoms_krb5,
                                                       &kcd_symptoms_advice};
#define N_PARTS (sizeof PARTS / sizeof PARTS[0])

const char kcd_explain_background[] =
    "Up to Windows Server 2012 R2 the host passed on the administrator's own ticket; since 2016 the remote call "
    "arrives "
    "over WinRM, where that ticket is out of reach, so the host asks the KDC for evidence in the administrator's name "
    "(S4U2Self, protocol transition). With \"Use Kerberos only\" that evidence is not forwardable, and the KDC answers "
    "the request for the file server or the other host (S4U2Proxy) with KDC_ERR_BADOPTION. The cure is to list the SPN "
    "on the host's computer object, to set \"Use any authentication protocol\" there, and to get fresh tickets on the "
    "host.";
const char kcd_explain_security[] =
    "With \"Use any authentication protocol\" the host, and whoever holds its key, can act as any user who is not "
    "marked sensitive (nor, on Windows, in Protected Users), at every service of each account that it lists: mark the "
    "privileged accounts first.";
const char kcd_explain_sources[] = "Ask the Core Team, 2017-05-17; Microsoft Tech Community, Live Migration via "
                                   "Constrained Delegation with Kerberos in Windows Server 2016; MS-SFU 3.2.5";

const char *kcd_is_delegation_name(enum kcd_is_delegation answer)
{
  static const char *const names[] = {
      [KCD_DELEGATION_YES] = "yes",       [KCD_DELEGATION_USUALLY] = "usually", [KCD_DELEGATION_PERHAPS] = "perhaps",
      [KCD_DELEGATION_SELDOM] = "seldom", [KCD_DELEGATION_NO] = "no",           [KCD_DELEGATION_UNTOLD] = "unknown"};
  return names[answer];
}

size_t kcd_n_symptoms(void)
{
  size_t n = 0;
  for (size_t i = 0; i < N_PARTS; i++)
    n += PARTS[i]->n;
  return n;
}

const struct kcd_symptom *kcd_symptom_at(size_t index)
{
  size_t part = 0;
  while (index >= PARTS[part]->n)
    index -= PARTS[part++]->n;
  return &PARTS[part]->rows[index];
}

const struct kcd_symptom *kcd_symptom_find(enum kcd_symptom_kind kind, int64_t number)
{
  for (size_t part = 0; part < N_PARTS; part++) {
    const struct kcd_symptom *rows = PARTS[part]->rows;
    for (size_t i = 0; i < PARTS[part]->n; i++)
      if (rows[i].number == number && rows[i].kind == kind)
        return &rows[i];
  }
  return NULL;
}

const char *kcd_symptom_name(const struct kcd_symptom *symptom)
{
  switch (symptom->kind) {
  case KCD_SYMPTOM_HRESULT:
    return kcd_hresult_name((uint32_t)symptom->number);
  case KCD_SYMPTOM_NTSTATUS:
    return kcd_ntstatus_name((uint32_t)symptom->number);
  case KCD_SYMPTOM_KDC:
    return kcd_kdc_code_name((int32_t)symptom->number);
  case KCD_SYMPTOM_KRB5:
    return kcd_krb5_code_name(symptom->number);
  case KCD_SYMPTOM_EVENT:
  case KCD_SYMPTOM_WORDS:
    break;
  }
  return NULL;
}

char *kcd_symptom_label(const struct kcd_symptom *symptom)
{
  const char *name = kcd_symptom_name(symptom);
  switch (symptom->kind) {
  case KCD_SYMPTOM_EVENT:
    return kcd_asprintf("event %" PRId64, symptom->number);
  case KCD_SYMPTOM_HRESULT:
    return kcd_asprintf("0x%08" PRIX64 " %s", (uint64_t)symptom->number, name);
  case KCD_SYMPTOM_NTSTATUS:
    return kcd_asprintf("%s (0x%08" PRIX64 ")", name, (uint64_t)symptom->number);
  case KCD_SYMPTOM_KDC:
  case KCD_SYMPTOM_KRB5:
    return kcd_asprintf("%s (%" PRId64 ")", name, symptom->number);
  case KCD_SYMPTOM_WORDS:
    break;
  }
  return kcd_strdup(symptom->title);
}

/* "samba-missing-forwardable-flag" of a title: letters and digits, the rest as single dashes. */
static char *slug(const char *title)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  KCD_AUTO_CHAR lower = kcd_lower(title);
  bool gap = false;
  for (const char *p = lower; *p != '\0'; p++) {
    bool kept = (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9');
    if (kept && gap && out.len > 0)
      kcd_buf_add_text(&out, "-");
    if (kept)
      kcd_buf_add(&out, p, 1);
    gap = !kept;
  }
  return kcd_buf_take_text(&out);
}

char *kcd_symptom_id(const struct kcd_symptom *symptom)
{
  switch (symptom->kind) {
  case KCD_SYMPTOM_EVENT:
    return kcd_asprintf("event-%" PRId64, symptom->number);
  case KCD_SYMPTOM_HRESULT:
    return kcd_asprintf("hresult-0x%08" PRIx64, (uint64_t)symptom->number);
  case KCD_SYMPTOM_NTSTATUS:
    return kcd_asprintf("ntstatus-0x%08" PRIx64, (uint64_t)symptom->number);
  case KCD_SYMPTOM_KDC:
    return kcd_asprintf("kdc-%" PRId64, symptom->number);
  case KCD_SYMPTOM_KRB5:
    return kcd_asprintf("krb5%" PRId64, symptom->number);
  case KCD_SYMPTOM_WORDS:
    break;
  }
  return slug(symptom->title);
}
