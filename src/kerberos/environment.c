#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>

#include "environment.h"

#define LOCATOR "SSSD_KRB5_LOCATOR_DISABLE"

static const char *const variables[KCD_VARIABLES] = {"KRB5_CONFIG", "KRB5CCNAME"};

void kcd_environment_note(struct kcd_environment *environment)
{
  for (int i = 0; i < KCD_VARIABLES; i++)
    environment->former[i] = kcd_strdup(getenv(variables[i]));
}

int kcd_environment_put_config_first(const struct kcd_environment *environment, const char *first)
{
  const char *former = environment->former[0];
  KCD_AUTO_CHAR value = kcd_asprintf("%s:%s", first, former == NULL ? "/etc/krb5.conf" : former);
  return setenv("KRB5_CONFIG", value, 1);
}

int kcd_environment_set_ccache(const char *name)
{
  return setenv("KRB5CCNAME", name, 1);
}

int kcd_environment_without_locator(void)
{
  const char *now = getenv(LOCATOR);
  return now != NULL && strcmp(now, "1") == 0 ? 0 : setenv(LOCATOR, "1", 1);
}

void kcd_environment_done(struct kcd_environment *environment)
{
  for (int i = 0; i < KCD_VARIABLES; i++) {
    if (environment->former[i] == NULL)
      unsetenv(variables[i]);
    else
      setenv(variables[i], environment->former[i], 1);
    free(environment->former[i]);
    environment->former[i] = NULL;
  }
}
