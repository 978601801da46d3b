#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kcdfix/bytes.h>
#include <kcdfix/text.h>

#include "errors.h"
#include "keytab.h"
#include "names.h"

enum { PRINCIPALS_SHOWN = 5, KVNOS_SHOWN = 10, MANY_ENTRIES = 10000 };

/* What one walk through the file finds. */
struct walk {
  krb5_context k5;
  const char *host, *realm;
  krb5_principal client;
  struct kcd_values kvnos;
  struct kcd_values others; /* the first principals that are not the host */
  bool more_others;
};

static void walk_done(struct walk *walk)
{
  krb5_free_principal(walk->k5, walk->client);
  kcd_values_done(&walk->kvnos);
  kcd_values_done(&walk->others);
}

static int check(const char *file, struct kcd_error *err)
{
  /* O_NONBLOCK: a FIFO must not make us wait for its writer */
  int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    kcd_fail_errno(err, KCD_E_IO, errno, "keytab file %s", file);
    kcd_error_on(err, file, NULL);
    kcd_error_next(err, "Check the name and who may read it, or check without a key.");
    return kcd_error_id(err, "keytab-unreadable");
  }
  int status = kcd_keytab_check_file(fd, file, err);
  close(fd);
  return status;
}

static bool ends_in_dollar(const char *account)
{
  size_t len = strlen(account);
  return len > 1 && account[len - 1] == '$';
}

static bool is_host(const struct walk *walk, krb5_const_principal principal)
{
  if (walk->client != NULL)
    return krb5_principal_compare(walk->k5, walk->client, principal);
  KCD_AUTO_CHAR account = kcd_principal_component(principal, 0);
  if (principal->length != 1 || account == NULL)
    return false;
  const krb5_data *realm = &principal->realm;
  if (strlen(walk->realm) != realm->length || memcmp(walk->realm, realm->data, realm->length) != 0)
    return false;
  return walk->host == NULL ? ends_in_dollar(account) : kcd_equal_nocase(walk->host, account);
}

static void note_once(struct kcd_values *seen, size_t most, const char *text, bool *more)
{
  if (kcd_values_find(seen, text, strlen(text)) >= 0)
    return;
  if (seen->n < most)
    kcd_values_add_text(seen, text);
  else
    *more = true;
}

static krb5_error_code look_at(struct walk *walk, const krb5_keytab_entry *entry)
{
  if (!is_host(walk, entry->principal)) {
    KCD_AUTO_CHAR name = kcd_principal_text(walk->k5, entry->principal);
    note_once(&walk->others, PRINCIPALS_SHOWN, name, &walk->more_others);
    return 0;
  }
  KCD_AUTO_CHAR kvno = kcd_asprintf("%u", entry->vno);
  bool ignored = false;
  note_once(&walk->kvnos, KVNOS_SHOWN, kvno, &ignored);
  return walk->client != NULL ? 0 : krb5_copy_principal(walk->k5, entry->principal, &walk->client);
}

static krb5_error_code walk_through(struct walk *walk, krb5_keytab handle)
{
  krb5_kt_cursor cursor;
  krb5_error_code code = krb5_kt_start_seq_get(walk->k5, handle, &cursor);
  if (code != 0)
    return code;
  krb5_keytab_entry entry;
  for (int i = 0; i < MANY_ENTRIES && code == 0; i++) {
    code = krb5_kt_next_entry(walk->k5, handle, &entry, &cursor);
    if (code != 0)
      break;
    code = look_at(walk, &entry);
    krb5_free_keytab_entry_contents(walk->k5, &entry);
  }
  krb5_kt_end_seq_get(walk->k5, handle, &cursor);
  return code == KRB5_KT_END ? 0 : code;
}

static char *words(const struct kcd_values *values, const char *tail)
{
  const char **list = kcd_calloc(values->n + 1, sizeof(*list));
  size_t n = 0;
  for (; n < values->n; n++)
    list[n] = (const char *)values->v[n].data;
  if (tail != NULL)
    list[n++] = tail;
  char *text = kcd_join_words(list, n);
  free(list);
  return text;
}

static int fail_without_host(const struct walk *walk, const char *file, struct kcd_error *err)
{
  KCD_AUTO_CHAR held = words(&walk->others, walk->more_others ? "others" : NULL);
  const char *host = walk->host == NULL ? "a computer account (NAME$)" : walk->host;
  kcd_fail(err, KCD_E_NOT_AUTHENTICATED, "keytab %s holds no key of %s@%s; it holds %s", file, host, walk->realm,
           walk->others.n == 0 ? "no keys at all" : held);
  kcd_error_on(err, file, NULL);
  kcd_error_next(err, "The host logs on by its account name: make a keytab for %s, not for one of its SPNs.", host);
  return kcd_error_id(err, "keytab-without-host");
}

static int choose(struct walk *walk, const char *file, struct kcd_keytab *keytab, struct kcd_error *err)
{
  KCD_AUTO_CHAR name = kcd_asprintf("FILE:%s", file);
  krb5_error_code code = krb5_kt_resolve(walk->k5, name, &keytab->handle);
  if (code == 0)
    code = walk_through(walk, keytab->handle);
  if (code != 0) {
    kcd_krb5_fail(err, KCD_E_IO, walk->k5, code, "keytab %s", file);
    kcd_error_on(err, file, NULL);
    return kcd_error_id(err, "keytab-damaged");
  }
  if (walk->client == NULL)
    return fail_without_host(walk, file, err);
  keytab->client = KCD_TAKE(walk->client);
  keytab->kvnos = words(&walk->kvnos, NULL);
  return 0;
}

int kcd_keytab_open(krb5_context k5, const char *file, const char *host, const char *realm, struct kcd_keytab *ret,
                    struct kcd_error *err)
{
  if (check(file, err) != 0)
    return -1;
  __attribute__((cleanup(walk_done))) struct walk walk = {.k5 = k5, .host = host, .realm = realm};
  struct kcd_keytab keytab = {.handle = NULL};
  if (choose(&walk, file, &keytab, err) != 0) {
    kcd_keytab_done(k5, &keytab);
    return -1;
  }
  *ret = keytab;
  return 0;
}

void kcd_keytab_done(krb5_context k5, struct kcd_keytab *keytab)
{
  if (keytab->handle != NULL)
    krb5_kt_close(k5, keytab->handle);
  krb5_free_principal(k5, keytab->client);
  free(keytab->kvnos);
  *keytab = (struct kcd_keytab){.handle = NULL};
}
