/* From the symptoms of a text to what they mean: what belongs together is explained once, the most telling first. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

#include "symptoms.h"
#include "words.h"

/* Order of telling: role, then place in the text. */
static int compare(const void *a, const void *b)
{
  const struct kcd_sighting *x = a, *y = b;
  if (x->symptom->role != y->symptom->role)
    return x->symptom->role < y->symptom->role ? -1 : 1;
  return x->at < y->at ? -1 : x->at > y->at;
}

/* Whether OTHER, which tells no more than FIRST, is part of the same story. */
static bool belongs(const struct kcd_symptom *first, const struct kcd_symptom *other)
{
  if (first->family != NULL && other->family != NULL && strcmp(first->family, other->family) == 0)
    return true;
  switch (other->role) {
  case KCD_ROLE_CODE:
    return first->role == KCD_ROLE_REASON;
  case KCD_ROLE_GENERIC:
  case KCD_ROLE_WRAPPER:
    return first->role < other->role;
  case KCD_ROLE_REASON:
  case KCD_ROLE_EXACT:
  case KCD_ROLE_TOPIC:
    break;
  }
  return false;
}

/* Advice, and what is normal in any exchange, count only where nothing else was found. */
static bool is_beside_the_point(const struct kcd_symptom *symptom, const struct kcd_explanation *so_far)
{
  if (symptom->role != KCD_ROLE_TOPIC || so_far->n == 0)
    return false;
  const struct kcd_symptom *first = so_far->v[0].symptom;
  return first == NULL || first->role != KCD_ROLE_TOPIC;
}

static void join(struct kcd_explained *first, const struct kcd_symptom *other)
{
  first->with = kcd_reallocarray(first->with, first->n_with + 1, sizeof(void *));
  first->with[first->n_with++] = other;
}

static struct kcd_explained *add(struct kcd_explanation *ret)
{
  if (ret->n == KCD_EXPLAIN_MAX) {
    ret->n_more++;
    return NULL;
  }
  ret->v = kcd_reallocarray(ret->v, ret->n + 1, sizeof *ret->v);
  struct kcd_explained *explained = &ret->v[ret->n++];
  *explained = (struct kcd_explained){.finding = KCD_FINDINGS};
  return explained;
}

/* "0x80070005" of "0x80070005 E_ACCESSDENIED": beside another one the number will do. */
static char *short_label(const struct kcd_symptom *symptom)
{
  char *label = kcd_symptom_label(symptom);
  if (symptom->kind == KCD_SYMPTOM_HRESULT)
    label[strcspn(label, " ")] = '\0';
  return label;
}

static char *label_of(const struct kcd_explained *explained)
{
  KCD_AUTO_CHAR own = kcd_symptom_label(explained->symptom);
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  kcd_buf_add_text(&out, own);
  for (size_t i = 0; i < explained->n_with; i++) {
    KCD_AUTO_CHAR other = short_label(explained->with[i]);
    bool inside = explained->with[i]->role == KCD_ROLE_WRAPPER;
    kcd_buf_addf(&out, "%s%s", inside ? " inside " : i == 0 ? " with " : ", ", other);
  }
  return kcd_buf_take_text(&out);
}

static void add_cause(struct kcd_explained *ret, char *text, const enum kcd_finding_id *ids)
{
  ret->causes = kcd_reallocarray(ret->causes, ret->n_causes + 1, sizeof *ret->causes);
  ret->causes[ret->n_causes++] = (struct kcd_explained_cause){.text = text, .ids = ids};
}

/* The list of that one id, for a finding whose title speaks for itself. */
static const enum kcd_finding_id *alone(enum kcd_finding_id id)
{
#define X(NAME, ID) [KCD_F_##NAME] = {KCD_F_##NAME, KCD_FINDINGS},
  static const enum kcd_finding_id lists[KCD_FINDINGS][2] = {KCD_FINDING_LIST(X)};
#undef X
  return lists[id];
}

static void add_causes(struct kcd_explained *ret, const struct kcd_names *names)
{
  const struct kcd_symptom_cause *cause = ret->symptom->causes;
  for (; cause != NULL && cause->ids != NULL; cause++) {
    if (cause->text != NULL) {
      add_cause(ret, kcd_names_fill(cause->text, names), cause->ids);
      continue;
    }
    for (const enum kcd_finding_id *id = cause->ids; *id != KCD_FINDINGS; id++)
      add_cause(ret, kcd_strdup(kcd_finding_info(*id)->title), alone(*id));
  }
}

static void complete(struct kcd_explained *ret, const struct kcd_names *names)
{
  const struct kcd_symptom *symptom = ret->symptom;
  ret->delegation = symptom->delegation;
  ret->label = label_of(ret);
  ret->means = kcd_names_fill(symptom->means, names);
  ret->tell = kcd_strdup(symptom->tell);
  ret->source = kcd_strdup(symptom->source);
  add_causes(ret, names);
  kcd_explain_next(symptom->next, symptom->causes, names, ret);
}

/* Symptoms that show this finding, the first few; owned. */
static char *shown_by(enum kcd_finding_id id)
{
  enum { SHOWN = 6 };
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  size_t n = 0;
  for (size_t i = 0; i < kcd_n_symptoms() && n < SHOWN; i++) {
    const struct kcd_symptom *symptom = kcd_symptom_at(i);
    bool named = false;
    for (const struct kcd_symptom_cause *c = symptom->causes; c != NULL && c->ids != NULL; c++)
      for (const enum kcd_finding_id *p = c->ids; *p != KCD_FINDINGS; p++)
        named = named || *p == id;
    if (!named || symptom->kind == KCD_SYMPTOM_WORDS)
      continue;
    KCD_AUTO_CHAR label = kcd_symptom_label(symptom);
    kcd_buf_addf(&out, "%s%s", n++ == 0 ? " It shows in " : ", ", label);
  }
  kcd_buf_add_text(&out, n > 0 ? "." : "");
  return kcd_buf_take_text(&out);
}

/* What stands on the machines or on the network is no matter of delegation; of the rest the list or the KDC speaks. */
static enum kcd_is_delegation delegation_of(const struct kcd_finding_info *info)
{
  bool elsewhere = strcmp(info->seen, "host") == 0 || strcmp(info->seen, "network") == 0;
  return elsewhere ? KCD_DELEGATION_NO : KCD_DELEGATION_YES;
}

static void explain_finding(enum kcd_finding_id id, const struct kcd_names *names, struct kcd_explained *ret)
{
  const struct kcd_finding_info *info = kcd_finding_info(id);
  KCD_AUTO_CHAR shows = shown_by(id);
  ret->finding = id;
  ret->delegation = delegation_of(info);
  ret->label = kcd_strdup(info->id);
  ret->means = kcd_strdup(info->title);
  ret->tell = kcd_asprintf("To be seen: %s.%s", info->seen, shows);
  ret->source = kcd_strdup(info->source);
  add_cause(ret, kcd_strdup(info->remedy), alone(id));
  const struct kcd_symptom_cause causes[] = {{NULL, alone(id)}, {NULL, NULL}};
  kcd_explain_next(ret->delegation == KCD_DELEGATION_NO ? KCD_NEXT_ON_HOST : KCD_NEXT_PAIR, causes, names, ret);
}

static void explain_sightings(struct kcd_sightings *seen, struct kcd_explanation *ret)
{
  if (seen->n > 0 && !seen->one_code)
    qsort(seen->v, seen->n, sizeof *seen->v, compare);
  for (size_t i = 0; i < seen->n_findings; i++) {
    struct kcd_explained *finding = add(ret);
    if (finding != NULL)
      explain_finding(seen->findings[i], &ret->names, finding);
  }
  for (size_t i = 0; i < seen->n; i++) {
    const struct kcd_symptom *symptom = seen->v[i].symptom;
    if (!seen->one_code && is_beside_the_point(symptom, ret))
      continue;
    size_t first = 0;
    while (first < ret->n && (ret->v[first].symptom == NULL || !belongs(ret->v[first].symptom, symptom)))
      first++;
    if (first < ret->n) {
      join(&ret->v[first], symptom);
      continue;
    }
    struct kcd_explained *own = add(ret);
    if (own != NULL)
      own->symptom = symptom;
  }
  for (size_t i = 0; i < ret->n; i++)
    if (ret->v[i].symptom != NULL)
      complete(&ret->v[i], &ret->names);
}

void kcd_explain(const char *text, struct kcd_explanation *ret)
{
  *ret = (struct kcd_explanation){0};
  KCD_AUTO_CHAR folded = kcd_symptom_fold(text);
  struct kcd_sightings seen;
  kcd_symptoms_scan(folded, &seen);
  kcd_names_find(text, &ret->names);
  explain_sightings(&seen, ret);
  if (ret->n == 0) {
    ret->known_as = KCD_TAKE(seen.known_as);
    ret->n_nearest = kcd_symptoms_nearest(folded, &ret->names, ret->nearest);
  }
  kcd_sightings_done(&seen);
}

static void explained_done(struct kcd_explained *explained)
{
  for (size_t i = 0; i < explained->n_causes; i++)
    free(explained->causes[i].text);
  free(explained->causes);
  free((void *)explained->with);
  free(explained->label);
  free(explained->means);
  free(explained->tell);
  free(explained->note);
  free(explained->next);
  free(explained->blanks);
  free(explained->source);
}

static void nearest_done(struct kcd_nearest *nearest)
{
  free(nearest->key);
  free(nearest->means);
}

void kcd_explanation_done(struct kcd_explanation *explanation)
{
  kcd_names_done(&explanation->names);
  for (size_t i = 0; i < explanation->n; i++)
    explained_done(&explanation->v[i]);
  free(explanation->v);
  free(explanation->known_as);
  for (size_t i = 0; i < explanation->n_nearest; i++)
    nearest_done(&explanation->nearest[i]);
  *explanation = (struct kcd_explanation){0};
}
