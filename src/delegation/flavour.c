/* flavour.c - which rule set a domain controller follows. */
#include <kcdfix/facts.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/text.h>

#define LEVEL_2012 5u /* msDS-Behavior-Version (MS-ADTS 6.1.4.2) */
#define LEVEL_2016 7u

static const char *const names[] = {
    [KCD_FLAVOUR_WINDOWS] = "windows",
    [KCD_FLAVOUR_WINDOWS_OLD] = "windows-old",
    [KCD_FLAVOUR_WINDOWS_2008] = "windows-2008",
    [KCD_FLAVOUR_SAMBA_417] = "samba-heimdal-4.17",
    [KCD_FLAVOUR_SAMBA_419] = "samba-heimdal-4.19",
    [KCD_FLAVOUR_SAMBA_MIT] = "samba-mit",
    [KCD_FLAVOUR_UNKNOWN] = "unknown",
};

const char *kcd_flavour_name(enum kcd_flavour flavour)
{
  return names[flavour];
}

int kcd_flavour_parse(const char *name, enum kcd_flavour *ret)
{
  for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (strcmp(names[i], name) == 0) {
      *ret = (enum kcd_flavour)i;
      return 0;
    }
  }
  return -1;
}

/* Up to four digits and the dot behind them; returns what follows, or NULL. */
static const char *parse_part(const char *text, unsigned *ret)
{
  const char *end = text;
  *ret = 0;
  for (; *end >= '0' && *end <= '9' && end - text < 4; end++)
    *ret = *ret * 10 + (unsigned)(*end - '0');
  return end > text && *end == '.' ? end + 1 : NULL;
}

/* A Samba release has three parts. "10.0 (14393)", which Samba 4.22 puts into operatingSystemVersion, has two. */
static bool parse_version(const char *text, unsigned *major, unsigned *minor)
{
  const char *rest = text == NULL ? NULL : parse_part(text, major);
  return rest != NULL && parse_part(rest, minor) != NULL;
}

static enum kcd_flavour samba_flavour(const char *operating_system, const char *os_version, unsigned dc_level)
{
  unsigned major, minor;
  const char *dash = operating_system == NULL ? NULL : strchr(operating_system, '-');
  if (!parse_version(dash == NULL ? NULL : dash + 1, &major, &minor) && !parse_version(os_version, &major, &minor))
    /* The version is not readable. Only 4.19 and newer can be raised to the level of 2016. */
    return dc_level >= LEVEL_2016 ? KCD_FLAVOUR_SAMBA_419 : KCD_FLAVOUR_SAMBA_417;
  return major > 4 || (major == 4 && minor >= 19) ? KCD_FLAVOUR_SAMBA_419 : KCD_FLAVOUR_SAMBA_417;
}

enum kcd_flavour kcd_flavour_of(const char *vendor, const char *operating_system, const char *os_version,
                                unsigned dc_level)
{
  if (vendor != NULL && kcd_starts_nocase(vendor, "Samba"))
    return samba_flavour(operating_system, os_version, dc_level);
  if (vendor != NULL || dc_level == 0)
    return KCD_FLAVOUR_UNKNOWN;
  return dc_level < LEVEL_2012 ? KCD_FLAVOUR_WINDOWS_2008 : KCD_FLAVOUR_WINDOWS;
}

void kcd_dc_done(struct kcd_dc *dc)
{
  if (dc == NULL)
    return;
  free(dc->name);
  free(dc->site);
  free(dc->domain);
  free(dc->realm);
  free(dc->domain_nc);
  free(dc->config_nc);
  free(dc->root_nc);
  free(dc->server_dn);
  free(dc->vendor);
  free(dc->operating_system);
  free(dc->operating_system_version);
  *dc = (struct kcd_dc){0};
}

time_t kcd_dc_time(const struct kcd_dc *dc, time_t now)
{
  return dc->clock == 0 ? now : dc->clock + (now - dc->clock_read_at);
}

bool kcd_flavour_is_samba(enum kcd_flavour flavour)
{
  return flavour == KCD_FLAVOUR_SAMBA_417 || flavour == KCD_FLAVOUR_SAMBA_419 || flavour == KCD_FLAVOUR_SAMBA_MIT;
}
