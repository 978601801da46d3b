/* An inventory as somebody may have left it: it is read whole, or every complaint has a line of the file. */
#include <string.h>

#include <kcdfix/inventory.h>
#include <kcdfix/spn.h>
#include <kcdfix/text.h>

#include "decode.h"
#include "target.h"

static void check_group(const struct kcd_inventory_group *group)
{
  REQUIRE(group->name[0] != '\0' && group->hosts.n > 0);
  REQUIRE((group->scenario == KCD_SCENARIO_NONE) == (group->services.n > 0));
  REQUIRE(group->mode == KCD_MODE_PROTOCOL_TRANSITION || group->mode == KCD_MODE_KERBEROS_ONLY);
  for (size_t i = 0; i < group->services.n; i++) {
    struct kcd_spn spn;
    struct kcd_error err = KCD_ERROR_INIT;
    REQUIRE(kcd_spn_parse((const char *)group->services.v[i].data, &spn, &err) == 0);
    kcd_spn_done(&spn);
  }
}

static void check_problems(const struct kcd_inventory_problems *problems, size_t lines)
{
  REQUIRE(problems->n > 0 && problems->n <= KCD_INVENTORY_PROBLEMS);
  REQUIRE(problems->more == 0 || problems->n == KCD_INVENTORY_PROBLEMS);
  for (size_t i = 0; i < problems->n; i++) {
    REQUIRE(problems->v[i].line >= 1 && problems->v[i].line <= lines);
    REQUIRE(kcd_is_displayable(problems->v[i].text));
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct kcd_inventory inventory = {0};
  struct kcd_inventory_problems problems = {0};
  size_t lines = 1;
  for (size_t i = 0; i < size; i++)
    lines += data[i] == '\n';
  if (kcd_inventory_read(data, size, &inventory, &problems) == 0) {
    REQUIRE(inventory.n_groups > 0 && problems.n == 0);
    for (size_t i = 0; i < inventory.n_groups; i++)
      check_group(&inventory.groups[i]);
    kcd_inventory_done(&inventory);
  } else {
    check_problems(&problems, lines);
  }
  kcd_inventory_problems_done(&problems);
  return 0;
}
