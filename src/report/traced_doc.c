/* What a trace shows of one pair, beside prediction and probe. */
#include <string.h>

#include <kcdfix/rbcd.h>
#include <kcdfix/text.h>

#include "doc.h"
#include "document.h"

#define MICROSECONDS 1000000

static const struct kcd_trace_step *step_of(const struct kcd_conversation *traced, enum kcd_step_kind kind)
{
  for (size_t i = 0; i < traced->n; i++)
    if (traced->steps[i].kind == kind)
      return &traced->steps[i];
  return NULL;
}

static json_t *step_or_null(const struct kcd_conversation *traced, enum kcd_step_kind kind)
{
  const struct kcd_trace_step *step = step_of(traced, kind);
  return step == NULL ? json_null() : kcd_doc_trace_step(step);
}

/* When the attribute was changed after the trace; null where it was not, or where that is not known. */
static json_t *changed_since(const struct kcd_attr_meta *meta, time_t when)
{
  return meta->version != 0 && meta->originating_time > when ? kcd_doc_time(meta->originating_time) : json_null();
}

/* Whether the KDC of the trace is the DC that this check reads; null where their addresses cannot be compared, since a
 * server can have one of each kind. */
static json_t *is_same_dc(const struct kcd_conversation *traced, const struct kcd_dc *dc)
{
  const struct kcd_address *kdc = &traced->steps[traced->n - 1].kdc.address;
  if (kdc->len == 0 || kdc->len != dc->address_len)
    return json_null();
  return json_boolean(memcmp(kdc->bytes, dc->address, kdc->len) == 0);
}

json_t *kcd_doc_traced(const struct kcd_facts *facts)
{
  const struct kcd_conversation *traced = facts->traced;
  time_t when = (time_t)(traced->steps[traced->n - 1].when / MICROSECONDS);
  json_t *changed = kcd_doc_object();
  if (facts->host != NULL) {
    kcd_doc_set(changed, "msDS-AllowedToDelegateTo", changed_since(&facts->host->list_meta, when));
    kcd_doc_set(changed, "userAccountControl", changed_since(&facts->host->uac_meta, when));
  }
  const struct kcd_account *target = kcd_target_account(facts->target);
  kcd_doc_set(changed, KCD_ATTR_RBCD, target == NULL ? json_null() : changed_since(&target->rbcd_meta, when));
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "time", kcd_doc_time(when));
  kcd_doc_set(object, "kdc_is_dc", is_same_dc(traced, facts->dc));
  kcd_doc_set(object, "s4u2self", step_or_null(traced, KCD_STEP_KIND_SELF));
  kcd_doc_set(object, "s4u2proxy", step_or_null(traced, KCD_STEP_KIND_PROXY));
  kcd_doc_set(object, "changed_since", changed);
  return object;
}

/* ---- as text ---- */

char *kcd_text_traced_cell(const json_t *pair, const char *key)
{
  const json_t *traced = json_object_get(pair, "traced");
  const json_t *step = json_object_get(traced, key);
  if (!json_is_object(traced))
    return NULL;
  return json_is_object(step) ? kcd_text_step_answer(step) : kcd_strdup("-");
}

static void say_changes(const json_t *traced, struct kcd_textout *out)
{
  const char *key;
  const json_t *when;
  struct kcd_buf changes;
  kcd_buf_init(&changes, KCD_BUF_DEFAULT_CAP);
  json_object_foreach((json_t *)json_object_get(traced, "changed_since"), key, when)
  {
    if (json_is_string(when))
      kcd_buf_addf(&changes, "%s%s at %s", changes.len > 0 ? ", " : "", key, json_string_value(when));
  }
  KCD_AUTO_CHAR list = kcd_buf_take_text(&changes);
  KCD_AUTO_CHAR text = kcd_asprintf("Changed after that: %s. The trace shows what was before.", list);
  if (*list != '\0')
    kcd_out_wrap(out, "  ", text, NULL);
}

/* A change counts at another DC only once it is there. */
static void say_other_dc(const json_t *traced, const char *kdc, struct kcd_textout *out)
{
  if (!json_is_false(json_object_get(traced, "kdc_is_dc")))
    return;
  KCD_AUTO_CHAR text = kcd_asprintf("That KDC, %s, is not the domain controller that this check reads: it may hold "
                                    "something else. Compare them all: --all-dcs, without --trace.",
                                    kdc);
  kcd_out_wrap(out, "  ", text, NULL);
}

void kcd_text_traced(const json_t *pair, struct kcd_textout *out)
{
  const json_t *traced = json_object_get(pair, "traced");
  if (!json_is_object(traced))
    return;
  const json_t *step = json_object_get(traced, "s4u2proxy");
  KCD_AUTO_CHAR self = kcd_text_traced_cell(pair, "s4u2self");
  KCD_AUTO_CHAR proxy = kcd_text_traced_cell(pair, "s4u2proxy");
  KCD_AUTO_CHAR client = kcd_doc_safe_at(step, "client");
  KCD_AUTO_CHAR kdc = kcd_doc_safe_at(step, "kdc");
  KCD_AUTO_CHAR text = kcd_asprintf("In the trace, %s, %s asked the KDC %s: S4U2Self %s, S4U2Proxy %s.",
                                    kcd_doc_str(traced, "time"), client, kdc, self, proxy);
  kcd_out_wrap(out, "  ", text, NULL);
  say_other_dc(traced, kdc, out);
  say_changes(traced, out);
}
