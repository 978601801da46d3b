#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

#include "fixture.h"

#define FIXTURE_MAX 65536

static struct kcd_bytes exact_copy(const void *data, size_t len)
{
  struct kcd_bytes bytes = {.data = malloc(len > 0 ? len : 1), .len = len};
  assert_non_null(bytes.data);
  if (len > 0)
    memcpy(bytes.data, data, len);
  return bytes;
}

struct kcd_bytes fixture(const char *name)
{
  static uint8_t buffer[FIXTURE_MAX];
  KCD_AUTO_CHAR path = kcd_asprintf("fixtures/%s", name);
  FILE *file = fopen(path, "rb");
  if (file == NULL)
    fail_msg("%s cannot be opened", path);
  size_t len = fread(buffer, 1, sizeof(buffer), file);
  assert_int_equal(fclose(file), 0);
  assert_in_range(len, 1, sizeof(buffer) - 1);
  return exact_copy(buffer, len);
}

struct kcd_bytes from_hex(const char *hex)
{
  struct kcd_bytes bytes;
  assert_int_equal(kcd_hex_decode(hex, &bytes), 0);
  struct kcd_bytes exact = exact_copy(bytes.data, bytes.len);
  kcd_bytes_done(&bytes);
  return exact;
}

void each_truncation(const struct kcd_bytes *bytes, void (*decode)(const void *data, size_t len))
{
  for (size_t len = 0; len < bytes->len; len++) {
    struct kcd_bytes part = exact_copy(bytes->data, len);
    decode(part.data, part.len);
    kcd_bytes_done(&part);
  }
}
