/* Whatever a DNS server sends about an address: a name comes out whole or not at all, and only where one was found. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>

#include "../../src/directory/reverse.h"

#include "decode.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (size > 65535)
    return 0;
  struct dns_question question = {.outcome = DNS_FOUND, .answer = kcd_calloc(1, size), .len = size};
  memcpy(question.answer, data, size);
  char *name = NULL;
  enum dns_outcome outcome = reverse_name(&question, "dc1.kcd.test", &name);
  REQUIRE((outcome == DNS_FOUND) == (name != NULL));
  REQUIRE(name == NULL || strlen(name) < 1025);
  free(name);
  free(question.answer);
  return 0;
}
