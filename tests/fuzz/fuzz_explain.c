/* Any text is explained or not known; what is shown is harmless, and what is to be run is one line of known words. */
#include <string.h>

#include <kcdfix/explain.h>
#include <kcdfix/text.h>

#include "decode.h"
#include "target.h"

static void check_one(const struct kcd_explained *explained)
{
  REQUIRE(kcd_is_displayable(explained->label) && explained->label[0] != '\0');
  REQUIRE(kcd_is_displayable(explained->means) && kcd_is_displayable(explained->tell));
  REQUIRE(explained->next == NULL || kcd_is_displayable(explained->next));
  REQUIRE(explained->blanks == NULL || kcd_is_displayable(explained->blanks));
  for (size_t i = 0; i < explained->n_causes; i++)
    REQUIRE(kcd_is_displayable(explained->causes[i].text) && explained->causes[i].ids[0] < KCD_FINDINGS);
}

/* A host is never what a command line takes for an option or an SPN. */
static void check_names(const struct kcd_names *names)
{
  REQUIRE(names->host == NULL || (names->host[0] != '-' && strchr(names->host, '/') == NULL));
  REQUIRE(names->source == NULL || names->source[0] != '-');
  REQUIRE(names->destination == NULL || names->destination[0] != '-');
  REQUIRE(names->server == NULL || kcd_is_displayable(names->server));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  KCD_AUTO_CHAR text = kcd_decode_text(data, size);
  REQUIRE(size == 0 || strlen(text) <= 2 * size);
  struct kcd_explanation explanation;
  kcd_explain(text, &explanation);
  REQUIRE(explanation.n <= KCD_EXPLAIN_MAX && (explanation.n > 0) == (explanation.n_nearest == 0));
  for (size_t i = 0; i < explanation.n; i++)
    check_one(&explanation.v[i]);
  for (size_t i = 0; i < explanation.n_nearest; i++)
    REQUIRE(kcd_is_displayable(explanation.nearest[i].key) && kcd_is_displayable(explanation.nearest[i].means));
  check_names(&explanation.names);
  kcd_explanation_done(&explanation);
  return 0;
}
