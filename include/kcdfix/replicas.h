/* replicas.h - the domain controllers of a domain, and what each of them holds of the objects of a pair. No I/O.
 *
 * Neither userAccountControl nor msDS-AllowedToDelegateTo is a linked attribute: a change goes from DC to DC as the
 * whole value, with a version that each write raises by one (MS-ADTS 3.1.1.1.9). So the version tells who is behind.
 */
#ifndef KCDFIX_REPLICAS_H
#define KCDFIX_REPLICAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kcdfix/error.h>
#include <kcdfix/facts.h>
#include <kcdfix/findings.h>

/* One domain controller, as DNS and the directory name it. Strings owned; NULL where not known. */
struct kcd_controller {
  char *name; /* DNS name */
  char *site;
  char *operating_system, *operating_system_version;
  enum kcd_flavour flavour;
  enum kcd_tri read_only;
};
struct kcd_controllers {
  struct kcd_controller *v;
  size_t n;
};
void kcd_controllers_done(struct kcd_controllers *list);
/* The one of that name, added if new; good until the next is added. */
struct kcd_controller *kcd_controllers_add(struct kcd_controllers *list, const char *name);
/* The first writable one; NULL if none is known. */
const struct kcd_controller *kcd_controllers_writable(const struct kcd_controllers *list);
/* Fills the finding mixed-patch-level where they run different systems or builds (kcd_finding_done frees it); false
 * where they are alike. */
bool kcd_controllers_mixed(const struct kcd_controllers *list, const char *domain, struct kcd_finding *ret);

/* One object as one DC holds it. */
struct kcd_copy {
  uint8_t guid[16];
  bool there;                 /* false: this DC has no such object (yet) */
  struct kcd_account account; /* userAccountControl, list and descriptor, with their metadata; nothing else */
};

/* What one DC holds. */
struct kcd_replica {
  const struct kcd_controller *dc; /* borrowed */
  bool reached;
  struct kcd_error error; /* why it was not */
  struct kcd_copy *copies;
  size_t n;
};
struct kcd_replicas {
  struct kcd_replica *v;
  size_t n;
};
void kcd_replica_forget(struct kcd_replica *replica); /* drops its copies */
/* The copy of the object; NULL where it was not asked for. */
const struct kcd_copy *kcd_replica_copy(const struct kcd_replica *replica, const uint8_t guid[16]);

/* How a copy stands to the object as it was read from another DC. */
enum kcd_standing {
  KCD_STANDS_SAME,
  KCD_STANDS_BEHIND, /* lower version of an attribute that differs, or no such object */
  KCD_STANDS_AHEAD,  /* higher version */
  KCD_STANDS_APART   /* different values and no version that tells: written on both, or metadata not readable */
};
const char *kcd_standing_name(enum kcd_standing standing); /* "same", "behind", "ahead", "apart" */
/* Of userAccountControl, list and resource-based descriptor. The order of list values does not count. */
enum kcd_standing kcd_copy_standing(const struct kcd_account *object, const struct kcd_copy *copy);
/* The same of all objects of the DC together; each is found among the N of OBJECTS by its objectGUID. */
enum kcd_standing kcd_replica_standing(const struct kcd_replica *replica, struct kcd_account *const *objects, size_t n);
/* The finding change-not-replicated for a DC that does not show what was written to HOST (as it is now on DC); for one
 * that was not reached, that it is not known. kcd_finding_done frees it. */
void kcd_replica_lag(const struct kcd_replica *replica, const struct kcd_dc *dc, const struct kcd_account *host,
                     struct kcd_finding *ret);
/* A sentence for before a write to HOST: the replica holds another list, which could be lost, or is behind, or was not
 * reached; terminal-safe, owned; NULL where there is nothing to warn of. */
char *kcd_replica_warning(const struct kcd_replica *replica, const struct kcd_dc *dc, const struct kcd_account *host);
/* Whether the copy lists all values of WANTED and none of GONE (NULL: none), and holds the bit 0x1000000 as UAC has it,
 * and RBCD as its descriptor (NULL: any).
 */
bool kcd_copy_shows(const struct kcd_copy *copy, const struct kcd_values *wanted, const struct kcd_values *gone,
                    uint32_t uac, const struct kcd_bytes *rbcd);

#endif
