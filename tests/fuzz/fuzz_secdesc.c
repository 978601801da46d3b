/* A decoded descriptor, encoded and decoded again, holds the same parts, and the second encoding the same bytes. */
#include <string.h>

#include <kcdfix/secdesc.h>

#include "decode.h"
#include "target.h"

static void same_aces(const struct kcd_secdesc *a, const struct kcd_secdesc *b)
{
  REQUIRE(a->n_aces == b->n_aces);
  for (size_t i = 0; i < a->n_aces; i++) {
    REQUIRE(kcd_bytes_equal(&a->aces[i].raw, &b->aces[i].raw));
    REQUIRE(a->aces[i].kind == b->aces[i].kind && a->aces[i].mask == b->aces[i].mask);
    REQUIRE(kcd_sid_equal(&a->aces[i].sid, &b->aces[i].sid));
  }
}

static void same_parts(const struct kcd_secdesc *a, const struct kcd_secdesc *b)
{
  REQUIRE(a->has_owner == b->has_owner && kcd_sid_equal(&a->owner, &b->owner));
  REQUIRE(a->has_group == b->has_group && kcd_sid_equal(&a->group, &b->group));
  REQUIRE(a->has_dacl == b->has_dacl && a->acl_revision == b->acl_revision);
  same_aces(a, b);
}

static void round_trip(const struct kcd_secdesc *sd)
{
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_bytes encoded;
  struct kcd_bytes encoded_again;
  struct kcd_secdesc again;
  REQUIRE(kcd_secdesc_encode(sd, &encoded, &err) == 0);
  REQUIRE(kcd_secdesc_decode(encoded.data, encoded.len, &again, &err) == 0);
  same_parts(sd, &again);
  REQUIRE(kcd_secdesc_encode(&again, &encoded_again, &err) == 0);
  REQUIRE(kcd_bytes_equal(&encoded, &encoded_again));
  kcd_bytes_done(&encoded);
  kcd_bytes_done(&encoded_again);
  kcd_secdesc_done(&again);
}

/* Whoever is granted two rights together is granted each of them. */
static void check_grants(const struct kcd_secdesc *sd)
{
  for (size_t i = 0; i < sd->n_aces && i < 16; i++) {
    const struct kcd_sid *sid = &sd->aces[i].sid;
    bool both = kcd_secdesc_grants(sd, sid, 1, KCD_RIGHT_RBCD_FULL);
    REQUIRE(!both || kcd_secdesc_grants(sd, sid, 1, KCD_RIGHT_CONTROL_ACCESS));
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_secdesc sd;
  if (kcd_secdesc_decode(data, size, &sd, &err) != 0) {
    REQUIRE(err.code == KCD_E_MALFORMED && err.message[0] != '\0');
    return 0;
  }
  round_trip(&sd);
  check_grants(&sd);
  kcd_secdesc_done(&sd);
  return 0;
}
