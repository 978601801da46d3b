/* A PowerShell expression has one of two shapes and means the input; a comment stays one. */
#include <string.h>

#include <kcdfix/psh.h>
#include <kcdfix/text.h>

#include "decode.h"
#include "target.h"

static void check_string(const char *text)
{
  struct kcd_buf decoded;
  KCD_AUTO_CHAR expression = kcd_psh_string(text);
  REQUIRE((expression == NULL) == !kcd_is_utf8(text, strlen(text)));
  if (expression == NULL)
    return;
  kcd_buf_init(&decoded, KCD_BUF_DEFAULT_CAP);
  decode_psh_string(expression, &decoded);
  REQUIRE(decoded.len == strlen(text) && (decoded.len == 0 || memcmp(decoded.data, text, decoded.len) == 0));
  kcd_buf_done(&decoded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct kcd_buf out;
  KCD_AUTO_CHAR text = string_of(data, size);
  check_string(text);
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  kcd_psh_comment(&out, text);
  KCD_AUTO_CHAR comment = kcd_buf_take_text(&out);
  check_comment(comment);
  REQUIRE(strchr(comment + 1, '#') == NULL);
  return 0;
}
