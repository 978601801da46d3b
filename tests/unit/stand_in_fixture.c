#include "stand_in_fixture.h"
#include "facts_fixture.h"

#define GUID                                                                                                           \
  {                                                                                                                    \
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16                                                              \
  }

const uint8_t fixture_nonce[KCD_STAND_IN_NONCE] = {0x0f, 0x1e, 0x2d, 0x3c, 0x4b, 0x5a, 0x69, 0x78,
                                                   0x87, 0x96, 0xa5, 0xb4, 0xc3, 0xd2, 0xe1, 0xf0};

void stand_in_record_init(struct kcd_stand_in_record *record)
{
  *record = (struct kcd_stand_in_record){.id = kcd_strdup("20261121T201403Z-KCDFIX-4F21"),
                                         .state = KCD_STAND_IN_MADE,
                                         .tool_version = kcd_strdup("0.1.0"),
                                         .created = NOW,
                                         .dc_time = NOW + 5,
                                         .purpose = kcd_strdup("check"),
                                         .by = kcd_strdup("admin@CONTOSO.COM"),
                                         .uid = 1000,
                                         .dc = kcd_strdup("dc1.contoso.com"),
                                         .domain = kcd_strdup("contoso.com"),
                                         .host = kcd_strdup("CORE2016$"),
                                         .name = kcd_strdup("KCDFIX-4F21$"),
                                         .dn = kcd_strdup("CN=KCDFIX-4F21,CN=Computers,DC=contoso,DC=com"),
                                         .has_guid = true,
                                         .guid = GUID};
  for (size_t i = 0; i < KCD_STAND_IN_NONCE; i++)
    record->nonce[i] = fixture_nonce[i];
}

void stand_in_found_init(struct kcd_stand_in_found *found)
{
  *found = (struct kcd_stand_in_found){.guid = GUID,
                                       .dn = kcd_strdup("CN=KCDFIX-4F21,CN=Computers,DC=contoso,DC=com"),
                                       .name = kcd_strdup("KCDFIX-4F21$"),
                                       .created = NOW + 6,
                                       .has_owner = true};
  found->description = kcd_stand_in_description(fixture_nonce, "CORE2016$", "admin@CONTOSO.COM", NOW + 900, NULL);
  kcd_values_add_text(&found->spns, "kcdfix/" NONCE_DIGITS);
}
