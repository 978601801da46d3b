/* What was perhaps meant: the keys that share the most three-letter pieces with the text. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

#include "symptoms.h"

#define TEXT_MAX 200 /* what is compared of a long text */
#define KEY_MAX 100

/* How many pieces of three letters A has. */
static size_t pieces(const char *a)
{
  size_t len = strlen(a);
  return len < 3 ? 0 : len - 2;
}

/* Dice's coefficient of the pieces, in thousandths. */
static unsigned likeness(const char *text, const char *key)
{
  bool taken[KEY_MAX] = {false};
  size_t n_text = pieces(text), n_key = pieces(key), common = 0;
  if (n_text == 0 || n_key == 0 || n_key > KEY_MAX)
    return 0;
  for (size_t i = 0; i < n_text; i++) {
    for (size_t j = 0; j < n_key; j++) {
      if (taken[j] || strncmp(text + i, key + j, 3) != 0)
        continue;
      taken[j] = true;
      common++;
      break;
    }
  }
  return (unsigned)(2000 * common / (n_text + n_key));
}

struct hit {
  unsigned score;
  char *key;
  const char *means;
};

struct nearest {
  const char *text;
  struct hit hits[KCD_EXPLAIN_NEAREST];
  size_t n;
};

static void insert(struct nearest *nearest, unsigned score, const char *key, const char *means)
{
  size_t at = nearest->n;
  while (at > 0 && nearest->hits[at - 1].score < score)
    at--;
  if (at == KCD_EXPLAIN_NEAREST)
    return;
  if (nearest->n == KCD_EXPLAIN_NEAREST)
    free(nearest->hits[--nearest->n].key);
  memmove(&nearest->hits[at + 1], &nearest->hits[at], (nearest->n - at) * sizeof nearest->hits[0]);
  nearest->hits[at] = (struct hit){.score = score, .key = kcd_strdup(key), .means = means};
  nearest->n++;
}

static void offer(struct nearest *nearest, const char *key, const char *means)
{
  enum { ALIKE = 400 };
  KCD_AUTO_CHAR folded = kcd_symptom_fold(key);
  unsigned score = likeness(nearest->text, folded);
  if (score < ALIKE)
    return;
  for (size_t i = 0; i < nearest->n; i++)
    if (nearest->hits[i].means == means) /* another key of the same row */
      return;
  insert(nearest, score, key, means);
}

static char *number_of(const struct kcd_symptom *symptom)
{
  bool status = symptom->kind == KCD_SYMPTOM_HRESULT || symptom->kind == KCD_SYMPTOM_NTSTATUS;
  return status ? kcd_asprintf("0x%08" PRIX64, (uint64_t)symptom->number) : kcd_asprintf("%" PRId64, symptom->number);
}

static void offer_symptom(struct nearest *nearest, const struct kcd_symptom *symptom)
{
  const char *name = kcd_symptom_name(symptom);
  if (symptom->kind != KCD_SYMPTOM_WORDS) {
    KCD_AUTO_CHAR number = number_of(symptom);
    offer(nearest, number, symptom->means);
  }
  if (name != NULL)
    offer(nearest, name, symptom->means);
  for (const char *phrase = symptom->words; phrase != NULL && *phrase != '\0';) {
    size_t len = strcspn(phrase, "|");
    KCD_AUTO_CHAR key = kcd_strndup(phrase, len);
    offer(nearest, key, symptom->means);
    phrase += len + (phrase[len] == '|');
  }
}

/* Where nothing is alike: what people ask most. */
static void offer_the_usual(struct nearest *nearest)
{
  static const struct {
    const char *key;
    enum kcd_symptom_kind kind;
    int64_t number;
  } usual[] = {{"13000", KCD_SYMPTOM_EVENT, 13000},
               {"0x8009030E", KCD_SYMPTOM_HRESULT, 0x8009030E},
               {"KDC_ERR_BADOPTION", KCD_SYMPTOM_KDC, 13}};
  for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
    insert(nearest, 0, usual[i].key, kcd_symptom_find(usual[i].kind, usual[i].number)->means);
}

size_t kcd_symptoms_nearest(const char *folded, const struct kcd_names *names,
                            struct kcd_nearest ret[KCD_EXPLAIN_NEAREST])
{
  KCD_AUTO_CHAR text = kcd_strndup(folded, strnlen(folded, TEXT_MAX));
  struct nearest nearest = {.text = text};
  for (size_t i = 0; i < kcd_n_symptoms(); i++)
    offer_symptom(&nearest, kcd_symptom_at(i));
  for (int id = 0; id < KCD_FINDINGS; id++) {
    const struct kcd_finding_info *info = kcd_finding_info((enum kcd_finding_id)id);
    offer(&nearest, info->id, info->title);
  }
  if (nearest.n == 0)
    offer_the_usual(&nearest);
  for (size_t i = 0; i < nearest.n; i++)
    ret[i] = (struct kcd_nearest){.key = nearest.hits[i].key, .means = kcd_names_fill(nearest.hits[i].means, names)};
  return nearest.n;
}
