#include "gathering.h"

#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

#define MAX_CLASSES 4096

void class_mapping_done(struct class_mapping *mapping)
{
  for (size_t i = 0; i < mapping->n; i++)
    free(mapping->classes[i]);
  free(mapping->classes);
  *mapping = (struct class_mapping){NULL, 0};
}

static void add_class(struct class_mapping *mapping, const char *text, size_t len)
{
  if (len == 0 || mapping->n >= MAX_CLASSES)
    return;
  mapping->classes = kcd_reallocarray(mapping->classes, mapping->n + 1, sizeof(char *));
  mapping->classes[mapping->n++] = kcd_strndup(text, len);
}

static void read_classes(const char *text, struct class_mapping *mapping)
{
  for (;;) {
    size_t len = strcspn(text, ",");
    add_class(mapping, text, len);
    if (text[len] == '\0')
      return;
    text += len + 1;
  }
}

void class_mapping_read(const struct kcd_values *values, struct class_mapping *ret)
{
  for (size_t i = 0; values != NULL && i < values->n; i++)
    if (kcd_is_utf8(values->v[i].data, values->v[i].len) && kcd_starts_nocase((char *)values->v[i].data, "host="))
      read_classes((const char *)values->v[i].data + strlen("host="), ret);
}

bool class_is_mapped_to_host(const struct class_mapping *mapping, const char *service_class)
{
  for (size_t i = 0; i < mapping->n; i++)
    if (kcd_equal_nocase(mapping->classes[i], service_class))
      return true;
  return false;
}
