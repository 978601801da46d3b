#include <kcdfix/matrix.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/text.h>
#include <kcdfix/uac.h>

const char *kcd_cell_state_name(enum kcd_cell_state state)
{
  static const char *const names[] = {[KCD_CELL_NOT_ASKED] = "not-asked",
                                      [KCD_CELL_WORKS] = "works",
                                      [KCD_CELL_UNKNOWN] = "unknown",
                                      [KCD_CELL_FAILS] = "fails"};
  return names[state];
}

void kcd_matrix_init(struct kcd_matrix *matrix, const struct kcd_scenario_pairs *pairs, const char *const *rows)
{
  *matrix = (struct kcd_matrix){.n_rows = pairs->n_hosts, .n_columns = pairs->n_columns, .mesh = pairs->mesh};
  matrix->rows = kcd_calloc(pairs->n_hosts + 1, sizeof *matrix->rows);
  matrix->columns = kcd_calloc(pairs->n_columns + 1, sizeof *matrix->columns);
  for (size_t i = 0; i < pairs->n_hosts; i++)
    matrix->rows[i].label = kcd_strdup(rows[i]);
  for (size_t i = 0; i < pairs->n_columns; i++)
    matrix->columns[i] = kcd_strdup(pairs->columns[i]);
  matrix->cells = kcd_calloc(pairs->n_hosts * pairs->n_columns + 1, sizeof *matrix->cells);
}

static void finding_done(struct kcd_cell_finding *finding)
{
  free(finding->message);
  free(finding->remedy);
  *finding = (struct kcd_cell_finding){0};
}

static void cell_done(struct kcd_matrix_cell *cell)
{
  for (size_t i = 0; i < cell->n_findings; i++)
    finding_done(&cell->findings[i]);
  free(cell->findings);
}

void kcd_matrix_done(struct kcd_matrix *matrix)
{
  for (size_t i = 0; i < matrix->n_rows * matrix->n_columns; i++)
    cell_done(&matrix->cells[i]);
  for (size_t i = 0; i < matrix->n_causes; i++)
    free(matrix->causes[i].cells);
  for (size_t i = 0; i < matrix->n_rows; i++)
    free(matrix->rows[i].label);
  for (size_t i = 0; i < matrix->n_columns; i++)
    free(matrix->columns[i]);
  free(matrix->rows);
  free(matrix->columns);
  free(matrix->cells);
  free(matrix->causes);
  *matrix = (struct kcd_matrix){0};
}

/* ---- pair by pair ---- */

static unsigned class_bit(const struct kcd_judgement *judgement)
{
  const char *service_class = judgement->facts.target->spn.service_class;
  if (kcd_equal_nocase(service_class, KCD_MIGRATION_SERVICE))
    return KCD_ABOUT_MIGRATION;
  return kcd_equal_nocase(service_class, "cifs") ? KCD_ABOUT_CIFS : KCD_ABOUT_OTHER;
}

static void forget_unless_same(char **kept, const char *text)
{
  if (*kept == NULL || (text != NULL && strcmp(*kept, text) == 0))
    return;
  free(*kept);
  *kept = NULL;
}

/* No advice is an advice of its own: that of the catalogue does not take its place. */
static char *text_of(const char *text)
{
  return kcd_strdup(text == NULL ? "" : text);
}

static void add_finding(struct kcd_matrix_cell *cell, const struct kcd_finding *finding, unsigned about)
{
  for (size_t i = 0; i < cell->n_findings; i++) {
    struct kcd_cell_finding *known = &cell->findings[i];
    if (known->id != finding->id || known->severity != finding->severity)
      continue;
    known->about |= about;
    known->fixable = known->fixable || finding->command != NULL;
    forget_unless_same(&known->message, finding->message);
    forget_unless_same(&known->remedy, finding->remedy == NULL ? "" : finding->remedy);
    return;
  }
  cell->findings = kcd_reallocarray(cell->findings, cell->n_findings + 1, sizeof *cell->findings);
  cell->findings[cell->n_findings++] = (struct kcd_cell_finding){.id = finding->id,
                                                                 .severity = finding->severity,
                                                                 .about = about,
                                                                 .fixable = finding->command != NULL,
                                                                 .message = kcd_strdup(finding->message),
                                                                 .remedy = text_of(finding->remedy)};
}

static enum kcd_cell_state state_of(enum kcd_verdict verdict)
{
  if (verdict == KCD_WORKS)
    return KCD_CELL_WORKS;
  return verdict == KCD_FAILS ? KCD_CELL_FAILS : KCD_CELL_UNKNOWN;
}

static void note_fix(struct kcd_matrix *matrix, const struct kcd_judgement *judgement)
{
  const struct kcd_account *host = judgement->facts.host;
  for (size_t i = 0; host != NULL && i < judgement->findings.n; i++) {
    const struct kcd_finding *finding = &judgement->findings.v[i];
    if (finding->severity != KCD_FAULT || finding->command == NULL)
      continue;
    matrix->fixable = true;
    matrix->transition = matrix->transition || (host->uac & KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION) == 0;
  }
}

static void add_to_row(struct kcd_matrix_row *row, const struct kcd_judgement *judgement, bool listed)
{
  const struct kcd_account *host = judgement->facts.host;
  row->asked++;
  row->failing += judgement->verdict == KCD_FAILS;
  if (host == NULL)
    return;
  row->tab = kcd_uac_delegation_words(host->uac, (unsigned)host->delegate_to.n);
  row->listed += listed;
  row->entries = host->delegate_to.n + row->asked - row->listed;
}

void kcd_matrix_add(struct kcd_matrix *matrix, size_t row, size_t column, const struct kcd_judgement *judgement)
{
  struct kcd_matrix_cell *cell = &matrix->cells[row * matrix->n_columns + column];
  const enum kcd_cell_state state = state_of(judgement->verdict);
  const unsigned about = class_bit(judgement);
  const struct kcd_account *host = judgement->facts.host;
  const bool listed = host != NULL && kcd_list_matches(&host->delegate_to, judgement->spn);
  cell->pairs++;
  cell->listed += listed;
  cell->failing += state == KCD_CELL_FAILS;
  cell->unknown += state == KCD_CELL_UNKNOWN;
  cell->state = state > cell->state ? state : cell->state;
  matrix->pairs++;
  matrix->failing += state == KCD_CELL_FAILS;
  matrix->unknown += state == KCD_CELL_UNKNOWN;
  matrix->faulty += state == KCD_CELL_WORKS && kcd_findings_worst(&judgement->findings) == KCD_FAULT;
  for (size_t i = 0; i < judgement->findings.n; i++)
    add_finding(cell, &judgement->findings.v[i], about);
  for (size_t i = 0; i < judgement->suspects.n; i++)
    matrix->suspected[judgement->suspects.v[i].id] = true;
  add_to_row(&matrix->rows[row], judgement, listed);
  note_fix(matrix, judgement);
}

/* ---- one direction ---- */

/* The classes of one server are listed one by one, so which of them is missing makes another cause. */
static unsigned splits_by(const struct kcd_cell_finding *finding)
{
  return finding->id == KCD_F_SERVICE_CLASS_MISSING ? finding->about : 0;
}

static struct kcd_cell_finding *find(struct kcd_matrix_cell *cell, enum kcd_finding_id id)
{
  for (size_t i = 0; i < cell->n_findings; i++)
    if (cell->findings[i].id == id)
      return &cell->findings[i];
  return NULL;
}

static void drop(struct kcd_matrix_cell *cell, struct kcd_cell_finding *finding)
{
  finding_done(finding);
  *finding = cell->findings[--cell->n_findings];
}

static bool is_fault(const struct kcd_cell_finding *finding)
{
  return finding != NULL && finding->severity == KCD_FAULT;
}

/* Nothing is listed for the other host, which lists this one. True: it is said so. */
static bool turn_back(const struct kcd_matrix_cell *there, struct kcd_matrix_cell *back)
{
  struct kcd_cell_finding *missing = find(back, KCD_F_SPN_NOT_LISTED);
  if (there->listed == 0 || back->listed > 0 || !is_fault(missing))
    return false;
  missing->id = KCD_F_ONE_DIRECTION_ONLY;
  free(missing->message);
  free(missing->remedy);
  missing->message = kcd_strdup("Not listed, though the other direction is.");
  missing->remedy = kcd_strdup("List the other host here as well: machines are to move both ways.");
  return true;
}

/* On the way there it is a note that the way back is missing; it belongs where it has to be mended. */
static void turn(struct kcd_matrix_cell *there, struct kcd_matrix_cell *back)
{
  const bool said = is_fault(find(back, KCD_F_LIST_EMPTY)) || turn_back(there, back);
  struct kcd_cell_finding *note = find(there, KCD_F_ONE_DIRECTION_ONLY);
  if (said && note != NULL && note->severity == KCD_NOTE)
    drop(there, note);
}

static void turn_directions(struct kcd_matrix *matrix)
{
  for (size_t i = 0; matrix->mesh && i < matrix->n_rows; i++)
    for (size_t j = 0; j < matrix->n_rows; j++)
      if (i != j)
        turn(&matrix->cells[i * matrix->n_columns + j], &matrix->cells[j * matrix->n_columns + i]);
}

/* ---- causes ---- */

static bool comes_before(enum kcd_severity a, enum kcd_finding_id a_id, enum kcd_severity b, enum kcd_finding_id b_id)
{
  return a != b ? a > b : kcd_finding_rank(a_id) < kcd_finding_rank(b_id);
}

static struct kcd_matrix_cause *cause_of(struct kcd_matrix *matrix, const struct kcd_cell_finding *finding)
{
  for (size_t i = 0; i < matrix->n_causes; i++) {
    struct kcd_matrix_cause *cause = &matrix->causes[i];
    if (cause->id != finding->id || cause->severity != finding->severity ||
        (splits_by(finding) != 0 && cause->about != finding->about))
      continue;
    cause->about |= finding->about;
    return cause;
  }
  matrix->causes = kcd_reallocarray(matrix->causes, matrix->n_causes + 1, sizeof *matrix->causes);
  struct kcd_matrix_cause *cause = &matrix->causes[matrix->n_causes++];
  *cause = (struct kcd_matrix_cause){.id = finding->id,
                                     .severity = finding->severity,
                                     .about = finding->about,
                                     .message = finding->message,
                                     .remedy = finding->remedy};
  return cause;
}

/* Room in powers of two: an array here keeps no capacity. */
static void add_cell(struct kcd_matrix_cause *cause, size_t cell)
{
  if ((cause->n_cells & (cause->n_cells - 1)) == 0)
    cause->cells = kcd_reallocarray(cause->cells, cause->n_cells == 0 ? 1 : 2 * cause->n_cells, sizeof *cause->cells);
  cause->cells[cause->n_cells++] = cell;
}

static const char *same_or_null(const char *kept, const char *text)
{
  return kept != NULL && text != NULL && strcmp(kept, text) == 0 ? kept : NULL;
}

static void collect(struct kcd_matrix *matrix)
{
  for (size_t at = 0; at < matrix->n_rows * matrix->n_columns; at++) {
    const struct kcd_matrix_cell *cell = &matrix->cells[at];
    for (size_t i = 0; i < cell->n_findings; i++) {
      const struct kcd_cell_finding *finding = &cell->findings[i];
      struct kcd_matrix_cause *cause = cause_of(matrix, finding);
      cause->message = same_or_null(cause->message, finding->message);
      cause->remedy = same_or_null(cause->remedy, finding->remedy);
      cause->fixable = cause->fixable || finding->fixable;
      add_cell(cause, at);
    }
  }
}

static void sort_causes(struct kcd_matrix *matrix)
{
  for (size_t i = 1; i < matrix->n_causes; i++) {
    struct kcd_matrix_cause moving = matrix->causes[i];
    size_t at = i;
    for (;
         at > 0 && comes_before(moving.severity, moving.id, matrix->causes[at - 1].severity, matrix->causes[at - 1].id);
         at--)
      matrix->causes[at] = matrix->causes[at - 1];
    matrix->causes[at] = moving;
  }
}

/* ---- marks ---- */

/* What people will look for; every other cause gets the next letter that is free. */
static char wanted_mark(const struct kcd_matrix_cause *cause)
{
  switch (cause->id) {
  case KCD_F_PROTOCOL_TRANSITION_OFF:
    return 'K';
  case KCD_F_LIST_EMPTY:
  case KCD_F_ONE_DIRECTION_ONLY:
    return '-';
  case KCD_F_SPN_NOT_LISTED:
    return 'N';
  case KCD_F_SERVICE_CLASS_MISSING:
    return cause->about == KCD_ABOUT_MIGRATION ? 'M' : 'C';
  case KCD_F_SHORT_OR_FQDN_MISSING:
    return 'F';
  case KCD_F_SPN_WITH_BLANK_ON_SAMBA:
    return 'B';
  case KCD_F_DUPLICATE_SPN:
    return 'D';
  case KCD_F_TARGET_SPN_MISSING:
    return 'T';
  case KCD_F_MIGRATION_SPN_REGISTRATION_FAILED:
    return 'R';
  case KCD_F_USER_SENSITIVE:
  case KCD_F_USER_PROTECTED:
    return 'U';
  default:
    return 'A';
  }
}

static bool is_taken(const struct kcd_matrix *matrix, char mark)
{
  for (size_t i = 0; i < matrix->n_causes; i++)
    if (matrix->causes[i].mark == mark)
      return true;
  return false;
}

static void give_marks(struct kcd_matrix *matrix)
{
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  for (size_t i = 0; i < matrix->n_causes && matrix->causes[i].severity == KCD_FAULT; i++) {
    char mark = wanted_mark(&matrix->causes[i]);
    for (const char *letter = letters; is_taken(matrix, mark) && *letter != '\0'; letter++)
      mark = *letter;
    matrix->causes[i].mark = mark;
  }
}

/* The causes are sorted, so the first one to come to a cell is its first one in the order of repair. */
static void mark_cells(struct kcd_matrix *matrix)
{
  for (size_t i = 0; i < matrix->n_causes && matrix->causes[i].mark != 0; i++)
    for (size_t k = 0; k < matrix->causes[i].n_cells; k++) {
      struct kcd_matrix_cell *cell = &matrix->cells[matrix->causes[i].cells[k]];
      if (cell->mark == 0)
        cell->mark = matrix->causes[i].mark;
    }
}

/* What the cells have in common, where they differ in names. */
static const char *common_message(const struct kcd_matrix_cause *cause)
{
  if (cause->id == KCD_F_SERVICE_CLASS_MISSING && cause->about == KCD_ABOUT_MIGRATION)
    return "the migration service is not listed, another class of the same server is";
  if (cause->id == KCD_F_SERVICE_CLASS_MISSING && cause->about == KCD_ABOUT_CIFS)
    return "cifs is not listed, another class of the same server is";
  return kcd_finding_info(cause->id)->title;
}

static void fill_in(struct kcd_matrix_cause *cause)
{
  const struct kcd_finding_info *info = kcd_finding_info(cause->id);
  cause->is_common = cause->message == NULL;
  if (cause->message == NULL)
    cause->message = common_message(cause);
  if (cause->remedy == NULL)
    cause->remedy = info->remedy;
}

void kcd_matrix_finish(struct kcd_matrix *matrix)
{
  turn_directions(matrix);
  collect(matrix);
  sort_causes(matrix);
  give_marks(matrix);
  mark_cells(matrix);
  for (size_t i = 0; i < matrix->n_causes; i++)
    fill_in(&matrix->causes[i]);
}

bool kcd_matrix_too_long(const struct kcd_matrix *matrix, struct kcd_finding *ret)
{
  size_t n = 0;
  const struct kcd_matrix_row *longest = NULL;
  for (size_t i = 0; i < matrix->n_rows; i++) {
    const struct kcd_matrix_row *row = &matrix->rows[i];
    n += row->entries > KCD_LIST_IS_LONG;
    if (longest == NULL || row->entries > longest->entries)
      longest = row;
  }
  if (n == 0)
    return false;
  KCD_AUTO_CHAR name = kcd_safe(longest->label);
  *ret =
      (struct kcd_finding){.id = KCD_F_LIST_TOO_LONG, .severity = KCD_WARNING, .subject = kcd_strdup(longest->label)};
  ret->message = kcd_asprintf("%zu host%s would list more than %u services, %s %zu; Active Directory holds about 1,200 "
                              "in such a list.",
                              n, n == 1 ? "" : "s", KCD_LIST_IS_LONG, name, longest->entries);
  ret->remedy = kcd_strdup("Let the targets accept one group of hosts instead (resource-based delegation): a new host "
                           "then joins the group, and no list grows.");
  return true;
}
