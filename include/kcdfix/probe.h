/* probe.h - S4U2Self and S4U2Proxy for real, with the host's own key or as a stand-in for it.
 *
 * Each session has its own libkrb5 context, its own krb5.conf in memory (nothing of the machine's: forwardable tickets
 * are asked for whatever it says), its own MEMORY cache that is destroyed at the end, and one KDC. Nothing is stored.
 *
 * Sessions share nothing, so threads may each use one at the same time. kcd_probe_open writes an environment variable,
 * unless a login or a probe of this process did: the first one is opened before there are threads.
 */
#ifndef KCDFIX_PROBE_H
#define KCDFIX_PROBE_H

#include <stdint.h>

#include <kcdfix/alloc.h>
#include <kcdfix/error.h>
#include <kcdfix/observe.h>

struct kcd_probe;

struct kcd_probe_options {
  const char *keytab;   /* FILE; or NULL: */
  const char *password; /* of a stand-in; copied, and the copy wiped once the KDC has answered, or at the end */
  const char *host;     /* sAMAccountName with its $, "CORE2016$"; with a password the stand-in's, "KCDFIX-4F21$" */
  const char *realm;
  const char *kdc;   /* DNS name of the DC; the only server asked */
  uint16_t kdc_port; /* 0: 88 */
  int timeout_ms;    /* for connecting and for each answer */
  void (*trace)(void *data, const char *line);
  void *trace_data;
};

/* Reads the keytab, if it is one; no packet is sent. Fails with KCD_E_IO (unreadable, empty, truncated: names the file)
 * or KCD_E_NOT_AUTHENTICATED (id keytab-without-host: no key of HOST@REALM; says which principals it holds). HOST NULL,
 * with a keytab: its first principal that has the form NAME$. */
int kcd_probe_open(const struct kcd_probe_options *options, struct kcd_probe **ret, struct kcd_error *err);

/* "CORE2016$", borrowed. */
const char *kcd_probe_host(const struct kcd_probe *probe);
const char *kcd_probe_realm(const struct kcd_probe *probe);

/* Asks: TGT of the host (once a session), S4U2Self for USER (once a session and user), S4U2Proxy to SPN. RET is always
 * filled: with each exchange, and with ret->error where no verdict follows (KDC out of reach, wrong key (id
 * keytab-wrong-key: names the host, the key versions in the keytab and, with DIRECTORY_KVNO not 0, the one the
 * directory has), clock skew, TGT not forwardable (id probe-tgt-not-forwardable)). A KDC's refusal of an S4U step is no
 * error: it is the answer. USER is "alice" or "alice@REALM"; SPN goes out as typed, blanks and case included, name type
 * NT-SRV-INST, no canonicalisation. */
void kcd_probe_run(struct kcd_probe *probe, const char *user, const char *spn, unsigned directory_kvno,
                   struct kcd_observation *ret);

/* After kcd_probe_run for the same USER and SPN, and for a pair that fails or a reader who wants to know more: asks the
 * controls (enum kcd_purpose) that tell the causes apart, and adds them to OBSERVATION. Each asks for no more than a
 * ticket that the host could have anyway, or that the proof asked for. USER_CCACHE is the full name of a cache with a
 * TGT of that user, for S4U2Proxy with the user's own ticket; NULL: not asked. Of the cache only the TGT is read; it is
 * used from memory and nothing is stored. A control that is not answered stays not tried and changes no verdict. */
void kcd_probe_control(struct kcd_probe *probe, const char *user, const char *spn, const char *user_ccache,
                       struct kcd_observation *observation);

unsigned kcd_probe_requests(const struct kcd_probe *probe);
void kcd_probe_close(struct kcd_probe *probe);
static inline void kcd_probe_free(struct kcd_probe *probe)
{
  kcd_probe_close(probe);
}
KCD_DEFINE_AUTO(kcd_probe)

#endif
