#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

#include "decode.h"

#define FOLD_COLUMNS 76

void require_failed(const char *file, int line, const char *condition)
{
  fprintf(stderr, "%s:%d: %s does not hold\n", file, line, condition);
  abort();
}

char *string_of(const uint8_t *data, size_t len)
{
  const uint8_t *end = len == 0 ? NULL : memchr(data, 0, len);
  return kcd_strndup((const char *)data, end == NULL ? len : (size_t)(end - data));
}

static bool is_displayable_ascii(char c)
{
  return c >= 0x20 && c <= 0x7e;
}

static uint32_t hex_number(const char *digits, size_t len)
{
  KCD_AUTO_CHAR text = kcd_asprintf("0x%.*s", (int)len, digits);
  uint64_t value = 0;
  REQUIRE(kcd_parse_u64(text, 0x10ffff, &value) == 0);
  return (uint32_t)value;
}

static void add_utf8(struct kcd_buf *out, uint32_t c)
{
  REQUIRE(c >= 0x80);
  if (c < 0x800) {
    kcd_buf_add_u8(out, (uint8_t)(0xc0 | c >> 6));
  } else if (c < 0x10000) {
    kcd_buf_add_u8(out, (uint8_t)(0xe0 | c >> 12));
    kcd_buf_add_u8(out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
  } else {
    kcd_buf_add_u8(out, (uint8_t)(0xf0 | c >> 18));
    kcd_buf_add_u8(out, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
    kcd_buf_add_u8(out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
  }
  kcd_buf_add_u8(out, (uint8_t)(0x80 | (c & 0x3f)));
}

/* Length of xNN or u{N...} at P, 0 if none stands there. */
static size_t escape_len(const char *p)
{
  if (p[0] == 'u' && p[1] == '{')
    return strcspn(p, "}") + 1;
  return p[0] == 'x' && strspn(p + 1, "0123456789abcdefABCDEF") >= 2 ? 3 : 0;
}

static void add_escape(const char *p, size_t len, struct kcd_buf *out)
{
  if (p[0] == 'x')
    kcd_buf_add_u8(out, (uint8_t)hex_number(p + 1, 2));
  else
    add_utf8(out, hex_number(p + 2, len - 3));
}

void decode_safe(const char *text, struct kcd_buf *out)
{
  while (*text != '\0') {
    size_t run = strspn(text, "\\");
    size_t escape = run == 0 ? 0 : escape_len(text + run);
    size_t literal = escape == 0 ? run : run / 2;
    for (size_t i = 0; i < literal; i++)
      kcd_buf_add_u8(out, '\\');
    text += run;
    if (escape > 0 && run % 2 == 1) {
      add_escape(text, escape, out);
      text += escape;
    } else if (run == 0) {
      kcd_buf_add(out, text++, 1);
    }
  }
}

static const char *decode_single_quotes(const char *p, struct kcd_buf *out)
{
  for (p++; *p != '\''; p++) {
    REQUIRE(*p != '\0');
    kcd_buf_add(out, p, 1);
  }
  return p + 1;
}

static const char *decode_printf(const char *p, struct kcd_buf *out)
{
  p += strlen("\"$(printf '");
  while (*p != '\'') {
    if (*p != '\\') {
      REQUIRE(is_displayable_ascii(*p) && *p != '%' && *p != '-');
      kcd_buf_add(out, p++, 1);
      continue;
    }
    REQUIRE(strspn(p + 1, "01234567") >= 3);
    kcd_buf_add_u8(out, (uint8_t)((p[1] - '0') << 6 | (p[2] - '0') << 3 | (p[3] - '0')));
    p += 4;
  }
  REQUIRE(strncmp(p, "')\"", 3) == 0);
  REQUIRE(out->len == 0 || out->data[out->len - 1] != '\n');
  return p + 3;
}

void decode_shell_word(const char *word, struct kcd_buf *out)
{
  REQUIRE(*word != '\0');
  while (*word != '\0') {
    if (*word == '\'') {
      word = decode_single_quotes(word, out);
    } else if (strncmp(word, "\"$(printf '", 11) == 0) {
      word = decode_printf(word, out);
    } else {
      word += strncmp(word, "\\'", 2) == 0;
      REQUIRE(strchr(" \t\n\\\"`$&|;<>(){}[]*?~#!^", *word) == NULL);
      kcd_buf_add(out, word++, 1);
    }
  }
}

void decode_filter(const char *filter, struct kcd_buf *out)
{
  while (*filter != '\0') {
    REQUIRE(is_displayable_ascii(*filter) && strchr("()* ", *filter) == NULL);
    if (*filter != '\\') {
      kcd_buf_add(out, filter++, 1);
      continue;
    }
    REQUIRE(strspn(filter + 1, "0123456789abcdef") >= 2);
    kcd_buf_add_u8(out, (uint8_t)hex_number(filter + 1, 2));
    filter += 3;
  }
}

/* TEXT between PREFIX and SUFFIX, owned by the caller; NULL if it is not there. */
static char *between(const char *text, const char *prefix, const char *suffix)
{
  size_t len = strlen(text);
  size_t before = strlen(prefix);
  size_t after = strlen(suffix);
  if (len < before + after || strncmp(text, prefix, before) != 0 || strcmp(text + len - after, suffix) != 0)
    return NULL;
  return kcd_strndup(text + before, len - before - after);
}

static void add_base64(const char *base64, struct kcd_buf *out)
{
  struct kcd_bytes bytes = {0};
  REQUIRE(kcd_base64_decode(base64, &bytes) == 0);
  kcd_buf_add(out, bytes.data, bytes.len);
  kcd_bytes_done(&bytes);
}

void decode_psh_string(const char *expression, struct kcd_buf *out)
{
  for (const char *p = expression; *p != '\0'; p++)
    REQUIRE(is_displayable_ascii(*p));
  KCD_AUTO_CHAR base64 = between(expression, "([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('", "')))");
  if (base64 != NULL) {
    add_base64(base64, out);
    return;
  }
  KCD_AUTO_CHAR literal = between(expression, "'", "'");
  REQUIRE(literal != NULL && strpbrk(literal, "'\"`") == NULL);
  kcd_buf_add_text(out, literal);
}

static char *unfold(const char *line)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  size_t columns = 0;
  for (; line[0] != '\n' || line[1] == ' '; line++) {
    REQUIRE(line[0] == '\n' || is_displayable_ascii(line[0]));
    columns = line[0] == '\n' ? 1 : columns + 1;
    REQUIRE(columns <= FOLD_COLUMNS);
    if (line[0] == '\n')
      line++;
    else
      kcd_buf_add(&out, line, 1);
  }
  REQUIRE(line[1] == '\0');
  return kcd_buf_take_text(&out);
}

void decode_ldif_line(const char *line, const char *attribute, struct kcd_buf *out)
{
  KCD_AUTO_CHAR unfolded = unfold(line);
  const char *p = unfolded + strlen(attribute);
  REQUIRE(strncmp(unfolded, attribute, strlen(attribute)) == 0 && *p == ':');
  bool base64 = p[1] == ':';
  p += base64 ? 2 : 1;
  if (*p == '\0')
    return;
  REQUIRE(*p == ' ');
  p++;
  if (base64) {
    add_base64(p, out);
    return;
  }
  REQUIRE(*p != ' ' && *p != ':' && *p != '<' && p[strlen(p) - 1] != ' ');
  kcd_buf_add_text(out, p);
}

void check_comment(const char *line)
{
  size_t len = strlen(line);
  REQUIRE(len >= 3 && strncmp(line, "# ", 2) == 0 && line[len - 1] == '\n');
  for (size_t i = 0; i + 1 < len; i++)
    REQUIRE(is_displayable_ascii(line[i]));
}
