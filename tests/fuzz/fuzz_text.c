/* Text made safe for a terminal, for a shell, and as base64 and hexadecimal: nothing dangerous, and a way back. */
#include <string.h>

#include <kcdfix/clock.h>
#include <kcdfix/text.h>

#include "decode.h"
#include "target.h"

static void same(struct kcd_buf *decoded, const void *data, size_t size)
{
  REQUIRE(!decoded->failed && decoded->len == size && (size == 0 || memcmp(decoded->data, data, size) == 0));
  kcd_buf_done(decoded);
}

static void check_safe(const uint8_t *data, size_t size)
{
  struct kcd_buf decoded;
  kcd_buf_init(&decoded, KCD_BUF_DEFAULT_CAP);
  KCD_AUTO_CHAR safe = kcd_safe_text(data, size);
  REQUIRE(kcd_is_displayable(safe));
  REQUIRE(kcd_is_utf8(safe, strlen(safe)));
  (void)kcd_text_width(safe);
  if (size > KCD_SAFE_MAX)
    return;
  decode_safe(safe, &decoded);
  same(&decoded, data, size);
}

static void check_safe_into(const char *text)
{
  char out[24];
  for (size_t room = 1; room <= sizeof(out); room++) {
    kcd_safe_into(out, room, text);
    REQUIRE(strlen(out) < room);
    REQUIRE(kcd_is_displayable(out));
  }
}

static void check_shell_word(const char *text)
{
  struct kcd_buf decoded;
  kcd_buf_init(&decoded, KCD_BUF_DEFAULT_CAP);
  KCD_AUTO_CHAR word = kcd_shell_word(text);
  decode_shell_word(word, &decoded);
  same(&decoded, text, strlen(text));
  /* Newlines in quotes at the very end are the one thing that is not shown as an escape. */
  for (size_t len = strlen(word); len > 0 && strchr("'\n", word[len - 1]) != NULL; len--)
    word[len - 1] = '\0';
  REQUIRE(kcd_is_displayable(word));
}

static void check_base64(const uint8_t *data, size_t size, const char *text)
{
  struct kcd_bytes bytes;
  KCD_AUTO_CHAR base64 = kcd_base64(data, size);
  REQUIRE(kcd_base64_decode(base64, &bytes) == 0);
  REQUIRE(bytes.len == size && memcmp(bytes.data, data, size) == 0);
  kcd_bytes_done(&bytes);
  if (kcd_base64_decode(text, &bytes) != 0)
    return;
  KCD_AUTO_CHAR again = kcd_base64(bytes.data, bytes.len);
  REQUIRE(strcmp(again, text) == 0);
  kcd_bytes_done(&bytes);
}

static void check_hex(const uint8_t *data, size_t size, const char *text)
{
  struct kcd_bytes bytes;
  KCD_AUTO_CHAR hex = kcd_hex(data, size);
  REQUIRE(kcd_hex_decode(hex, &bytes) == 0);
  REQUIRE(bytes.len == size && memcmp(bytes.data, data, size) == 0);
  kcd_bytes_done(&bytes);
  if (kcd_hex_decode(text, &bytes) == 0)
    kcd_bytes_done(&bytes);
}

static void check_time(const char *text)
{
  time_t when;
  (void)kcd_time_parse_generalized(text, &when);
  if (kcd_time_parse_rfc3339(text, &when) != 0)
    return;
  KCD_AUTO_CHAR again = kcd_time_rfc3339(when);
  REQUIRE(strcmp(again, text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  uint64_t number;
  KCD_AUTO_CHAR text = string_of(data, size);
  check_safe(data, size);
  check_safe_into(text);
  check_shell_word(text);
  check_base64(data, size, text);
  check_hex(data, size, text);
  check_time(text);
  (void)kcd_parse_u64(text, UINT64_MAX, &number);
  return 0;
}
