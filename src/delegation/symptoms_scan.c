/* Finds symptoms in a text: numbers in every spelling, names, phrases, ids of findings. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/codes.h>
#include <kcdfix/kerberr.h>
#include <kcdfix/text.h>

#include "symptoms.h"

#define KDC_CODES 128 /* codes of a KDC, which libkrb5 keeps in front of its own */
#define NAME_MIN 6    /* no symbolic name is shorter */
#define NAME_MAX 64

struct scan {
  const char *text; /* folded */
  bool whole;       /* the text is one code and nothing else */
  struct kcd_sightings *out;
};

static bool is_blank(char c)
{
  return (unsigned char)c <= ' ' || c == 0x7f;
}

static bool is_word(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

char *kcd_symptom_fold(const char *text)
{
  char *folded = kcd_lower(text);
  char *out = folded; /* never ahead of what is read */
  for (const char *p = folded; *p != '\0'; p++) {
    if (is_blank(*p)) {
      if (out > folded && out[-1] != ' ')
        *out++ = ' ';
    } else if (strncmp(p, "\xe2\x80\x98", 3) == 0 || strncmp(p, "\xe2\x80\x99", 3) == 0) {
      *out++ = '\'';
      p += 2;
    } else {
      *out++ = *p;
    }
  }
  if (out > folded && out[-1] == ' ')
    out--;
  *out = '\0';
  return folded;
}

static void see(struct scan *scan, const struct kcd_symptom *symptom, size_t at)
{
  struct kcd_sightings *out = scan->out;
  for (size_t i = 0; i < out->n; i++) {
    if (out->v[i].symptom == symptom) {
      if (at < out->v[i].at)
        out->v[i].at = at;
      return;
    }
  }
  out->v = kcd_reallocarray(out->v, out->n + 1, sizeof *out->v);
  out->v[out->n++] = (struct kcd_sighting){.symptom = symptom, .at = at};
}

static void see_finding(struct scan *scan, enum kcd_finding_id id)
{
  struct kcd_sightings *out = scan->out;
  for (size_t i = 0; i < out->n_findings; i++)
    if (out->findings[i] == id)
      return;
  out->findings = kcd_reallocarray(out->findings, out->n_findings + 1, sizeof *out->findings);
  out->findings[out->n_findings++] = id;
}

/* The row of that number; a number that only has a NAME is remembered where it is all that was asked for. */
static void see_number(struct scan *scan, enum kcd_symptom_kind kind, int64_t number, const char *name, size_t at)
{
  const struct kcd_symptom *symptom = kcd_symptom_find(kind, number);
  if (symptom != NULL)
    see(scan, symptom, at);
  else if (name != NULL && scan->out->known_as == NULL)
    scan->out->known_as = kcd_strdup(name);
}

/* A number with its highest bit set: a status of Windows, or a code of libkrb5. */
static void see_status(struct scan *scan, uint32_t value, size_t at)
{
  int64_t krb5 = (int64_t)(int32_t)value - KCD_KRB5_BASE;
  if (krb5 >= 0 && krb5 < KDC_CODES)
    see_number(scan, KCD_SYMPTOM_KDC, krb5, kcd_kdc_code_name((int32_t)krb5), at);
  else if (krb5 >= KDC_CODES && krb5 < 256)
    see_number(scan, KCD_SYMPTOM_KRB5, (int32_t)value, kcd_krb5_code_name((int32_t)value), at);
  else if (value >> 28 == 0xd) /* an NTSTATUS as an HRESULT, MS-ERREF 2.1 */
    see_number(scan, KCD_SYMPTOM_NTSTATUS, value & 0xefffffff, kcd_ntstatus_name(value & 0xefffffff), at);
  else if (value >> 28 == 0xc)
    see_number(scan, KCD_SYMPTOM_NTSTATUS, value, kcd_ntstatus_name(value), at);
  else
    see_number(scan, KCD_SYMPTOM_HRESULT, value, kcd_hresult_name(value), at);
}

/* Whether WORD stands among the WINDOW characters before AT. */
static bool follows(const struct scan *scan, size_t at, const char *word, size_t window)
{
  size_t from = at > window ? at - window : 0;
  return memmem(scan->text + from, at - from, word, strlen(word)) != NULL;
}

/* A small number means something only where it is said what it is, or where it is all that was asked for. Numbers of
 * five digits are events of Hyper-V wherever they stand. */
static void see_small(struct scan *scan, int64_t value, bool decimal, size_t at)
{
  enum { EVENT_WINDOW = 40, CODE_WINDOW = 24, SURELY_EVENT = 10000 };
  bool event = follows(scan, at, "event", EVENT_WINDOW);
  bool code = follows(scan, at, "code", CODE_WINDOW) || follows(scan, at, "error", CODE_WINDOW);
  if (value < KDC_CODES && (scan->whole || (code && !follows(scan, at, "event", CODE_WINDOW))))
    see_number(scan, KCD_SYMPTOM_KDC, value, kcd_kdc_code_name((int32_t)value), at);
  if (decimal && (scan->whole || event || value >= SURELY_EVENT))
    see_number(scan, KCD_SYMPTOM_EVENT, value, NULL, at);
}

static bool is_bare_status(const char *word, size_t len)
{
  return len == 8 && (word[0] == '8' || word[0] == 'c') && strspn(word, "0123456789abcdef") >= 8;
}

/* A word that is a number: 0x80070005, 80070005, 2147942405, and with a minus -2147024891. */
static void number_at(struct scan *scan, const char *word, size_t len, bool negative, size_t at)
{
  char digits[24];
  if (len >= sizeof digits)
    return;
  memcpy(digits, word, len);
  digits[len] = '\0';
  bool hex = strncmp(digits, "0x", 2) == 0 || is_bare_status(word, len);
  char *end;
  unsigned long long value = strtoull(digits, &end, hex ? 16 : 10);
  if (*end != '\0')
    return;
  if (value >> 32 == 0xffffffff) /* sign-extended */
    value &= 0xffffffff;
  if (negative && value > 0 && value <= UINT32_C(0x80000000))
    see_status(scan, (uint32_t)-value, at);
  else if (!negative && value >= UINT32_C(0x80000000) && value <= UINT32_MAX)
    see_status(scan, (uint32_t)value, at);
  else if (!negative && value < UINT32_C(0x80000000))
    see_small(scan, (int64_t)value, !hex, at);
}

static void name_at(struct scan *scan, const char *word, size_t len, size_t at)
{
  char name[NAME_MAX + 1];
  int32_t kdc;
  uint32_t status;
  int64_t krb5;
  memcpy(name, word, len);
  name[len] = '\0';
  if (kcd_kdc_code_by_name(name, &kdc) == 0)
    see_number(scan, KCD_SYMPTOM_KDC, kdc, kcd_kdc_code_name(kdc), at);
  else if (kcd_ntstatus_by_name(name, &status) == 0)
    see_number(scan, KCD_SYMPTOM_NTSTATUS, status, kcd_ntstatus_name(status), at);
  else if (kcd_hresult_by_name(name, &status) == 0)
    see_number(scan, KCD_SYMPTOM_HRESULT, status, kcd_hresult_name(status), at);
  else if (kcd_krb5_code_by_name(name, &krb5) == 0)
    see_number(scan, KCD_SYMPTOM_KRB5, krb5, kcd_krb5_code_name(krb5), at);
}

/* Whether the number at AT is a later part of an address, a version, a time or a date. */
static bool is_part(const char *text, size_t at)
{
  if (at < 2)
    return false;
  char before = text[at - 1], further = text[at - 2];
  bool digit = further >= '0' && further <= '9';
  return ((before == '.' || before == ':') && digit) || (before == '-' && is_word(further));
}

static void word_at(struct scan *scan, size_t at, size_t len)
{
  const char *word = scan->text + at;
  if ((word[0] >= '0' && word[0] <= '9') || is_bare_status(word, len)) {
    bool negative = at > 0 && word[-1] == '-';
    if (!is_part(scan->text, at))
      number_at(scan, word, len, negative, at);
  } else if (len >= NAME_MIN && len <= NAME_MAX && (memchr(word, '_', len) != NULL || strncmp(word, "wsa", 3) == 0)) {
    name_at(scan, word, len, at);
  }
}

static void scan_words(struct scan *scan)
{
  for (size_t at = 0; scan->text[at] != '\0';) {
    size_t len = 0;
    while (is_word(scan->text[at + len]))
      len++;
    if (len > 0)
      word_at(scan, at, len);
    at += len > 0 ? len : 1;
  }
}

/* Ids of findings are the words with dashes. */
static void scan_findings(struct scan *scan)
{
  static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
  for (const char *p = scan->text; *p != '\0';) {
    size_t len = strspn(p, LETTERS);
    if (len > NAME_MIN && len <= NAME_MAX && memchr(p, '-', len) != NULL) {
      KCD_AUTO_CHAR word = kcd_strndup(p, len);
      enum kcd_finding_id id;
      if (kcd_finding_by_name(word, &id) == 0)
        see_finding(scan, id);
    }
    p += len > 0 ? len : 1;
  }
}

static bool is_apart(const char *text, size_t at, const char *phrase, size_t len)
{
  bool before = at == 0 || !is_word(phrase[0]) || !is_word(text[at - 1]);
  return before && (!is_word(phrase[len - 1]) || !is_word(text[at + len]));
}

/* Where the phrase stands as words of its own, or SIZE_MAX. */
static size_t find_phrase(const char *text, size_t text_len, const char *phrase, size_t len)
{
  size_t from = 0;
  const char *hit;
  while ((hit = memmem(text + from, text_len - from, phrase, len)) != NULL) {
    size_t at = (size_t)(hit - text);
    if (is_apart(text, at, phrase, len))
      return at;
    from = at + 1;
  }
  return SIZE_MAX;
}

static void scan_phrases(struct scan *scan)
{
  size_t text_len = strlen(scan->text);
  for (size_t i = 0; i < kcd_n_symptoms(); i++) {
    const struct kcd_symptom *symptom = kcd_symptom_at(i);
    for (const char *phrase = symptom->words; phrase != NULL && *phrase != '\0';) {
      size_t len = strcspn(phrase, "|");
      size_t at = find_phrase(scan->text, text_len, phrase, len);
      if (at != SIZE_MAX)
        see(scan, symptom, at);
      phrase += len + (phrase[len] == '|');
    }
  }
}

/* One word, so that a small number in it can only be a code. */
static bool is_one_code(const char *text)
{
  return strchr(text, ' ') == NULL && strlen(text) <= NAME_MAX;
}

void kcd_symptoms_scan(const char *folded, struct kcd_sightings *ret)
{
  *ret = (struct kcd_sightings){.one_code = is_one_code(folded)};
  struct scan scan = {.text = folded, .whole = ret->one_code, .out = ret};
  scan_words(&scan);
  scan_findings(&scan);
  scan_phrases(&scan);
}

void kcd_sightings_done(struct kcd_sightings *sightings)
{
  free(sightings->v);
  free(sightings->findings);
  free(sightings->known_as);
  *sightings = (struct kcd_sightings){0};
}
