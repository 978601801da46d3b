#include "other.h"

#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/text.h>

#define WORD_MAX 100

char *kcd_other_word(const char *file, const char *suffix)
{
  KCD_AUTO_CHAR path = kcd_asprintf("%s%s%s", file[0] == '-' ? "./" : "", file, suffix);
  char *word = kcd_shell_word(path);
  if (strcmp(file, "-") != 0 && strlen(word) <= WORD_MAX)
    return word;
  free(word);
  return kcd_asprintf("FILE%s", suffix);
}

const char *kcd_other_shown(const char *file)
{
  return strcmp(file, "-") == 0 ? "standard input" : file;
}

static int fail_other(struct kcd_error *err, const char *file, const char *what)
{
  kcd_fail(err, KCD_E_USAGE, "%s is %s, which kcdfix does not read", kcd_other_shown(file), what);
  kcd_error_on(err, kcd_other_shown(file), NULL);
  return kcd_error_id(err, "capture-other-format");
}

struct magic {
  const char *bytes;
  size_t len;
  const char *what;
  const char *unpack; /* a program that writes the content to standard output */
};
#define MAGIC(bytes, what, unpack)                                                                                     \
  {                                                                                                                    \
    bytes, sizeof(bytes) - 1, what, unpack                                                                             \
  }

static const struct magic compressed[] = {
    MAGIC("\x1f\x8b", "compressed by gzip", "zcat"),     MAGIC("\x28\xb5\x2f\xfd", "compressed by zstd", "zstdcat"),
    MAGIC("\xfd\x37zXZ\0", "compressed by xz", "xzcat"), MAGIC("\x04\x22\x4d\x18", "compressed by lz4", "lz4cat"),
    MAGIC("BZh", "compressed by bzip2", "bzcat"),        MAGIC("PK\x03\x04", "a zip archive", "unzip -p"),
};

static const struct magic netmon[] = {
    MAGIC("GMBU", "a capture of Microsoft Network Monitor 2", NULL),
    MAGIC("RTSS", "a capture of Microsoft Network Monitor 1", NULL),
};

static const uint32_t captures[] = {
    0xa1b2c3d4, /* pcap, microseconds */
    0xa1b23c4d, /* nanoseconds */
    0xa1b2cd34, /* with the extended header of Kuznetzov's patch */
    0x0a0d0d0a  /* pcapng: reads the same in both orders */
};

static uint32_t u32le(const uint8_t *at)
{
  return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static bool is_capture(const uint8_t *head, size_t len)
{
  uint32_t magic = len >= 4 ? u32le(head) : 0;
  for (size_t i = 0; i < sizeof(captures) / sizeof(captures[0]); i++)
    if (magic == captures[i] || magic == __builtin_bswap32(captures[i]))
      return true;
  return false;
}

static const struct magic *find(const struct magic *table, size_t n, const uint8_t *head, size_t len)
{
  for (size_t i = 0; i < n; i++)
    if (len >= table[i].len && memcmp(head, table[i].bytes, table[i].len) == 0)
      return &table[i];
  return NULL;
}

/* An Event Trace Log begins with a buffer (WMI_BUFFER_HEADER, 72 bytes: its size, and how much of it is used), and that
 * with the event that describes the log (SYSTEM_TRACE_HEADER, then TRACE_LOGFILE_HEADER, which repeats the size): type
 * 1 or 2 by the width of pointers, and the two highest bits of the marker. */
static bool is_event_trace(const uint8_t *head, size_t len)
{
  enum { SAVED = 4, MARKER = 72, GROUP = MARKER + 6, LOGFILE = MARKER + 32 };
  if (len < LOGFILE + 4)
    return false;
  uint32_t size = u32le(head);
  uint32_t marker = u32le(head + MARKER);
  uint32_t type = marker >> 16 & 0xff;
  return size >= 1024 && size % 1024 == 0 && u32le(head + SAVED) <= size && marker >> 24 == 0xc0 &&
         (type == 1 || type == 2) && head[GROUP] == 0 && head[GROUP + 1] == 0 && u32le(head + LOGFILE) == size;
}

/* PktMon in UTF-16: the name of the session and of its file stand behind the header. */
static bool names_pktmon(const char *file, const uint8_t *head, size_t len)
{
  static const char name[] = "P\0k\0t\0M\0o\0n";
  return strcasestr(file, "pktmon") != NULL || memmem(head, len, name, sizeof(name) - 1) != NULL;
}

static int fail_event_trace(struct kcd_error *err, const char *file, const uint8_t *head, size_t len)
{
  fail_other(err, file, "an Event Trace Log");
  KCD_AUTO_CHAR word = kcd_other_word(file, "");
  KCD_AUTO_CHAR target = kcd_other_word(file, ".pcapng");
  if (names_pktmon(file, head, len))
    return kcd_error_next(err, "on Windows: pktmon etl2pcap %s --out %s", word, target);
  return kcd_error_next(err,
                        "on Windows, where netsh trace wrote it: etl2pcapng %s %s; where pktmon did: "
                        "pktmon etl2pcap %s --out %s",
                        word, target, word, target);
}

static int fail_netmon(struct kcd_error *err, const char *file, const char *what)
{
  fail_other(err, file, what);
  KCD_AUTO_CHAR word = kcd_other_word(file, "");
  KCD_AUTO_CHAR target = kcd_other_word(file, ".pcapng");
  return kcd_error_next(err, "editcap -F pcapng %s %s", word, target);
}

static int fail_compressed(struct kcd_error *err, const char *file, const struct magic *magic)
{
  fail_other(err, file, magic->what);
  KCD_AUTO_CHAR word = kcd_other_word(file, "");
  return kcd_error_next(err, "%s %s | kcdfix explain --trace -", magic->unpack, word);
}

static int fail_no_capture(struct kcd_error *err, const char *file, const uint8_t *head, size_t len)
{
  KCD_AUTO_CHAR text = kcd_decode_text(head, len);
  size_t whole = strlen(text);
  while (whole > 0 && (text[whole - 1] & 0x80) != 0) /* a character that the end of the head cuts */
    whole--;
  bool is_text = whole > 0 && kcd_is_utf8(text, whole);
  for (size_t i = 0; is_text && i < whole; i++)
    is_text = ((uint8_t)text[i] >= ' ' && text[i] != 0x7f) || strchr("\t\n\r\f", text[i]) != NULL;
  kcd_fail(err, KCD_E_USAGE, "%s is no network capture%s", kcd_other_shown(file), is_text ? " but text" : "");
  kcd_error_on(err, kcd_other_shown(file), NULL);
  kcd_error_id(err, "capture-no-capture");
  KCD_AUTO_CHAR word = kcd_other_word(file, "");
  return is_text ? kcd_error_next(err, "for what an error message means: kcdfix explain --file %s", word)
                 : kcd_error_next(err, "kcdfix reads pcap and pcapng: tcpdump -w, dumpcap, pktmon etl2pcap");
}

int kcd_other_check(const char *file, const uint8_t *head, size_t len, struct kcd_error *err)
{
  if (is_capture(head, len))
    return 0;
  const struct magic *magic = find(netmon, sizeof(netmon) / sizeof(netmon[0]), head, len);
  if (magic != NULL)
    return fail_netmon(err, file, magic->what);
  magic = find(compressed, sizeof(compressed) / sizeof(compressed[0]), head, len);
  if (magic != NULL)
    return fail_compressed(err, file, magic);
  if (is_event_trace(head, len) || kcd_ends_nocase(file, ".etl"))
    return fail_event_trace(err, file, head, len);
  return fail_no_capture(err, file, head, len);
}
