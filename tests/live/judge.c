/* judge - what the KDC answers, asked with libkrb5 alone.
 *
 * Standard input has one question a line, fields separated by a tab: keytab, host's account, user, SPN (realm: the
 * default one). Each gets one line: three words for AS, S4U2Self and S4U2Proxy, each "fwd" or "tkt" for a ticket with
 * and without the FORWARDABLE flag, the error number of RFC 4120, "c" and a number for an error of the client's own, or
 * "-" where there was nothing to ask with.
 *
 * The live tests hold kcdfix against these answers. So nothing of src/ is in here: not its code, not its headers, and
 * not its way to the KDC. */
#include <krb5.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 4096
#define LAST_PROTOCOL_ERROR 127

/* Exported by libkrb5, and in no public header of it. */
krb5_error_code KRB5_CALLCONV krb5_get_credentials_for_user(krb5_context context, krb5_flags options,
                                                            krb5_ccache ccache, krb5_creds *in_creds,
                                                            krb5_data *subject_cert, krb5_creds **out_creds);

struct question {
  char *keytab, *host, *user, *spn;
};

/* The tickets of one question; the context is shared. */
struct asking {
  krb5_context context;
  krb5_principal host, user, service;
  krb5_keytab keytab;
  krb5_ccache ccache;
  krb5_creds tgt;
};

static void print_error(krb5_error_code code)
{
  long number = (long)code - ERROR_TABLE_BASE_krb5;
  if (number >= 0 && number <= LAST_PROTOCOL_ERROR)
    printf("%ld", number);
  else
    printf("c%ld", (long)code);
}

static void print_answer(krb5_error_code code, const krb5_creds *ticket)
{
  if (code != 0)
    print_error(code);
  else
    fputs((ticket->ticket_flags & TKT_FLG_FORWARDABLE) != 0 ? "fwd" : "tkt", stdout);
}

static krb5_error_code parse(struct asking *asking, const struct question *question)
{
  krb5_error_code code = krb5_parse_name(asking->context, question->host, &asking->host);
  if (code == 0)
    code = krb5_parse_name(asking->context, question->user, &asking->user);
  if (code == 0)
    code = krb5_parse_name(asking->context, question->spn, &asking->service);
  if (code == 0)
    code = krb5_kt_resolve(asking->context, question->keytab, &asking->keytab);
  if (code == 0)
    code = krb5_cc_new_unique(asking->context, "MEMORY", NULL, &asking->ccache);
  return code;
}

static krb5_error_code log_in(struct asking *asking)
{
  krb5_get_init_creds_opt *options = NULL;
  krb5_error_code code = krb5_get_init_creds_opt_alloc(asking->context, &options);
  if (code == 0) {
    krb5_get_init_creds_opt_set_forwardable(options, 1);
    code = krb5_get_init_creds_opt_set_out_ccache(asking->context, options, asking->ccache);
  }
  if (code == 0)
    code = krb5_get_init_creds_keytab(asking->context, &asking->tgt, asking->host, asking->keytab, 0, NULL, options);
  krb5_get_init_creds_opt_free(asking->context, options);
  return code;
}

/* S4U2Self: a ticket of the user to the host itself. */
static krb5_error_code impersonate(struct asking *asking, krb5_creds **ret)
{
  krb5_creds wanted = {.client = asking->user, .server = asking->host};
  return krb5_get_credentials_for_user(asking->context, KRB5_GC_CANONICALIZE | KRB5_GC_NO_STORE, asking->ccache,
                                       &wanted, NULL, ret);
}

/* S4U2Proxy: with that ticket as evidence, one of the user to the service. libkrb5 wants the one who asks as client. */
static krb5_error_code delegate(struct asking *asking, const krb5_creds *evidence, krb5_creds **ret)
{
  krb5_creds wanted = {.client = asking->host, .server = asking->service, .second_ticket = evidence->ticket};
  krb5_flags flags = KRB5_GC_CANONICALIZE | KRB5_GC_CONSTRAINED_DELEGATION | KRB5_GC_NO_STORE;
  return krb5_get_credentials(asking->context, flags, asking->ccache, &wanted, ret);
}

/* Prints the answers as they come. */
static void ask(struct asking *asking)
{
  krb5_error_code code = log_in(asking);
  print_answer(code, &asking->tgt);
  if (code != 0) {
    fputs(" - -", stdout);
    return;
  }
  krb5_creds *evidence = NULL;
  krb5_creds *ticket = NULL;
  putchar(' ');
  code = impersonate(asking, &evidence);
  print_answer(code, evidence);
  putchar(' ');
  if (code == 0) {
    code = delegate(asking, evidence, &ticket);
    print_answer(code, ticket);
  } else {
    putchar('-');
  }
  krb5_free_creds(asking->context, ticket);
  krb5_free_creds(asking->context, evidence);
}

static void done(struct asking *asking)
{
  krb5_free_cred_contents(asking->context, &asking->tgt);
  if (asking->ccache != NULL)
    krb5_cc_destroy(asking->context, asking->ccache);
  if (asking->keytab != NULL)
    krb5_kt_close(asking->context, asking->keytab);
  krb5_free_principal(asking->context, asking->service);
  krb5_free_principal(asking->context, asking->user);
  krb5_free_principal(asking->context, asking->host);
}

static bool split(char *line, struct question *ret)
{
  char *rest = line;
  line[strcspn(line, "\n")] = '\0';
  ret->keytab = strsep(&rest, "\t");
  ret->host = strsep(&rest, "\t");
  ret->user = strsep(&rest, "\t");
  ret->spn = strsep(&rest, "\t");
  return ret->spn != NULL && rest == NULL;
}

int main(void)
{
  char line[LINE_MAX_BYTES];
  krb5_context context;
  if (krb5_init_context(&context) != 0)
    return EXIT_FAILURE;
  while (fgets(line, sizeof line, stdin) != NULL) {
    struct question question;
    struct asking asking = {.context = context};
    if (!split(line, &question) || parse(&asking, &question) != 0) {
      fprintf(stderr, "judge: not a question\n");
      return EXIT_FAILURE;
    }
    ask(&asking);
    putchar('\n');
    done(&asking);
  }
  krb5_free_context(context);
  return EXIT_SUCCESS;
}
