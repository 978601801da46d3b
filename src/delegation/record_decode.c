/* What a change record says beyond the form of its members. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/secdesc.h>
#include <kcdfix/uac.h>

#include "recordfields.h"

static int take_spns(const json_t *array, size_t text_max, struct kcd_record *record)
{
  if (!json_is_array(array))
    return -1;
  record->spns = kcd_calloc(json_array_size(array) + 1, sizeof *record->spns);
  for (size_t i = 0; i < json_array_size(array); i++) {
    if (kcd_json_take_text(json_array_get(array, i), text_max, &record->spns[i]) != 0)
      return -1;
    record->n_spns++;
  }
  return 0;
}

static int take_own(const json_t *value, const struct kcd_record_form *form, const struct kcd_field *field,
                    void *record)
{
  void *member = (char *)record + field->offset;
  const char *text = kcd_json_plain(value);
  if (field->kind == KCD_FIELD_SPNS)
    return take_spns(value, form->text_max, record);
  if (text == NULL)
    return -1;
  return field->kind == KCD_FIELD_STATE ? kcd_record_state_parse(text, member) : kcd_mode_parse(text, member);
}

/* A value of one of the two lists, for sorting. */
struct listed {
  const struct kcd_bytes *value;
  bool added;
};

static int by_value(const void *a, const void *b)
{
  return kcd_bytes_compare(((const struct listed *)a)->value, ((const struct listed *)b)->value);
}

static int by_bytes(const void *a, const void *b)
{
  return kcd_bytes_compare(a, b);
}

static void collect(struct listed *to, const struct kcd_values *values, bool added)
{
  for (size_t i = 0; i < values->n; i++)
    to[i] = (struct listed){.value = &values->v[i], .added = added};
}

/* Whether an added value is there twice, or was there before. Sorted, since the lists of a hostile file can be long. */
static bool has_double(const struct kcd_values *before, const struct kcd_values *added)
{
  const size_t n = before->n + added->n;
  struct listed *all = kcd_calloc(n + 1, sizeof *all);
  collect(all, before, false);
  collect(all + before->n, added, true);
  qsort(all, n, sizeof *all, by_value);
  bool found = false;
  for (size_t i = 1; i < n && !found; i++)
    found = (all[i - 1].added || all[i].added) && by_value(&all[i - 1], &all[i]) == 0;
  free(all);
  return found;
}

static bool same_sid(bool has_a, const struct kcd_sid *a, bool has_b, const struct kcd_sid *b)
{
  return has_a == has_b && (!has_a || kcd_sid_equal(a, b));
}

static bool begins_with(const struct kcd_secdesc *after, const struct kcd_secdesc *before)
{
  bool same = after->n_aces > before->n_aces &&
              same_sid(after->has_owner, &after->owner, before->has_owner, &before->owner) &&
              same_sid(after->has_group, &after->group, before->has_group, &before->group);
  for (size_t i = 0; same && i < before->n_aces; i++)
    same = kcd_bytes_equal(&after->aces[i].raw, &before->aces[i].raw);
  return same;
}

/* Undoing writes rbcd_before as it stands in the file: it may only take entries away, never bring any. */
static bool only_adds_entries(const struct kcd_record *record)
{
  KCD_AUTO_VALUE(kcd_secdesc) before = {0};
  KCD_AUTO_VALUE(kcd_secdesc) after = {0};
  const struct kcd_bytes *old = &record->rbcd_before, *new = &record->rbcd_after;
  struct kcd_error ignored = KCD_ERROR_INIT;
  if (kcd_secdesc_decode(new->data, new->len, &after, &ignored) != 0)
    return false;
  return old->len == 0 ||
         (kcd_secdesc_decode(old->data, old->len, &before, &ignored) == 0 && begins_with(&after, &before));
}

static int check_descriptor(const struct kcd_record *record, struct kcd_error *err)
{
  if (record->rbcd_after.len == 0 && (record->rbcd_before.len > 0 || record->rbcd_added.n > 0 || record->rbcd_ours))
    return kcd_fail(err, KCD_E_MALFORMED, "change record: rbcd_after is missing beside other members of rbcd");
  if (record->rbcd_after.len == 0)
    return 0;
  if (record->list_added.n + record->list_removed.n > 0 || record->uac_before != record->uac_after)
    return kcd_fail(err, KCD_E_MALFORMED, "change record: rbcd_after stands beside a change of the list or the bit");
  if (!only_adds_entries(record))
    return kcd_fail(err, KCD_E_MALFORMED, "change record: rbcd_after is not rbcd_before with entries added");
  return 0;
}

/* Whether each removed value was there before, and once: undoing adds them as they stand in the file. */
static bool all_were_there(const struct kcd_values *before, const struct kcd_values *removed)
{
  struct kcd_bytes *sorted = kcd_calloc(before->n + 1, sizeof *sorted); /* borrows the data */
  struct kcd_bytes *wanted = kcd_calloc(removed->n + 1, sizeof *wanted);
  for (size_t i = 0; i < before->n; i++)
    sorted[i] = before->v[i];
  for (size_t i = 0; i < removed->n; i++)
    wanted[i] = removed->v[i];
  qsort(sorted, before->n, sizeof *sorted, by_bytes);
  qsort(wanted, removed->n, sizeof *wanted, by_bytes);
  bool all = true;
  for (size_t i = 0; i < removed->n && all; i++)
    all = bsearch(&wanted[i], sorted, before->n, sizeof *sorted, by_bytes) != NULL &&
          (i == 0 || by_bytes(&wanted[i - 1], &wanted[i]) != 0);
  free(sorted);
  free(wanted);
  return all;
}

/* What no kcdfix writes: then somebody else did. */
static int check_sense(const struct kcd_record *record, struct kcd_error *err)
{
  if (((record->uac_before ^ record->uac_after) & ~KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) != 0)
    return kcd_fail(err, KCD_E_MALFORMED, "change record: uac_before and uac_after differ in more than one bit");
  if (has_double(&record->list_before, &record->list_added))
    return kcd_fail(err, KCD_E_MALFORMED, "change record: a value of list_added is there twice, or in list_before");
  if (!all_were_there(&record->list_before, &record->list_removed))
    return kcd_fail(err, KCD_E_MALFORMED,
                    "change record: a value of list_removed is there twice, or not in list_before");
  return check_descriptor(record, err);
}

int kcd_record_decode(const void *data, size_t len, struct kcd_record *ret, struct kcd_error *err)
{
  struct kcd_record record = {0};
  int result = kcd_form_decode(&kcd_change_record_form, take_own, data, len, &record, err);
  if (result == 0)
    result = check_sense(&record, err);
  if (result == 0)
    *ret = record;
  else
    kcd_record_done(&record);
  return result;
}
