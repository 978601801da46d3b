/* capture.h - frames out of a file: pcap and pcapng, by libpcap. The only module that knows it.
 *
 * Other kinds of captures are recognised by their first bytes and answered with the command that converts them.
 */
#ifndef KCDFIX_CAPTURE_H
#define KCDFIX_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

#include <kcdfix/alloc.h>
#include <kcdfix/error.h>
#include <kcdfix/frame.h>

struct kcd_capture;

/* Opens FILE ("-": standard input; a pipe will do). Fails with KCD_E_USAGE: no such file, a directory, empty (id
 * capture-unreadable); an Event Trace Log of `netsh trace` or `pktmon` (.etl), a NetMon file (.cap), a compressed file,
 * a pcapng file of interfaces of several link types or snap lengths: id capture-other-format, and `next` has the
 * command that converts it; no capture at all: id capture-no-capture; a link type that kcdfix does not read: id
 * capture-link-type. KCD_E_MALFORMED for a damaged header, id capture-damaged. */
int kcd_capture_open(const char *file, struct kcd_capture **ret, struct kcd_error *err);

/* The next frame: 1, and DATA and LEN are good until the next call, WHEN is in microseconds since 1970 (finer times are
 * cut, times that no calendar knows are moved to its end); 0: the end; -1: damaged (id capture-damaged; says behind
 * which frame), or an interface of another link type (id capture-other-format); what was read before stands, and
 * nothing more can be read. */
int kcd_capture_next(struct kcd_capture *capture, const uint8_t **data, size_t *len, int64_t *when,
                     struct kcd_error *err);

enum kcd_link kcd_capture_link(const struct kcd_capture *capture);
/* Bytes of a frame that the capture keeps (snap length); 0: not told, or more than a frame has. */
uint32_t kcd_capture_snaplen(const struct kcd_capture *capture);

void kcd_capture_close(struct kcd_capture *capture);
static inline void kcd_capture_free(struct kcd_capture *capture)
{
  kcd_capture_close(capture);
}
KCD_DEFINE_AUTO(kcd_capture)

#endif
