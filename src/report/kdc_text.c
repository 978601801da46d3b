/* The block "KDC": what is predicted and what was answered, step by step. */
#include <string.h>

#include <kcdfix/text.h>

#include "doc.h"
#include "document.h"
#include "table.h"

/* The columns: what was asked, what is predicted, what was answered, and what a trace shows. A probe shows the first
 * and the third. */
struct block {
  const json_t *pair;
  struct kcd_textout *out;
  struct kcd_table *table;
  struct kcd_textout stacked; /* the same rows for a narrow screen */
  bool with_predicted, with_observed, with_traced;
};

static bool is_outcome(const json_t *answer, const char *outcome)
{
  return strcmp(kcd_doc_str(answer, "outcome"), outcome) == 0;
}

static const char *without_prefix(const char *name)
{
  static const char PREFIX[] = "KDC_ERR_";
  return strncmp(name, PREFIX, strlen(PREFIX)) == 0 ? name + strlen(PREFIX) : name;
}

static const char *ticket_word(const json_t *answer, bool evidence)
{
  if (!evidence)
    return "ticket";
  return kcd_doc_true(answer, "forwardable") ? "fwd" : "not fwd";
}

/* "fwd", "ticket", "BADOPTION"; with a question mark where the rule is inferred. */
static char *predicted_cell(const json_t *answer, bool evidence)
{
  if (is_outcome(answer, "not-tried"))
    return kcd_strdup("-");
  const char *unsure = kcd_doc_true(answer, "certain") ? "" : " ?";
  if (is_outcome(answer, "ticket"))
    return kcd_asprintf("%s%s", ticket_word(answer, evidence), unsure);
  const char *name = without_prefix(kcd_doc_str(answer, "name"));
  if (name[0] != '\0')
    return kcd_asprintf("%s%s", name, unsure);
  if (!json_is_integer(json_object_get(answer, "code")))
    return kcd_asprintf("refused by client%s", unsure);
  return kcd_asprintf("error %llu%s", (unsigned long long)kcd_doc_num(answer, "code"), unsure);
}

static char *observed_cell(const json_t *answer, bool evidence)
{
  if (is_outcome(answer, "ticket"))
    return kcd_strdup(ticket_word(answer, evidence));
  return is_outcome(answer, "error") ? kcd_text_error_code(answer) : kcd_strdup("not tried");
}

static char *exchange_cell(const json_t *exchange)
{
  const json_t *answer = json_object_get(exchange, "answer");
  if (is_outcome(answer, "ticket")) {
    const char *enctype = kcd_doc_str(json_object_get(exchange, "enctype"), "name");
    bool final = strcmp(kcd_doc_str(exchange, "kind"), "S4U2Proxy") == 0;
    return kcd_asprintf("ticket%s%s, %s", final ? "" : ", ", final ? "" : ticket_word(answer, true), enctype);
  }
  if (!is_outcome(answer, "error"))
    return kcd_strdup("not tried");
  return kcd_text_error_code(answer);
}

/* What one row says. */
struct answers {
  const char *predicted, *observed, *traced;
};

static void add_cells(struct block *block, const char *lead, const struct answers *answers)
{
  const char *cells[4] = {lead};
  size_t n = 1;
  if (block->with_predicted)
    cells[n++] = answers->predicted;
  if (block->with_observed || !block->with_predicted)
    cells[n++] = answers->observed;
  if (block->with_traced)
    cells[n++] = answers->traced;
  kcd_table_row(block->table, cells);
  kcd_out_line(&block->stacked, "  %s", lead);
}

static void add_header(struct block *block, const char *lead)
{
  add_cells(block, lead, &(struct answers){"predicted", "answered", "in the trace"});
}

static void add_step(struct block *block, const char *step, const char *what, const struct answers *answers)
{
  KCD_AUTO_CHAR label = kcd_out_label(2, step, strlen("S4U2Proxy"));
  KCD_AUTO_CHAR lead = kcd_asprintf("%s%s", label, what);
  add_cells(block, lead, answers);
  bool both = block->with_predicted && block->with_observed;
  kcd_out_line(&block->stacked, "               %s%s%s%s%s%s%s", block->with_predicted ? "predicted " : "",
               block->with_predicted ? answers->predicted : "", both ? ", " : "",
               block->with_observed ? "answered " : "", block->with_observed ? answers->observed : "",
               block->with_traced ? ", in the trace " : "", block->with_traced ? answers->traced : "");
}

/* Whose ticket it is, where two accounts hold the name; "" elsewhere. Owned by the caller. */
static char *owner_suffix(const json_t *pair, const json_t *answer)
{
  const json_t *spn = json_object_get(json_object_get(pair, "directory"), "spn");
  KCD_AUTO_CHAR target = kcd_doc_safe_at(pair, "target");
  if (!is_outcome(answer, "ticket") || kcd_doc_num(spn, "accounts") < 2 || target[0] == '\0')
    return kcd_strdup("");
  return kcd_asprintf(", for %s", target);
}

/* KEY is the answer's in predicted and observed. */
static void add_compared(struct block *block, const char *step, const char *what, const char *key)
{
  bool evidence = strcmp(key, "s4u2self") == 0 || strcmp(key, "as") == 0;
  const json_t *answer = json_object_get(json_object_get(block->pair, "predicted"), key);
  KCD_AUTO_CHAR outcome = predicted_cell(answer, evidence);
  KCD_AUTO_CHAR owner = evidence ? kcd_strdup("") : owner_suffix(block->pair, answer);
  KCD_AUTO_CHAR predicted = kcd_asprintf("%s%s", outcome, owner);
  KCD_AUTO_CHAR observed = observed_cell(json_object_get(json_object_get(block->pair, "observed"), key), evidence);
  KCD_AUTO_CHAR traced = kcd_text_traced_cell(block->pair, key);
  add_step(block, step, what, &(struct answers){predicted, observed, traced == NULL ? "-" : traced});
}

/* The account whose key signs the request: the host, or the one that stands in for it. */
static char *client_of(const json_t *pair)
{
  const json_t *observed = json_object_get(pair, "observed");
  return kcd_doc_safe_at(json_is_object(observed) ? observed : pair, json_is_object(observed) ? "client" : "host");
}

static bool way_of_2012_is_known(const json_t *pair)
{
  const json_t *predicted = json_object_get(json_object_get(pair, "predicted"), "user_ticket");
  const json_t *observed = json_object_get(json_object_get(pair, "observed"), "user_ticket");
  return is_outcome(predicted, "ticket") || is_outcome(predicted, "error") || is_outcome(observed, "ticket") ||
         is_outcome(observed, "error");
}

static const char *user_or_nobody(const char *user)
{
  return user[0] == '\0' ? "the user" : user;
}

static const json_t *exchange_of_kind(const json_t *pair, const char *kind)
{
  size_t i;
  const json_t *exchange;
  json_array_foreach(json_object_get(json_object_get(pair, "observed"), "exchanges"), i, exchange)
  {
    if (strcmp(kcd_doc_str(exchange, "kind"), kind) == 0)
      return exchange;
  }
  return NULL;
}

/* The host's own ticket is worth a row only where it is the trouble. */
static bool tgt_is_trouble(const json_t *pair)
{
  const json_t *as = json_object_get(json_object_get(pair, "predicted"), "as");
  const json_t *answer = json_object_get(exchange_of_kind(pair, "AS"), "answer");
  return is_outcome(as, "error") || is_outcome(answer, "error") ||
         (is_outcome(as, "ticket") && !kcd_doc_true(as, "forwardable"));
}

static void add_as(struct block *block, const char *client)
{
  KCD_AUTO_CHAR what = kcd_asprintf("TGT for %s", client);
  KCD_AUTO_CHAR predicted = predicted_cell(json_object_get(json_object_get(block->pair, "predicted"), "as"), true);
  KCD_AUTO_CHAR observed = observed_cell(json_object_get(exchange_of_kind(block->pair, "AS"), "answer"), true);
  add_step(block, "AS", what, &(struct answers){predicted, observed, "-"});
}

static void add_compared_rows(struct block *block)
{
  KCD_AUTO_CHAR client = client_of(block->pair);
  KCD_AUTO_CHAR user = kcd_pair_user(block->pair);
  KCD_AUTO_CHAR spn = kcd_doc_safe_at(block->pair, "spn");
  KCD_AUTO_CHAR self = kcd_asprintf("ticket for %s to %s", user_or_nobody(user), client);
  KCD_AUTO_CHAR proxy = kcd_asprintf("to %s with that ticket (2016 and later)", spn);
  KCD_AUTO_CHAR own = kcd_asprintf("to %s with %s's own ticket (2012 R2)", spn, user_or_nobody(user));
  if (tgt_is_trouble(block->pair))
    add_as(block, client);
  add_compared(block, "S4U2Self", self, "s4u2self");
  add_compared(block, "S4U2Proxy", proxy, "s4u2proxy");
  if (way_of_2012_is_known(block->pair))
    add_compared(block, "S4U2Proxy", own, "user_ticket");
}

/* Without the realm: everything that a probe asks is of the host's own. Owned by the caller. */
static char *name_of(const json_t *exchange, const char *key)
{
  char *name = kcd_doc_safe_at(exchange, key);
  char *at = strrchr(name, '@');
  if (at != NULL)
    *at = '\0';
  return name;
}

/* What S4U2Proxy is asked for, and with which evidence; owned by the caller. */
static char *proxy_words(const json_t *pair, const json_t *exchange)
{
  const char *purpose = kcd_doc_str(exchange, "purpose");
  KCD_AUTO_CHAR spn = kcd_doc_safe_at(pair, "spn");
  KCD_AUTO_CHAR user = kcd_pair_user(pair);
  KCD_AUTO_CHAR client = client_of(pair);
  if (strcmp(purpose, "without-resource-bit") == 0)
    return kcd_asprintf("to %s, only the host's list asked", spn);
  if (strcmp(purpose, "control-service") == 0)
    return kcd_asprintf("to %s itself, never listed", client);
  if (strcmp(purpose, "host-ticket") == 0)
    return kcd_asprintf("to %s with the host's own ticket", spn);
  if (strcmp(purpose, "host-ticket-without-resource-bit") == 0)
    return kcd_asprintf("... only the host's list asked");
  if (strcmp(purpose, "own-ticket") == 0)
    return kcd_asprintf("to %s with %s's own ticket (2012 R2)", spn, user_or_nobody(user));
  return kcd_asprintf("to %s with that ticket (2016 and later)", spn);
}

static void add_exchange(struct block *block, const json_t *exchange)
{
  const char *kind = kcd_doc_str(exchange, "kind");
  bool proof = strcmp(kcd_doc_str(exchange, "purpose"), "proof") == 0;
  KCD_AUTO_CHAR client = client_of(block->pair);
  KCD_AUTO_CHAR user = proof ? kcd_pair_user(block->pair) : name_of(exchange, "user");
  KCD_AUTO_CHAR what = strcmp(kind, "AS") == 0          ? kcd_asprintf("TGT for %s", client)
                       : strcmp(kind, "S4U2Proxy") == 0 ? proxy_words(block->pair, exchange)
                       : strcmp(kind, "TGS") == 0 ? kcd_asprintf("%s's own ticket to %s", user_or_nobody(user), client)
                                                  : kcd_asprintf("ticket for %s to %s", user_or_nobody(user), client);
  KCD_AUTO_CHAR cell = exchange_cell(exchange);
  add_step(block, kind, what, &(struct answers){.observed = cell});
}

static void block_init(struct block *block, const json_t *pair, bool with_predicted, struct kcd_textout *out)
{
  *block = (struct block){.pair = pair, .out = out, .with_predicted = with_predicted};
  block->with_observed = json_array_size(json_object_get(json_object_get(pair, "observed"), "exchanges")) > 0;
  block->with_traced = with_predicted && json_is_object(json_object_get(pair, "traced"));
  block->table = kcd_table_new(2 + (with_predicted && block->with_observed) + block->with_traced);
  kcd_out_init(&block->stacked, out->style);
}

static void block_show(struct block *block)
{
  KCD_AUTO_CHAR stacked = kcd_buf_take_text(&block->stacked.buf);
  if (stacked != NULL && !kcd_table_fits(block->table, 2, block->out))
    kcd_buf_add_text(&block->out->buf, stacked);
  else
    kcd_table_write(block->table, 2, block->out);
  kcd_table_free(block->table);
}

static char *asked_line(const json_t *pair)
{
  const json_t *observed = json_object_get(pair, "observed");
  KCD_AUTO_CHAR kdc = kcd_doc_safe_at(observed, "kdc");
  KCD_AUTO_CHAR client = kcd_doc_safe_at(observed, "client");
  KCD_AUTO_CHAR host = kcd_doc_safe_at(pair, "host");
  bool in_its_place = strcmp(kcd_doc_str(observed, "by"), "stand-in") == 0;
  return kcd_asprintf("KDC        %s, asked as %s%s%s", kdc, client, in_its_place ? " for " : "",
                      in_its_place ? host : "");
}

static char *header_of(const struct block *block)
{
  if (block->with_observed)
    return asked_line(block->pair);
  KCD_AUTO_CHAR why = kcd_doc_safe_at(block->pair, "not_asked");
  return kcd_asprintf("KDC        not asked: %s", why[0] == '\0' ? "the probe could not run" : why);
}

static void say_uncertain(const struct kcd_check_view *view, const json_t *pair, struct kcd_textout *out)
{
  if (kcd_doc_true(json_object_get(pair, "predicted"), "certain"))
    return;
  KCD_AUTO_CHAR text =
      kcd_asprintf("the rule that decides is inferred for %s, not observed", kcd_doc_str(view->doc, "kdc_flavour"));
  kcd_out_wrap(out, "    ? ", text, NULL);
}

void kcd_text_reason(const json_t *pair, struct kcd_textout *out)
{
  KCD_AUTO_CHAR reason = kcd_doc_safe_at(json_object_get(pair, "observed"), "reason");
  if (strcmp(reason, "none") == 0)
    kcd_out_line(out, "    the KDC gave no reason");
  else if (reason[0] != '\0')
    kcd_out_wrap(out, "    the KDC's reason: ", reason, NULL);
}

/* The proof that one thing alone is missing. */
static void say_own_ticket_works(const json_t *pair, struct kcd_textout *out)
{
  const json_t *observed = json_object_get(pair, "observed");
  const json_t *class = json_object_get(observed, "class");
  if (is_outcome(json_object_get(observed, "user_ticket"), "ticket") && !kcd_pair_is_verdict(pair, "works") &&
      strcmp(kcd_doc_str(class, "name"), "protocol-transition-missing") == 0)
    kcd_out_wrap(out, "    ", kcd_doc_str(class, "sentence"), NULL);
}

/* Asked for and not shown to the KDC: a named cache would otherwise seem to be ignored. */
static void say_own_ticket_is_poor(const json_t *pair, struct kcd_textout *out)
{
  size_t i;
  const json_t *exchange;
  json_array_foreach(json_object_get(json_object_get(pair, "observed"), "exchanges"), i, exchange)
  {
    const json_t *answer = json_object_get(exchange, "answer");
    if (strcmp(kcd_doc_str(exchange, "purpose"), "own-ticket") != 0 ||
        strcmp(kcd_doc_str(exchange, "kind"), "TGS") != 0 || !is_outcome(answer, "ticket") ||
        kcd_doc_true(answer, "forwardable"))
      continue;
    KCD_AUTO_CHAR user = kcd_pair_user(pair);
    KCD_AUTO_CHAR text =
        kcd_asprintf("%s's own ticket is not forwardable, so it proves nothing and was not shown to the KDC: kinit -f "
                     "gets one, unless the user is marked sensitive or in Protected Users.",
                     user_or_nobody(user));
    kcd_out_wrap(out, "    ", text, NULL);
    return;
  }
}

void kcd_text_kdc(const struct kcd_check_view *view, size_t index, struct kcd_textout *out)
{
  const json_t *pair = json_array_get(view->pairs, index);
  struct block block;
  block_init(&block, pair, true, out);
  KCD_AUTO_CHAR header = header_of(&block);
  add_header(&block, header);
  add_compared_rows(&block);
  block_show(&block);
  kcd_text_reason(pair, out);
  say_own_ticket_works(pair, out);
  say_own_ticket_is_poor(pair, out);
  say_uncertain(view, pair, out);
  kcd_text_traced(pair, out);
  kcd_text_stand_in(view, index, out);
}

void kcd_text_exchanges(const json_t *pair, struct kcd_textout *out)
{
  const json_t *exchanges = json_object_get(json_object_get(pair, "observed"), "exchanges");
  if (json_array_size(exchanges) == 0)
    return;
  struct block block;
  block_init(&block, pair, false, out);
  KCD_AUTO_CHAR header = asked_line(pair);
  add_header(&block, header);
  size_t i;
  const json_t *exchange;
  json_array_foreach(exchanges, i, exchange)
  {
    add_exchange(&block, exchange);
  }
  block_show(&block);
  kcd_text_reason(pair, out);
  say_own_ticket_is_poor(pair, out);
}
