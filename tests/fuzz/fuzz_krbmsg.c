/* Kerberos messages as they stand in a trace, and signs of NTLM. */
#include <stdlib.h>
#include <string.h>

#include <kcdfix/krbmsg.h>

#include "decode.h"
#include "target.h"

static void check_name(const struct kcd_krb_name *name)
{
  REQUIRE(name->text == NULL || strlen(name->text) <= KCD_KRB_NAME_MAX);
  REQUIRE(name->realm == NULL || strlen(name->realm) <= KCD_KRB_NAME_MAX);
  REQUIRE(name->text != NULL || (name->type == 0 && name->parts == 0));
}

static void check_message(const struct kcd_krb_message *message)
{
  check_name(&message->client);
  check_name(&message->service);
  check_name(&message->user);
  REQUIRE(message->n_padata <= KCD_KRB_LIST_MAX && message->n_etypes <= KCD_KRB_LIST_MAX);
  REQUIRE(message->n_additional <= KCD_KRB_LIST_MAX);
  for (size_t i = 0; i < message->n_additional; i++)
    REQUIRE(message->additional[i].service.text != NULL);
  REQUIRE(message->has_tgt == (message->tgt.service.text != NULL));
  REQUIRE(!message->for_user || message->type == KCD_KRB_TGS_REQ);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct kcd_error err = KCD_ERROR_INIT;
  struct kcd_krb_message message;
  char *user;
  char *workstation;
  if (kcd_krb_message_decode(data, size, &message, &err) == 0) {
    REQUIRE(message.type == kcd_krb_message_type(data, size));
    check_message(&message);
    free(kcd_kdc_options_names(message.options));
    kcd_krb_message_done(&message);
  } else {
    REQUIRE(err.code == KCD_E_MALFORMED);
  }
  bool found = kcd_ntlm_find(data, size, &user, &workstation);
  REQUIRE(found || (user == NULL && workstation == NULL));
  free(user);
  free(workstation);
  return 0;
}
