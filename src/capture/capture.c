#include <kcdfix/capture.h>

#include <stdlib.h>
#include <string.h>

#include <pcap.h>

#include "other.h"
#include "source.h"

#define SNAPLEN_NOT_CUT 262144 /* what libpcap says where a file names none, and tcpdump where nothing is cut */
#define WHEN_MAX ((int64_t)253402300799) /* the end of the year 9999 */

struct kcd_capture {
  struct kcd_source source;
  pcap_t *pcap;
  char *file; /* as it was given, "-" for standard input */
  enum kcd_link link;
  uint64_t frames; /* read so far */
  int status;      /* of the last read, by pcap_next_ex */
  bool ahead;      /* the first frame was read when the file was opened, and is still to be given */
  struct pcap_pkthdr *header;
  const u_char *data;
};

struct link_row {
  int type; /* DLT_, as libpcap gives the link type */
  enum kcd_link link;
  const char *editcap; /* its name for the same */
};

static const struct link_row links[] = {
    {DLT_EN10MB, KCD_LINK_ETHERNET, "ether"},
    {DLT_LINUX_SLL, KCD_LINK_SLL, "linux-sll"},
    {DLT_LINUX_SLL2, KCD_LINK_SLL2, "linux-sll2"},
    {DLT_RAW, KCD_LINK_RAW, "rawip"},
    {DLT_IPV4, KCD_LINK_RAW, "rawip4"},
    {DLT_IPV6, KCD_LINK_RAW, "rawip6"},
    {DLT_NULL, KCD_LINK_NULL, "null"},
    {DLT_LOOP, KCD_LINK_LOOP, "loop"},
};

static const struct link_row *find_link(int type)
{
  for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
    if (links[i].type == type)
      return &links[i];
  return NULL;
}

static int fail_on(const struct kcd_capture *capture, struct kcd_error *err, const char *id)
{
  kcd_error_on(err, kcd_other_shown(capture->file), NULL);
  return kcd_error_id(err, id);
}

/* The words of libpcap are the only sign of it (sf-pcapng.c, add_interface): of one file it reads one link type and one
 * snap length. */
static bool is_mixed(const char *words)
{
  return strstr(words, "of the first interface") != NULL;
}

static int fail_mixed(const struct kcd_capture *capture, struct kcd_error *err)
{
  bool types = strstr(pcap_geterr(capture->pcap), "an interface has a type") != NULL;
  KCD_AUTO_CHAR word = kcd_other_word(capture->file, "");
  KCD_AUTO_CHAR target = kcd_other_word(capture->file, ".pcap");
  const struct link_row *row = find_link(pcap_datalink(capture->pcap));
  kcd_fail(err, KCD_E_USAGE, "%s has interfaces that libpcap does not read together: %s",
           kcd_other_shown(capture->file), pcap_geterr(capture->pcap));
  fail_on(capture, err, "capture-other-format");
  if (types && row != NULL)
    return kcd_error_next(err, "to read those of the first link type: editcap -F pcap -T %s %s %s", row->editcap, word,
                          target);
  return kcd_error_next(err, "editcap -F pcap %s %s", word, target);
}

static int fail_damaged(const struct kcd_capture *capture, struct kcd_error *err)
{
  if (capture->source.error != 0)
    kcd_fail_errno(err, KCD_E_IO, capture->source.error, "cannot read %s behind frame %llu",
                   kcd_other_shown(capture->file), (unsigned long long)capture->frames);
  else
    kcd_fail(err, KCD_E_MALFORMED, "%s is damaged behind frame %llu: %s", kcd_other_shown(capture->file),
             (unsigned long long)capture->frames, pcap_geterr(capture->pcap));
  kcd_error_next(err, "what stands before was read; a capture that is still running, or was copied while it ran, ends "
                      "in the middle of a frame");
  return fail_on(capture, err, "capture-damaged");
}

static int fail_frame(const struct kcd_capture *capture, struct kcd_error *err)
{
  return is_mixed(pcap_geterr(capture->pcap)) ? fail_mixed(capture, err) : fail_damaged(capture, err);
}

static int open_pcap(struct kcd_capture *capture, struct kcd_error *err)
{
  char words[PCAP_ERRBUF_SIZE] = "";
  FILE *stream = kcd_source_stream(&capture->source);
  capture->pcap = pcap_fopen_offline(stream, words);
  if (capture->pcap != NULL)
    return 0;
  (void)fclose(stream);
  kcd_fail(err, KCD_E_MALFORMED, "the header of %s is damaged: %s", kcd_other_shown(capture->file), words);
  return fail_on(capture, err, "capture-damaged");
}

static int know_link(struct kcd_capture *capture, struct kcd_error *err)
{
  int type = pcap_datalink(capture->pcap);
  const struct link_row *row = find_link(type);
  if (row != NULL) {
    capture->link = row->link;
    return 0;
  }
  const char *name = pcap_datalink_val_to_description(type);
  kcd_fail(err, KCD_E_USAGE, "%s was captured on %s (link type %d), which kcdfix does not read",
           kcd_other_shown(capture->file), name != NULL ? name : "an interface of unknown kind", type);
  kcd_error_next(err, "capture on the network interface of the host, or with: tcpdump -i any -w FILE port 88");
  return fail_on(capture, err, "capture-link-type");
}

static void read_frame(struct kcd_capture *capture)
{
  capture->status = pcap_next_ex(capture->pcap, &capture->header, &capture->data);
}

/* Whether there are several kinds of interfaces shows with the first frame. */
static int read_ahead(struct kcd_capture *capture, struct kcd_error *err)
{
  read_frame(capture);
  capture->ahead = true;
  return capture->status == PCAP_ERROR && is_mixed(pcap_geterr(capture->pcap)) ? fail_mixed(capture, err) : 0;
}

int kcd_capture_open(const char *file, struct kcd_capture **ret, struct kcd_error *err)
{
  KCD_AUTO(kcd_capture) capture = kcd_calloc(1, sizeof(*capture));
  capture->source.fd = -1;
  if (kcd_source_open(&capture->source, file, err) < 0 ||
      kcd_other_check(file, capture->source.head, capture->source.head_len, err) < 0)
    return -1;
  capture->file = kcd_strdup(file);
  if (open_pcap(capture, err) < 0 || know_link(capture, err) < 0 || read_ahead(capture, err) < 0)
    return -1;
  *ret = KCD_TAKE(capture);
  return 0;
}

static int64_t when_of(const struct timeval *time)
{
  if (time->tv_sec < 0 || time->tv_sec > WHEN_MAX)
    return time->tv_sec < 0 ? 0 : WHEN_MAX * 1000000;
  return (int64_t)time->tv_sec * 1000000 + time->tv_usec;
}

int kcd_capture_next(struct kcd_capture *capture, const uint8_t **data, size_t *len, int64_t *when,
                     struct kcd_error *err)
{
  if (!capture->ahead && capture->status != PCAP_ERROR)
    read_frame(capture);
  capture->ahead = false;
  if (capture->status == PCAP_ERROR_BREAK)
    return 0;
  if (capture->status != 1)
    return fail_frame(capture, err);
  capture->frames++;
  *data = capture->data;
  *len = capture->header->caplen;
  *when = when_of(&capture->header->ts);
  return 1;
}

enum kcd_link kcd_capture_link(const struct kcd_capture *capture)
{
  return capture->link;
}

uint32_t kcd_capture_snaplen(const struct kcd_capture *capture)
{
  int snaplen = pcap_snapshot(capture->pcap);
  return snaplen > 0 && snaplen < SNAPLEN_NOT_CUT ? (uint32_t)snaplen : 0;
}

void kcd_capture_close(struct kcd_capture *capture)
{
  if (capture == NULL)
    return;
  if (capture->pcap != NULL)
    pcap_close(capture->pcap);
  kcd_source_close(&capture->source);
  free(capture->file);
  free(capture);
}
