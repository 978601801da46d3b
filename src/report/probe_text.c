#include <string.h>

#include "doc.h"
#include "document.h"

enum { CAUSES_SHOWN = 4 };

/* The refusal that decides; "" where there is none. */
static char *refusal_of(const json_t *observed)
{
  static const char *const STEPS[] = {"s4u2proxy", "s4u2self"};
  for (size_t i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]); i++) {
    const json_t *answer = json_object_get(observed, STEPS[i]);
    if (strcmp(kcd_doc_str(answer, "outcome"), "error") == 0) {
      KCD_AUTO_CHAR code = kcd_text_error_code(answer);
      return kcd_asprintf(", %s", code);
    }
  }
  return kcd_strdup("");
}

static void show_verdict(const json_t *pair, struct kcd_textout *out)
{
  KCD_AUTO_CHAR title = kcd_pair_title(pair);
  KCD_AUTO_CHAR refusal = refusal_of(json_object_get(pair, "observed"));
  if (kcd_pair_is_verdict(pair, "works"))
    kcd_out_verdict(out, title, KCD_GREEN, "WORKS", "");
  else if (kcd_pair_is_verdict(pair, "fails"))
    kcd_out_verdict(out, title, KCD_RED, "FAILS", refusal);
  else
    kcd_out_verdict(out, title, KCD_YELLOW, "UNKNOWN", "");
}

/* What the answers tell by themselves; of a grant only where it is not the plain one. */
static void show_class(const json_t *pair, struct kcd_textout *out)
{
  const json_t *class = json_object_get(json_object_get(pair, "observed"), "class");
  const char *name = kcd_doc_str(class, "name");
  if (name[0] != '\0' && strcmp(name, "granted") != 0)
    kcd_out_wrap(out, "  ", kcd_doc_str(class, "sentence"), name);
}

/* The likeliest first; all of them with -v and in JSON. */
static void show_causes(const json_t *pair, struct kcd_textout *out)
{
  const json_t *class = json_object_get(json_object_get(pair, "observed"), "class");
  if (!kcd_pair_is_verdict(pair, "works") && json_is_object(class)) {
    KCD_AUTO_CHAR causes = kcd_text_list(json_object_get(class, "ids"), out->style->verbose > 0 ? 0 : CAUSES_SHOWN);
    kcd_out_wrap(out, "  causes     ", causes, NULL);
  }
}

static void show_pair(const json_t *pair, struct kcd_textout *out)
{
  show_verdict(pair, out);
  if (out->style->quiet)
    return;
  show_class(pair, out);
  const json_t *error = json_object_get(json_object_get(pair, "observed"), "error");
  if (json_is_object(error))
    kcd_out_wrap(out, "  ", kcd_doc_str(error, "message"), kcd_doc_str(error, "id"));
  kcd_text_exchanges(pair, out);
  show_causes(pair, out);
}

void kcd_text_probe(const json_t *doc, struct kcd_textout *out)
{
  size_t i;
  const json_t *pair;
  json_array_foreach(json_object_get(doc, "pairs"), i, pair)
  {
    show_pair(pair, out);
  }
  if (!out->style->quiet)
    kcd_text_next_steps(doc, out);
}
