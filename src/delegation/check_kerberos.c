/* krb5.conf, credential cache, encryption types, keytab. */
#include <string.h>

#include <kcdfix/clock.h>
#include <kcdfix/kerberr.h>
#include <kcdfix/text.h>

#include "checks.h"

enum { SOON = 15 * 60, DEFAULT_UDP_LIMIT = 1465 }; /* krb5.conf(5), udp_preference_limit */
enum { DES_FIRST = 1, DES_LAST = 3, RC4 = 23, RC4_EXPORT = 24 };
/* Bits of msDS-SupportedEncryptionTypes (MS-KILE 2.2.7) */
enum { SUPPORTS_RC4 = 0x4, SUPPORTS_AES = 0x18 };
enum { LEVEL_2008 = 3 }; /* the first domain functional level with AES (MS-ADTS 6.1.4.2) */

/* ---- krb5.conf ---- */

static void trap(struct kcd_doctor *doctor, const char *name, const char *remedy, const char *text)
{
  struct kcd_check *check = check_add(doctor, name, "krb5.conf", NULL);
  check_say(check, KCD_CHECK_WARNING, "%s", text);
  check_remedy(check, "%s", remedy);
}

static const char *realm_in_use(const struct kcd_machine *machine)
{
  return machine->talk.dc_realm != NULL ? machine->talk.dc_realm : machine->ticket.realm;
}

static void check_realm(const struct kcd_machine *machine, struct kcd_doctor *doctor)
{
  const struct kcd_config_facts *config = &machine->config;
  const char *realm = realm_in_use(machine);
  if (config->default_realm == NULL) {
    trap(doctor, "krb5-realm", "Write default_realm = REALM, in capitals, into [libdefaults]",
         "no default_realm: names without @REALM, as in kinit admin, are not understood");
  } else if (realm != NULL && strcmp(realm, config->default_realm) != 0) {
    KCD_AUTO_CHAR text = kcd_asprintf("default_realm is %s, the domain's realm is %s: names without @REALM go astray",
                                      config->default_realm, realm);
    KCD_AUTO_CHAR remedy =
        kcd_asprintf("Write default_realm = %s into [libdefaults], or always write @%s", realm, realm);
    trap(doctor, "krb5-realm", remedy, text);
  }
}

/* What is written there; the defaults of libkrb5, of which two are no better, are everybody's. */
static void check_switches(const struct kcd_config_facts *config, struct kcd_doctor *doctor)
{
  if (config->rdns != NULL && config->rdns_on)
    trap(doctor, "krb5-rdns", "Write rdns = false",
         "rdns = true: kvno, smbclient and ldapsearch take the name of a server from reverse DNS. kcdfix does not");
  if (config->dns_canonicalize_hostname != NULL && config->canonicalize_on)
    trap(doctor, "krb5-canonicalize", "Write dns_canonicalize_hostname = false",
         "dns_canonicalize_hostname = true: other tools ask for the real name behind an alias, not for the SPN as "
         "typed. "
         "kcdfix does not");
  if (config->forwardable != NULL && config->forwardable_off)
    trap(doctor, "krb5-forwardable", "Write forwardable = true, then kinit again",
         "forwardable = false: tickets of kinit cannot be delegated, nor be evidence for a host");
  if (config->udp_limit > DEFAULT_UDP_LIMIT) {
    KCD_AUTO_CHAR text =
        kcd_asprintf("udp_preference_limit = %d: requests up to that size go by UDP first, which breaks "
                     "where fragments are dropped. kcdfix uses TCP",
                     config->udp_limit);
    trap(doctor, "krb5-udp", "Write udp_preference_limit = 1", text);
  }
  if (config->default_ccache_name != NULL && kcd_starts_nocase(config->default_ccache_name, "MEMORY:"))
    trap(doctor, "krb5-ccache", "Write default_ccache_name = FILE:/tmp/krb5cc_%{uid}, or KEYRING or KCM",
         "default_ccache_name is in MEMORY: what kinit gets is gone when it ends");
}

static const char *file_trouble(enum kcd_file_state state)
{
  static const char *const words[] = {
      [KCD_FILE_GOOD] = "can be read",
      [KCD_FILE_MISSING] = "is not there",
      [KCD_FILE_UNREADABLE] = "may not be read",
      [KCD_FILE_MALFORMED] = "is malformed",
  };
  return words[state];
}

/* One that is missing does no harm where another one is there: those that stop everything come first. */
static const struct kcd_config_file *first_bad(const struct kcd_config_facts *config)
{
  const struct kcd_config_file *found = NULL;
  for (size_t i = 0; i < config->n_files; i++)
    if (config->files[i].state != KCD_FILE_GOOD && (found == NULL || found->state == KCD_FILE_MISSING))
      found = &config->files[i];
  return found;
}

static char *good_files(const struct kcd_config_facts *config)
{
  const char *names[8];
  size_t n = 0;
  for (size_t i = 0; i < config->n_files && n < sizeof(names) / sizeof(names[0]); i++)
    if (config->files[i].state == KCD_FILE_GOOD)
      names[n++] = config->files[i].path;
  return kcd_join_words(names, n);
}

void check_config(const struct kcd_machine *machine, struct kcd_doctor *doctor)
{
  const struct kcd_config_facts *config = &machine->config;
  const struct kcd_config_file *bad = first_bad(config);
  size_t line = doctor->n;
  struct kcd_check *check = check_add(doctor, "krb5-conf", "krb5.conf", bad == NULL ? NULL : bad->path);
  if (config->trial.state == KCD_TRIAL_FAILED) {
    check_error(check, KCD_CHECK_FAULT, &config->trial.error);
    if (bad != NULL) {
      check_say(check, KCD_CHECK_FAULT, "%s %s (%s): nothing that uses Kerberos can run", bad->path,
                file_trouble(bad->state), config->trial.error.name);
      check_remedy(check, "Mend %s; krb5.conf(5) tells its form", bad->path);
    }
    return;
  }
  check_realm(machine, doctor);
  check_switches(config, doctor);
  check = &doctor->checks[line];
  if (bad != NULL) {
    check_say(check, KCD_CHECK_WARNING, "%s %s, so libkrb5 does without it", bad->path, file_trouble(bad->state));
    check_remedy(check, "Put one there, or name the right file in KRB5_CONFIG");
    return;
  }
  KCD_AUTO_CHAR files = good_files(config);
  check_say(check, KCD_CHECK_OK, "%s, default realm %s%s", files,
            config->default_realm == NULL ? "none" : config->default_realm,
            doctor->n == line + 1 ? ", no trap in it" : "");
}

/* ---- the ticket ---- */

static void judge_ticket(const struct kcd_machine *machine, struct kcd_check *check)
{
  const struct kcd_ticket_facts *ticket = &machine->ticket;
  KCD_AUTO_CHAR until = kcd_time_people(ticket->ends);
  KCD_AUTO_CHAR who = kcd_shell_word(ticket->principal);
  if (!ticket->has_tgt) {
    check_say(check, KCD_CHECK_WARNING, "%s holds tickets of %s for services, and no ticket-granting ticket",
              ticket->cache, ticket->principal);
    check_remedy(check, "kinit %s", who);
  } else if (ticket->ends - machine->now < SOON) {
    check_say(check, KCD_CHECK_WARNING, "of %s, ends soon, at %s", ticket->principal, until);
    check_remedy(check, "kinit %s", who);
  } else if (!ticket->forwardable) {
    check_say(check, KCD_CHECK_WARNING,
              "of %s until %s, not forwardable: enough to log in, but no evidence of its own for a delegation",
              ticket->principal, until);
    check_remedy(check, "kinit -f %s; forwardable = true in krb5.conf makes it the rule", who);
  } else {
    check_say(check, KCD_CHECK_OK, "of %s until %s, forwardable", ticket->principal, until);
  }
}

struct cache_kind {
  const char *prefix, *words;
};

static const struct cache_kind kinds[] = {
    {"KEYRING:", "kept by the kernel; another session, sudo or a service may see another one"},
    {"KCM:", "kept by the KCM daemon of this machine"},
    {"DIR:", "a collection; kswitch chooses the one in use"},
    {"FILE:", "its owner alone may read it"},
};

static bool is_in_memory(const struct kcd_ticket_facts *ticket)
{
  return ticket->cache != NULL && kcd_starts_nocase(ticket->cache, "MEMORY:");
}

static void judge_cache(const struct kcd_ticket_facts *ticket, struct kcd_check *check)
{
  if (is_in_memory(ticket)) {
    check_say(check, KCD_CHECK_FAULT, "%s: what is in memory belongs to one process, kinit cannot fill it for another",
              ticket->cache);
    check_remedy(check, "Set KRB5CCNAME to FILE:PATH, KEYRING:NAME or KCM:UID, then kinit");
    check_id(check, "no-ticket");
    return;
  }
  if (ticket->others_may_read) {
    const char *path = ticket->cache + strlen("FILE:");
    KCD_AUTO_CHAR word = kcd_shell_word(path);
    check_say(check, KCD_CHECK_WARNING, "others may read %s: whoever does so is you", path);
    check_remedy(check, "chmod 600 %s", word);
    return;
  }
  const char *words = "as KRB5CCNAME or krb5.conf names it";
  for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
    if (kcd_starts_nocase(ticket->cache, kinds[i].prefix))
      words = kinds[i].words;
  check_say(check, KCD_CHECK_OK, "%s, %s", ticket->cache, words);
}

static void check_cache(const struct kcd_machine *machine, struct kcd_doctor *doctor)
{
  const struct kcd_ticket_facts *ticket = &machine->ticket;
  struct kcd_check *check = check_add(doctor, "cache", "cache", ticket->cache);
  if (ticket->by_password)
    check_say(check, KCD_CHECK_NOT_TRIED, "not tried: the login is by password, no cache is used");
  else if (ticket->cache == NULL)
    check_say(check, KCD_CHECK_NOT_TRIED, "not tried: it is not known which cache is meant");
  else if (ticket->trial.state == KCD_TRIAL_FAILED && !is_in_memory(ticket))
    check_say(check, KCD_CHECK_NOT_TRIED, "%s: not looked at, there is no usable ticket in it", ticket->cache);
  else
    judge_cache(ticket, check);
}

/* Whose ticket is missing is not known, of which realm it has to be may be. */
static void no_ticket(const struct kcd_machine *machine, struct kcd_check *check)
{
  const char *realm = realm_in_use(machine) != NULL ? realm_in_use(machine) : machine->config.default_realm;
  check_error(check, KCD_CHECK_FAULT, &machine->ticket.trial.error);
  if (strcmp(machine->ticket.trial.error.id, "no-ticket") == 0 && machine->ticket.principal == NULL)
    check_remedy(check, "kinit USER@%s, or log in with a password: -U USER -W", realm == NULL ? "REALM" : realm);
}

void check_ticket(const struct kcd_machine *machine, struct kcd_doctor *doctor)
{
  const struct kcd_ticket_facts *ticket = &machine->ticket;
  check_cache(machine, doctor);
  struct kcd_check *check = check_add(doctor, "ticket", "ticket", ticket->cache);
  if (ticket->by_password)
    check_say(check, KCD_CHECK_NOT_TRIED, "not tried: the login is by password, its ticket is kept in memory");
  else if (machine->config.trial.state == KCD_TRIAL_FAILED)
    check_say(check, KCD_CHECK_NOT_TRIED, "not tried: the Kerberos configuration cannot be read");
  else if (is_in_memory(ticket))
    check_say(check, KCD_CHECK_NOT_TRIED, "not tried: a cache in memory cannot hold one");
  else if (ticket->trial.state == KCD_TRIAL_FAILED)
    no_ticket(machine, check);
  else
    judge_ticket(machine, check);
}

/* ---- encryption types ---- */

static bool is_weak(int enctype)
{
  return (enctype >= DES_FIRST && enctype <= DES_LAST) || enctype == RC4 || enctype == RC4_EXPORT;
}

static void check_ticket_enctypes(const struct kcd_machine *machine, struct kcd_doctor *doctor)
{
  const struct kcd_ticket_facts *ticket = &machine->ticket;
  struct kcd_check *check = check_add(doctor, "enctype-ticket", "encryption", ticket->cache);
  if (ticket->by_password || !ticket->has_tgt || ticket->ticket_enctype == 0) {
    check_say(check, KCD_CHECK_NOT_TRIED, "not tried: there is no ticket-granting ticket to look at");
    return;
  }
  char first[16], second[16];
  const char *sealed = kcd_enctype_name(ticket->ticket_enctype, first);
  const char *session = kcd_enctype_name(ticket->session_enctype, second);
  if (!is_weak(ticket->ticket_enctype) && !is_weak(ticket->session_enctype)) {
    check_say(check, KCD_CHECK_OK, "ticket %s, session key %s", sealed, session);
    return;
  }
  check_say(check, KCD_CHECK_WARNING, "ticket %s, session key %s: weak, and newer domain controllers refuse it", sealed,
            session);
  check_remedy(check,
               is_weak(ticket->ticket_enctype)
                   ? "Raise the domain to AES: functional level 2008 or higher, then change the password of krbtgt"
                   : "Let %s have AES keys (change its password once) and krb5.conf permit them, then kinit",
               ticket->principal);
}

/* A ticket with an AES key, or no RC4 either: then no login is possible at all. */
static bool excludes_all(const struct kcd_machine *machine)
{
  const struct kcd_ticket_facts *ticket = &machine->ticket;
  return !machine->config.permits_rc4 || (ticket->has_tgt && !is_weak(ticket->session_enctype));
}

static void check_permitted(const struct kcd_machine *machine, struct kcd_doctor *doctor)
{
  const struct kcd_config_facts *config = &machine->config;
  struct kcd_check *check = check_add(doctor, "enctype-machine", "encryption", NULL);
  if (config->trial.state == KCD_TRIAL_FAILED) {
    check_say(check, KCD_CHECK_NOT_TRIED, "what this machine permits is not known: its configuration cannot be read");
  } else if (config->permits_aes) {
    check_say(check, KCD_CHECK_OK, "this machine permits AES%s", config->permits_rc4 ? " and RC4" : ", not RC4");
  } else {
    bool all = excludes_all(machine);
    check_say(check, all ? KCD_CHECK_FAULT : KCD_CHECK_WARNING, "permitted_enctypes leaves AES out: %s",
              all ? "no ticket of this domain can be used" : "only RC4 is left, which newer domain controllers refuse");
    check_remedy(check, "Take permitted_enctypes out of krb5.conf (and of /etc/krb5.conf.d, crypto-policies)");
  }
}

static void check_dc_enctypes(const struct kcd_talk_facts *talk, struct kcd_doctor *doctor)
{
  struct kcd_check *check = check_add(doctor, "enctype-domain", "encryption", talk->dc);
  if (talk->read.state != KCD_TRIAL_DONE) {
    check_say(check, KCD_CHECK_NOT_TRIED, "of the domain: not tried, nothing could be read there");
  } else if (talk->domain_level < LEVEL_2008) {
    check_say(check, KCD_CHECK_WARNING, "the domain's functional level is older than 2008: its krbtgt has no AES key");
    check_remedy(check, "Raise the functional level, then change the password of krbtgt");
  } else if (talk->dc_enctypes != 0 && (talk->dc_enctypes & SUPPORTS_AES) == 0) {
    check_say(check, KCD_CHECK_WARNING, "%s takes no AES (msDS-SupportedEncryptionTypes %u)", talk->dc,
              talk->dc_enctypes);
    check_remedy(check, "Set msDS-SupportedEncryptionTypes of the domain controller to 24 (AES) or 28");
  } else if (talk->dc_enctypes == 0) {
    check_say(check, KCD_CHECK_OK, "%s names no types, so AES by its functional level", talk->dc);
  } else {
    check_say(check, KCD_CHECK_OK, "%s takes AES%s", talk->dc,
              (talk->dc_enctypes & SUPPORTS_RC4) != 0 ? " and RC4" : ", not RC4");
  }
}

void check_enctypes(const struct kcd_machine *machine, struct kcd_doctor *doctor)
{
  check_ticket_enctypes(machine, doctor);
  check_permitted(machine, doctor);
  check_dc_enctypes(&machine->talk, doctor);
}

/* ---- keytab ---- */

static void judge_keytab(const struct kcd_machine *machine, struct kcd_check *check)
{
  const struct kcd_keytab_facts *keytab = &machine->keytab;
  unsigned version = machine->rights.key_version;
  KCD_AUTO_CHAR word = kcd_shell_word(keytab->file);
  if (version != 0 && version != keytab->newest) {
    check_say(check, KCD_CHECK_FAULT,
              "the key in %s is not that of %s (any more): the keytab has version %u, the directory has version %u",
              keytab->file, keytab->host, keytab->newest, version);
    check_remedy(check, "Make a new keytab for %s, or check without one.", keytab->host);
    check_id(check, "keytab-wrong-key");
  } else if (keytab->others_may_read) {
    check_say(check, KCD_CHECK_WARNING, "others may read %s: whoever does so is %s", keytab->file, keytab->host);
    check_remedy(check, "chmod 600 %s", word);
  } else if (!keytab->has_aes) {
    check_say(check, KCD_CHECK_WARNING, "%s holds no AES key of %s, only weaker ones", keytab->file, keytab->host);
    check_remedy(check, "Make a new keytab for %s with AES keys", keytab->host);
  } else {
    check_say(check, KCD_CHECK_OK, "%s holds version %u of the key of %s%s", keytab->file, keytab->newest, keytab->host,
              version != 0 ? ", as the directory has it" : "; the directory's version is not known");
  }
}

void check_keytab(const struct kcd_machine *machine, struct kcd_doctor *doctor)
{
  const struct kcd_keytab_facts *keytab = &machine->keytab;
  struct kcd_check *check = check_add(doctor, "keytab", "keytab", keytab->file);
  if (keytab->file == NULL)
    check_say(check, KCD_CHECK_NOT_TRIED, "not tried: none was given (-k FILE)");
  else if (keytab->trial.state == KCD_TRIAL_FAILED)
    check_error(check, KCD_CHECK_FAULT, &keytab->trial.error);
  else if (keytab->trial.state == KCD_TRIAL_NONE)
    check_say(check, KCD_CHECK_NOT_TRIED, "not tried: the realm of the domain is not known");
  else
    judge_keytab(machine, check);
}
