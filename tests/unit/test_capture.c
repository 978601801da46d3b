/* Captures that the test writes: frames, times and link types; and each kind of file that is none. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <kcdfix/bytes.h>
#include <kcdfix/capture.h>

#define LINKTYPE_ETHERNET 1
#define LINKTYPE_RAW 101
#define PCAP_MICRO 0xa1b2c3d4u
#define PCAP_NANO 0xa1b23c4du

/* A folder of its own, the working directory of each test. */
static char *folder;

static int make_folder(void **state)
{
  (void)state;
  folder = strdup("/tmp/kcdfix-capture.XXXXXX");
  return mkdtemp(folder) == NULL ? -1 : chdir(folder);
}

static int remove_folder(void **state)
{
  (void)state;
  KCD_AUTO_CHAR command = kcd_asprintf("rm -rf -- '%s'", folder);
  int status = chdir("/") == 0 ? system(command) : -1; // NOLINT(cert-env33-c): the name is ours
  free(folder);
  return status;
}

static void add_u32(struct kcd_buf *out, bool swapped, uint32_t value)
{
  kcd_buf_add_u32le(out, swapped ? __builtin_bswap32(value) : value);
}

static void add_pcap_header(struct kcd_buf *out, bool swapped, uint32_t magic, uint32_t snaplen, uint32_t type)
{
  add_u32(out, swapped, magic);
  add_u32(out, swapped, swapped ? 0x00020004 : 0x00040002); /* version 2.4: two numbers of 16 bits */
  add_u32(out, swapped, 0);
  add_u32(out, swapped, 0);
  add_u32(out, swapped, snaplen);
  add_u32(out, swapped, type);
}

static void add_pcap_frame(struct kcd_buf *out, bool swapped, uint32_t seconds, uint32_t fraction, const char *data)
{
  add_u32(out, swapped, seconds);
  add_u32(out, swapped, fraction);
  add_u32(out, swapped, (uint32_t)strlen(data));
  add_u32(out, swapped, (uint32_t)strlen(data));
  kcd_buf_add_text(out, data);
}

static void add_block(struct kcd_buf *out, uint32_t type, const void *body, size_t len)
{
  kcd_buf_add_u32le(out, type);
  kcd_buf_add_u32le(out, (uint32_t)len + 12);
  kcd_buf_add(out, body, len);
  kcd_buf_add_u32le(out, (uint32_t)len + 12);
}

static void add_section(struct kcd_buf *out)
{
  static const uint8_t body[] = {0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255};
  add_block(out, 0x0a0d0d0a, body, sizeof(body));
}

/* Times in units of 10^-RESOLUTION seconds. */
static void add_interface(struct kcd_buf *out, uint8_t type, uint8_t snaplen, uint8_t resolution)
{
  uint8_t body[] = {type, 0, 0, 0, snaplen, 0, 0, 0, 9, 0, 1, 0, resolution, 0, 0, 0, 0, 0, 0, 0};
  add_block(out, 1, body, sizeof(body));
}

/* Four bytes of data. */
static void add_enhanced_frame(struct kcd_buf *out, uint8_t interface, uint64_t when, const char *data)
{
  struct kcd_buf body;
  kcd_buf_init(&body, 100);
  kcd_buf_add_u32le(&body, interface);
  kcd_buf_add_u32le(&body, (uint32_t)(when >> 32));
  kcd_buf_add_u32le(&body, (uint32_t)when);
  kcd_buf_add_u32le(&body, 4);
  kcd_buf_add_u32le(&body, 4);
  kcd_buf_add(&body, data, 4);
  add_block(out, 6, body.data, body.len);
  kcd_buf_done(&body);
}

static void write_bytes(const char *name, const void *data, size_t len)
{
  FILE *file = fopen(name, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(data, 1, len, file), len);
  assert_int_equal(fclose(file), 0);
}

static void write_file(const char *name, struct kcd_buf *content)
{
  write_bytes(name, content->data, content->len);
  kcd_buf_done(content);
}

static void write_pcap(const char *name, uint32_t snaplen, uint32_t type, const char *data)
{
  struct kcd_buf out;
  kcd_buf_init(&out, 4096);
  add_pcap_header(&out, false, PCAP_MICRO, snaplen, type);
  add_pcap_frame(&out, false, 1, 2, data);
  write_file(name, &out);
}

static struct kcd_capture *opened(const char *name)
{
  struct kcd_capture *capture = NULL;
  struct kcd_error err = KCD_ERROR_INIT;
  if (kcd_capture_open(name, &capture, &err) < 0)
    fail_msg("%s: %s", name, err.message);
  return capture;
}

static void expect_frame(struct kcd_capture *capture, const char *data, int64_t when)
{
  const uint8_t *bytes = NULL;
  size_t len = 0;
  int64_t time = 0;
  struct kcd_error err = KCD_ERROR_INIT;
  int status = kcd_capture_next(capture, &bytes, &len, &time, &err);
  if (status != 1)
    fail_msg("%d: %s", status, err.message);
  assert_int_equal(len, strlen(data));
  assert_memory_equal(bytes, data, len);
  assert_int_equal(time, when);
}

static void expect_end(struct kcd_capture *capture)
{
  const uint8_t *bytes = NULL;
  size_t len = 0;
  int64_t time = 0;
  struct kcd_error err = KCD_ERROR_INIT;
  assert_int_equal(kcd_capture_next(capture, &bytes, &len, &time, &err), 0);
  assert_int_equal(kcd_capture_next(capture, &bytes, &len, &time, &err), 0);
  assert_false(kcd_error_is_set(&err));
}

static struct kcd_error next_error(struct kcd_capture *capture)
{
  const uint8_t *bytes = NULL;
  size_t len = 0;
  int64_t time = 0;
  struct kcd_error err = KCD_ERROR_INIT;
  assert_int_equal(kcd_capture_next(capture, &bytes, &len, &time, &err), -1);
  return err;
}

static struct kcd_error open_error(const char *name)
{
  struct kcd_capture *capture = NULL;
  struct kcd_error err = KCD_ERROR_INIT;
  assert_int_equal(kcd_capture_open(name, &capture, &err), -1);
  assert_null(capture);
  assert_string_not_equal(err.message, "");
  assert_string_not_equal(err.object, "");
  return err;
}

static void expect_error(const char *name, enum kcd_errc code, const char *id, const char *in_next)
{
  struct kcd_error err = open_error(name);
  if (err.code != code || strcmp(err.id, id) != 0 || strstr(err.next, in_next) == NULL)
    fail_msg("%s: %d %s \"%s\" next \"%s\"", name, err.code, err.id, err.message, err.next);
}

static void reads_pcap_in_each_form(void **state)
{
  (void)state;
  for (unsigned form = 0; form < 4; form++) {
    bool swapped = (form & 1) != 0;
    bool nano = (form & 2) != 0;
    struct kcd_buf out;
    kcd_buf_init(&out, 4096);
    add_pcap_header(&out, swapped, nano ? PCAP_NANO : PCAP_MICRO, 96, LINKTYPE_ETHERNET);
    add_pcap_frame(&out, swapped, 1732219200, nano ? 123456789 : 123456, "first");
    add_pcap_frame(&out, swapped, 0x7fffffff, 0, "the second");
    add_pcap_frame(&out, swapped, 0, 0, "");
    write_file("form.pcap", &out);
    KCD_AUTO(kcd_capture) capture = opened("form.pcap");
    assert_int_equal(kcd_capture_link(capture), KCD_LINK_ETHERNET);
    assert_int_equal(kcd_capture_snaplen(capture), 96);
    expect_frame(capture, "first", INT64_C(1732219200123456));
    expect_frame(capture, "the second", INT64_C(2147483647000000));
    expect_frame(capture, "", 0);
    expect_end(capture);
  }
}

static void reads_pcapng(void **state)
{
  (void)state;
  struct kcd_buf out;
  kcd_buf_init(&out, 4096);
  add_section(&out);
  add_interface(&out, LINKTYPE_ETHERNET, 0, 6);
  add_interface(&out, LINKTYPE_ETHERNET, 0, 9);
  add_interface(&out, LINKTYPE_ETHERNET, 0, 0);
  add_enhanced_frame(&out, 0, 1732219200123456, "data");
  add_enhanced_frame(&out, 1, UINT64_C(1732219200123456789), "more");
  add_enhanced_frame(&out, 2, UINT64_C(0x7fffffffffffffff), "late"); /* a year that no calendar has */
  add_enhanced_frame(&out, 2, UINT64_C(0xffffffffffffffff), "none");
  write_file("a.pcapng", &out);
  KCD_AUTO(kcd_capture) capture = opened("a.pcapng");
  assert_int_equal(kcd_capture_link(capture), KCD_LINK_ETHERNET);
  assert_int_equal(kcd_capture_snaplen(capture), 0);
  expect_frame(capture, "data", INT64_C(1732219200123456));
  expect_frame(capture, "more", INT64_C(1732219200123456));
  expect_frame(capture, "late", INT64_C(253402300799000000));
  expect_frame(capture, "none", 0);
  expect_end(capture);
}

static void knows_link_types(void **state)
{
  (void)state;
  static const struct {
    uint32_t type;
    enum kcd_link link;
  } rows[] = {
      {1, KCD_LINK_ETHERNET}, {113, KCD_LINK_SLL}, {276, KCD_LINK_SLL2}, {101, KCD_LINK_RAW},
      {228, KCD_LINK_RAW},    {229, KCD_LINK_RAW}, {0, KCD_LINK_NULL},   {108, KCD_LINK_LOOP},
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    write_pcap("link.pcap", 262144, rows[i].type, "x");
    KCD_AUTO(kcd_capture) capture = opened("link.pcap");
    assert_int_equal(kcd_capture_link(capture), rows[i].link);
    assert_int_equal(kcd_capture_snaplen(capture), 0);
    expect_frame(capture, "x", 1000002);
  }
  write_pcap("wlan.pcap", 0, 127, "x"); /* IEEE 802.11 with a radiotap header */
  expect_error("wlan.pcap", KCD_E_USAGE, "capture-link-type", "tcpdump -i any");
  assert_non_null(strstr(open_error("wlan.pcap").message, "802.11"));
}

static void reads_a_capture_without_frames(void **state)
{
  (void)state;
  struct kcd_buf out;
  kcd_buf_init(&out, 4096);
  add_pcap_header(&out, false, PCAP_MICRO, 0, LINKTYPE_ETHERNET);
  write_file("none.pcap", &out);
  KCD_AUTO(kcd_capture) capture = opened("none.pcap");
  expect_end(capture);
}

/* More than any buffer on the way holds. */
static void reads_a_large_file(void **state)
{
  (void)state;
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  add_pcap_header(&out, false, PCAP_MICRO, 0, LINKTYPE_ETHERNET);
  for (uint32_t i = 0; i < 60000; i++) {
    KCD_AUTO_CHAR data = kcd_asprintf("frame %u %*s", i, (int)(i % 60), "");
    add_pcap_frame(&out, false, i, 0, data);
  }
  write_file("large.pcap", &out);
  KCD_AUTO(kcd_capture) capture = opened("large.pcap");
  for (uint32_t i = 0; i < 60000; i++) {
    KCD_AUTO_CHAR data = kcd_asprintf("frame %u %*s", i, (int)(i % 60), "");
    expect_frame(capture, data, (int64_t)i * 1000000);
  }
  expect_end(capture);
}

static void replace_input(int fd)
{
  assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
  close(fd);
}

static void reads_standard_input(void **state)
{
  (void)state;
  int before = dup(STDIN_FILENO);
  write_pcap("in.pcap", 0, LINKTYPE_ETHERNET, "from a file");
  replace_input(open("in.pcap", O_RDONLY));
  struct kcd_capture *capture = opened("-");
  expect_frame(capture, "from a file", 1000002);
  expect_end(capture);
  kcd_capture_close(capture);
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  assert_int_equal(write(ends[1], "\x1f\x8b\x08\0", 4), 4);
  close(ends[1]);
  replace_input(ends[0]);
  expect_error("-", KCD_E_USAGE, "capture-other-format", "zcat FILE | kcdfix explain --trace -");
  assert_string_equal(open_error("-").object, "standard input"); /* which is empty by now */
  replace_input(before);
}

static void says_where_a_capture_is_damaged(void **state)
{
  (void)state;
  struct kcd_buf out;
  kcd_buf_init(&out, 4096);
  add_pcap_header(&out, false, PCAP_MICRO, 0, LINKTYPE_ETHERNET);
  add_pcap_frame(&out, false, 1, 2, "first");
  add_pcap_frame(&out, false, 1, 2, "second");
  for (size_t len = 24; len < out.len; len++) {
    write_bytes("cut.pcap", out.data, len);
    KCD_AUTO(kcd_capture) capture = opened("cut.pcap");
    size_t frames = len < 24 + 16 + 5 ? 0 : 1;
    if (frames == 1)
      expect_frame(capture, "first", 1000002);
    if (len == 24 || len == 24 + 16 + 5) {
      expect_end(capture);
      continue;
    }
    struct kcd_error err = next_error(capture);
    assert_int_equal(err.code, KCD_E_MALFORMED);
    assert_string_equal(err.id, "capture-damaged");
    assert_non_null(strstr(err.message, frames == 1 ? "cut.pcap is damaged behind frame 1: " : "behind frame 0: "));
    err = next_error(capture);
    assert_string_equal(err.id, "capture-damaged");
  }
  for (size_t len = 4; len < 24; len++) {
    write_bytes("cut.pcap", out.data, len);
    expect_error("cut.pcap", KCD_E_MALFORMED, "capture-damaged", "");
  }
  kcd_buf_done(&out);
  write_bytes("old.pcap", "\xd4\xc3\xb2\xa1\x63\0\x63\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0", 24); /* version 99 */
  expect_error("old.pcap", KCD_E_MALFORMED, "capture-damaged", "");
}

static void says_what_to_do_with_several_interfaces(void **state)
{
  (void)state;
  struct kcd_buf out;
  kcd_buf_init(&out, 4096);
  add_section(&out);
  add_interface(&out, LINKTYPE_ETHERNET, 0, 6);
  add_interface(&out, LINKTYPE_RAW, 0, 6);
  add_enhanced_frame(&out, 0, 1, "data");
  write_file("mixed.pcapng", &out);
  expect_error("mixed.pcapng", KCD_E_USAGE, "capture-other-format",
               "editcap -F pcap -T ether mixed.pcapng mixed.pcapng.pcap");
  assert_non_null(strstr(open_error("mixed.pcapng").message, "interfaces that libpcap does not read together: "));

  kcd_buf_init(&out, 4096);
  add_section(&out);
  add_interface(&out, LINKTYPE_ETHERNET, 100, 6);
  add_interface(&out, LINKTYPE_ETHERNET, 50, 6);
  add_enhanced_frame(&out, 0, 1, "data");
  write_file("snap.pcapng", &out);
  expect_error("snap.pcapng", KCD_E_USAGE, "capture-other-format", "editcap -F pcap snap.pcapng snap.pcapng.pcap");

  kcd_buf_init(&out, 4096);
  add_section(&out);
  add_interface(&out, LINKTYPE_RAW, 0, 6);
  add_enhanced_frame(&out, 0, 1, "data");
  add_interface(&out, LINKTYPE_ETHERNET, 0, 6);
  add_enhanced_frame(&out, 1, 1, "more");
  write_file("late.pcapng", &out);
  KCD_AUTO(kcd_capture) capture = opened("late.pcapng");
  expect_frame(capture, "data", 1);
  struct kcd_error err = next_error(capture);
  assert_int_equal(err.code, KCD_E_USAGE);
  assert_string_equal(err.id, "capture-other-format");
  assert_string_equal(err.next, "to read those of the first link type: editcap -F pcap -T rawip late.pcapng "
                                "late.pcapng.pcap");
}

static void refuses_what_cannot_be_read(void **state)
{
  (void)state;
  write_bytes("empty.pcap", "", 0);
  assert_int_equal(mkdir("folder", 0700), 0);
  expect_error("nowhere.pcap", KCD_E_USAGE, "capture-unreadable", "");
  assert_non_null(strstr(open_error("nowhere.pcap").message, "nowhere.pcap: No such file"));
  assert_int_equal(open_error("nowhere.pcap").foreign, ENOENT);
  expect_error("folder", KCD_E_USAGE, "capture-unreadable", "");
  assert_int_equal(open_error("folder").foreign, EISDIR);
  expect_error("empty.pcap", KCD_E_USAGE, "capture-unreadable", "capture again");
  assert_string_equal(open_error("empty.pcap").message, "empty.pcap is empty");
}

/* As an Event Trace Log begins: WMI_BUFFER_HEADER, SYSTEM_TRACE_HEADER, TRACE_LOGFILE_HEADER, names. */
static void write_event_trace(const char *name, size_t len, const char *logger)
{
  uint8_t head[1024] = {0, 0, 1, 0, 0x20, 2};
  head[72] = 2;    /* version */
  head[74] = 2;    /* TRACE_HEADER_TYPE_SYSTEM64 */
  head[75] = 0xc0; /* TRACE_HEADER_FLAG | TRACE_HEADER_EVENT_TRACE */
  head[106] = 1;   /* the size of buffers, once more */
  for (size_t i = 0; logger[i] != '\0'; i++)
    head[400 + 2 * i] = (uint8_t)logger[i];
  write_bytes(name, head, len);
}

static void knows_event_traces(void **state)
{
  (void)state;
  write_event_trace("trace.bin", 1024, "NetTrace");
  expect_error("trace.bin", KCD_E_USAGE, "capture-other-format", "etl2pcapng trace.bin trace.bin.pcapng");
  expect_error("trace.bin", KCD_E_USAGE, "capture-other-format", "pktmon etl2pcap trace.bin --out trace.bin.pcapng");
  write_event_trace("x.bin", 1024, "PktMon");
  assert_string_equal(open_error("x.bin").next, "on Windows: pktmon etl2pcap x.bin --out x.bin.pcapng");
  write_event_trace("PktMon1.etl", 200, "");
  assert_string_equal(open_error("PktMon1.etl").next,
                      "on Windows: pktmon etl2pcap PktMon1.etl --out PktMon1.etl.pcapng");
  write_bytes("short.ETL", "x", 1);
  expect_error("short.ETL", KCD_E_USAGE, "capture-other-format", "etl2pcapng short.ETL short.ETL.pcapng");
  uint8_t zero[1024] = {0};
  write_bytes("zero.bin", zero, sizeof(zero));
  expect_error("zero.bin", KCD_E_USAGE, "capture-no-capture", "");
  write_event_trace("cut.bin", 107, "");
  expect_error("cut.bin", KCD_E_USAGE, "capture-no-capture", "");
  /* the name does not make one of a capture */
  write_pcap("named.etl", 0, LINKTYPE_ETHERNET, "x");
  KCD_AUTO(kcd_capture) capture = opened("named.etl");
  expect_frame(capture, "x", 1000002);
}

static void knows_other_formats(void **state)
{
  (void)state;
  static const struct {
    const char *bytes;
    size_t len;
    const char *id, *next;
  } rows[] = {
      {"GMBU\0\2", 6, "capture-other-format", "editcap -F pcapng 'a b' 'a b.pcapng'"},
      {"RTSS\0\2", 6, "capture-other-format", "editcap -F pcapng 'a b' 'a b.pcapng'"},
      {"\x1f\x8b\x08", 3, "capture-other-format", "zcat 'a b' | kcdfix explain --trace -"},
      {"\x28\xb5\x2f\xfd", 4, "capture-other-format", "zstdcat 'a b' | kcdfix explain --trace -"},
      {"\xfd"
       "7zXZ\0",
       6, "capture-other-format", "xzcat 'a b' | kcdfix explain --trace -"},
      {"\x04\x22\x4d\x18", 4, "capture-other-format", "lz4cat 'a b' | kcdfix explain --trace -"},
      {"BZh91", 5, "capture-other-format", "bzcat 'a b' | kcdfix explain --trace -"},
      {"PK\3\4", 4, "capture-other-format", "unzip -p 'a b' | kcdfix explain --trace -"},
      {"Event 13000: 0x80070005\r\n", 25, "capture-no-capture", "kcdfix explain --file 'a b'"},
      {"M\xc3\xbcller", 7, "capture-no-capture", "kcdfix explain --file 'a b'"},
      {"\xff\xfeO\0k\0", 6, "capture-no-capture", "kcdfix explain --file 'a b'"},
      {"\x7f"
       "ELF",
       4, "capture-no-capture", "kcdfix reads pcap and pcapng"},
      {"\xd4\xc3\xb2", 3, "capture-no-capture", "kcdfix reads pcap and pcapng"},
  };
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    write_bytes("a b", rows[i].bytes, rows[i].len);
    expect_error("a b", KCD_E_USAGE, rows[i].id, rows[i].next);
  }
}

static void writes_commands_that_work(void **state)
{
  (void)state;
  write_bytes("-x.gz", "\x1f\x8b\x08", 3);
  expect_error("-x.gz", KCD_E_USAGE, "capture-other-format", "zcat ./-x.gz |");
  write_bytes("it's \x1b[2J", "\x1f\x8b\x08", 3);
  struct kcd_error err = open_error("it's \x1b[2J");
  assert_null(strchr(err.next, '\x1b'));
  assert_null(strchr(err.message, '\x1b'));
  assert_non_null(strstr(err.next, "zcat \"$(printf '"));
  char name[201];
  memset(name, 'n', 200);
  name[200] = '\0';
  write_event_trace(name, 1024, "");
  expect_error(name, KCD_E_USAGE, "capture-other-format", "pktmon etl2pcap FILE --out FILE.pcapng");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_pcap_in_each_form),
      cmocka_unit_test(reads_pcapng),
      cmocka_unit_test(knows_link_types),
      cmocka_unit_test(reads_a_capture_without_frames),
      cmocka_unit_test(reads_a_large_file),
      cmocka_unit_test(reads_standard_input),
      cmocka_unit_test(says_where_a_capture_is_damaged),
      cmocka_unit_test(says_what_to_do_with_several_interfaces),
      cmocka_unit_test(refuses_what_cannot_be_read),
      cmocka_unit_test(knows_event_traces),
      cmocka_unit_test(knows_other_formats),
      cmocka_unit_test(writes_commands_that_work),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
