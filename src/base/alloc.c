#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>

/* abort(3) and no message: printing may need memory too, and no caller could do anything about it. */
void kcd_no_memory(void)
{
  abort();
}

static void *or_abort(void *memory)
{
  if (memory == NULL)
    kcd_no_memory();
  return memory;
}

void *kcd_calloc(size_t count, size_t size)
{
  /* calloc(0, n) may give NULL without being out of memory. */
  if (count == 0 || size == 0)
    count = size = 1;
  return or_abort(calloc(count, size));
}

void *kcd_reallocarray(void *old, size_t count, size_t size)
{
  /* reallocarray(p, 0, n) frees p in some C libraries. */
  if (count == 0 || size == 0)
    count = size = 1;
  return or_abort(reallocarray(old, count, size));
}

char *kcd_strdup(const char *text)
{
  return text == NULL ? NULL : kcd_strndup(text, strlen(text));
}

char *kcd_strndup(const char *text, size_t len)
{
  if (len == SIZE_MAX)
    abort();
  char *copy = kcd_calloc(len + 1, 1);
  if (len > 0)
    memcpy(copy, text, len);
  return copy;
}

char *kcd_asprintf(const char *format, ...)
{
  va_list args;
  va_start(args, format);
  char *text = kcd_vasprintf(format, args);
  va_end(args);
  return text;
}

char *kcd_vasprintf(const char *format, va_list args)
{
  char *text = NULL;
  if (vasprintf(&text, format, args) < 0)
    abort();
  return text;
}

void kcd_free_texts(char **texts, size_t n)
{
  for (size_t i = 0; i < n; i++)
    free(texts[i]);
  free(texts);
}

void kcd_wipe(void *secret, size_t len)
{
  if (secret != NULL && len > 0)
    explicit_bzero(secret, len);
}

void kcd_free_secret(char *secret)
{
  if (secret == NULL)
    return;
  kcd_wipe(secret, strlen(secret));
  free(secret);
}

void kcd_free_charp(char **p)
{
  free(*p);
}
