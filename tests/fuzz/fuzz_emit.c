/* A plan whose every name and value is hostile, in the three formats: nothing but the expected lines may come out.
 *
 * Input: one byte of flags, then strings with a length byte before each: DN, account name, DC, and values to add. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/emit.h>
#include <kcdfix/text.h>

#include "decode.h"
#include "target.h"

#define MORE_BIT 0x1u /* the bit is set, else cleared */
#define BIT 0x1000000u

static char *next_string(struct kcd_reader *in)
{
  size_t len = kcd_read_u8(in);
  if (len > in->left)
    len = in->left;
  return string_of(kcd_read_bytes(in, len), len);
}

static void add_values(struct kcd_reader *in, struct kcd_values *values)
{
  while (in->left > 0) {
    size_t len = kcd_read_u8(in);
    if (len > in->left)
      len = in->left;
    kcd_values_add(values, len == 0 ? (const uint8_t *)"" : kcd_read_bytes(in, len), len);
  }
}

static char *emit(const struct kcd_object_plan *plan, enum kcd_emit_format format, const char *dc)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  kcd_emit_plan(&out, format, plan, dc, 0);
  char *text = kcd_buf_take_text(&out);
  REQUIRE(text != NULL);
  return text;
}

/* The next logical line, its folds kept; owned. */
static char *ldif_line(const char **text)
{
  const char *end = *text;
  do {
    end = strchr(end, '\n');
    REQUIRE(end != NULL);
    end++;
  } while (*end == ' ');
  char *line = kcd_strndup(*text, (size_t)(end - *text));
  *text = end;
  return line;
}

static void check_value_line(const char *line, const char *attribute, const void *value, size_t len)
{
  struct kcd_buf decoded;
  kcd_buf_init(&decoded, KCD_BUF_DEFAULT_CAP);
  decode_ldif_line(line, attribute, &decoded);
  REQUIRE(decoded.len == len && (len == 0 || memcmp(decoded.data, value, len) == 0));
  kcd_buf_done(&decoded);
}

static void check_ldif(const struct kcd_object_plan *plan, const char *dc)
{
  KCD_AUTO_CHAR text = emit(plan, KCD_EMIT_LDIF, dc);
  const char *at = text;
  size_t value = 0;
  size_t names = 0;
  while (*at != '\0') {
    KCD_AUTO_CHAR line = ldif_line(&at);
    if (line[0] == '#') {
      check_comment(line);
    } else if (strncmp(line, "dn:", 3) == 0) {
      check_value_line(line, "dn", plan->host->dn, strlen(plan->host->dn));
      names++;
    } else if (strncmp(line, "msDS-AllowedToDelegateTo:", 25) == 0) {
      check_value_line(line, "msDS-AllowedToDelegateTo", plan->add.v[value].data, plan->add.v[value].len);
      value++;
    }
    REQUIRE(strstr(line, "replace:") != line);
  }
  REQUIRE(names == 1 && value == plan->add.n);
}

static bool starts(const char *line, const char *const *beginnings, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (strncmp(line, beginnings[i], strlen(beginnings[i])) == 0)
      return true;
  return false;
}

/* Every line of PowerShell is printable ASCII and one of ours. */
static void check_powershell(const struct kcd_object_plan *plan, const char *dc)
{
  static const char *const ours[] = {"# ", "$h = ", "Set-ADComputer $h -Server ", "Set-ADAccountControl $h -Server "};
  KCD_AUTO_CHAR text = emit(plan, KCD_EMIT_POWERSHELL, dc);
  size_t lines = 0;
  for (const char *at = text; *at != '\0'; at = strchr(at, '\n') + 1) {
    REQUIRE(starts(at, ours, 4) && strchr(at, '\n') != NULL);
    lines++;
  }
  REQUIRE(lines <= 4);
  for (const char *p = text; *p != '\0'; p++)
    REQUIRE(*p == '\n' || (*p >= 0x20 && *p <= 0x7e));
}

/* Line breaks inside the quotes of a word apart, no control character comes out. */
static void check_samba_tool(const struct kcd_object_plan *plan, const char *dc)
{
  KCD_AUTO_CHAR text = emit(plan, KCD_EMIT_SAMBA_TOOL, dc);
  REQUIRE(strncmp(text, "# ", 2) == 0);
  for (const char *p = text; *p != '\0'; p++)
    REQUIRE(*p == '\n' || ((unsigned char)*p >= 0x20 && *p != 0x7f));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct kcd_reader in;
  kcd_reader_init(&in, data, size);
  const bool sets = (kcd_read_u8(&in) & MORE_BIT) != 0;
  KCD_AUTO_CHAR dn = next_string(&in);
  KCD_AUTO_CHAR name = next_string(&in);
  KCD_AUTO_CHAR dc = next_string(&in);
  const struct kcd_account host = {.dn = dn, .sam_account_name = name};
  struct kcd_object_plan plan = {.host = &host};
  plan.uac_before = sets ? 0x1000 : 0x1000 | BIT;
  plan.uac_after = plan.uac_before ^ BIT;
  add_values(&in, &plan.add);
  check_ldif(&plan, dc);
  check_powershell(&plan, dc);
  check_samba_tool(&plan, dc);
  kcd_values_done(&plan.add);
  return 0;
}
