#include <kcdfix/matrix.h>

#include "doc.h"
#include "document.h"

static json_t *row_of(const struct kcd_matrix_row *row)
{
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "name", kcd_doc_text(row->label));
  kcd_doc_set(object, "delegation_tab", kcd_doc_text(row->tab));
  kcd_doc_set(object, "asked", kcd_doc_uint(row->asked));
  kcd_doc_set(object, "listed", kcd_doc_uint(row->listed));
  kcd_doc_set(object, "failing", kcd_doc_uint(row->failing));
  return object;
}

static json_t *mark_of(char mark)
{
  const char text[2] = {mark, '\0'};
  return kcd_doc_text_or_null(text);
}

static json_t *cell_of(const struct kcd_matrix *matrix, size_t at)
{
  const struct kcd_matrix_cell *cell = &matrix->cells[at];
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "from", kcd_doc_text(matrix->rows[at / matrix->n_columns].label));
  kcd_doc_set(object, "to", kcd_doc_text(matrix->columns[at % matrix->n_columns]));
  kcd_doc_set(object, "state", kcd_doc_text(kcd_cell_state_name(cell->state)));
  kcd_doc_set(object, "mark", mark_of(cell->mark));
  kcd_doc_set(object, "pairs", kcd_doc_uint(cell->pairs));
  kcd_doc_set(object, "failing", kcd_doc_uint(cell->failing));
  return object;
}

static json_t *cells_of(const struct kcd_matrix *matrix)
{
  json_t *array = kcd_doc_array();
  for (size_t at = 0; at < matrix->n_rows * matrix->n_columns; at++)
    if (matrix->cells[at].state != KCD_CELL_NOT_ASKED)
      kcd_doc_add(array, cell_of(matrix, at));
  return array;
}

static json_t *services_of(unsigned about)
{
  json_t *array = kcd_doc_array();
  if ((about & KCD_ABOUT_MIGRATION) != 0)
    kcd_doc_add(array, kcd_doc_text(KCD_MIGRATION_SERVICE));
  if ((about & KCD_ABOUT_CIFS) != 0)
    kcd_doc_add(array, kcd_doc_text("cifs"));
  return array;
}

/* [from, to] of each cell. */
static json_t *ways_of(const struct kcd_matrix *matrix, const struct kcd_matrix_cause *cause)
{
  json_t *array = kcd_doc_array();
  for (size_t i = 0; matrix->n_columns > 0 && i < cause->n_cells; i++) {
    json_t *way = kcd_doc_array();
    kcd_doc_add(way, kcd_doc_text(matrix->rows[cause->cells[i] / matrix->n_columns].label));
    kcd_doc_add(way, kcd_doc_text(matrix->columns[cause->cells[i] % matrix->n_columns]));
    kcd_doc_add(array, way);
  }
  return array;
}

static json_t *cause_of(const struct kcd_matrix *matrix, const struct kcd_matrix_cause *cause)
{
  json_t *object = kcd_doc_object();
  kcd_doc_set(object, "id", kcd_doc_text(kcd_finding_info(cause->id)->id));
  kcd_doc_set(object, "severity", kcd_doc_text(kcd_severity_name(cause->severity)));
  kcd_doc_set(object, "mark", mark_of(cause->mark));
  kcd_doc_set(object, "services", services_of(cause->about));
  kcd_doc_set(object, "common", json_boolean(cause->is_common));
  kcd_doc_set(object, "message", kcd_doc_text(cause->message));
  kcd_doc_set(object, "remedy", kcd_doc_text(cause->remedy));
  kcd_doc_set(object, "fixable", json_boolean(cause->fixable));
  kcd_doc_set(object, "cells", ways_of(matrix, cause));
  return object;
}

static json_t *clusters_of(const struct kcd_scenario_report *report)
{
  json_t *array = kcd_doc_array();
  for (size_t i = 0; i < report->n_clusters; i++) {
    json_t *object = kcd_doc_object();
    json_t *nodes = kcd_doc_array();
    for (size_t k = 0; k < report->clusters[i].n_nodes; k++)
      kcd_doc_add(nodes, kcd_doc_text(report->clusters[i].nodes[k]));
    kcd_doc_set(object, "name", kcd_doc_text(report->clusters[i].name));
    kcd_doc_set(object, "nodes", nodes);
    kcd_doc_add(array, object);
  }
  return array;
}

static json_t *not_visible(const struct kcd_matrix *matrix)
{
  json_t *array = kcd_doc_array();
  for (int id = 0; id < KCD_FINDINGS; id++)
    if (matrix->suspected[id])
      kcd_doc_add(array, kcd_doc_text(kcd_finding_info((enum kcd_finding_id)id)->id));
  return array;
}

void kcd_report_scenario(struct kcd_report *report, const struct kcd_scenario_report *scenario)
{
  const struct kcd_matrix *matrix = scenario->matrix;
  json_t *object = kcd_doc_object();
  json_t *hosts = kcd_doc_array();
  json_t *columns = kcd_doc_array();
  json_t *causes = kcd_doc_array();
  for (size_t i = 0; i < matrix->n_rows; i++)
    kcd_doc_add(hosts, row_of(&matrix->rows[i]));
  for (size_t i = 0; i < matrix->n_columns; i++)
    kcd_doc_add(columns, kcd_doc_text(matrix->columns[i]));
  for (size_t i = 0; i < matrix->n_causes; i++)
    kcd_doc_add(causes, cause_of(matrix, &matrix->causes[i]));
  kcd_doc_set(object, "name", kcd_doc_text(kcd_scenario_name(scenario->scenario)));
  kcd_doc_set(object, "clusters", clusters_of(scenario));
  kcd_doc_set(object, "user", kcd_doc_text(scenario->user));
  kcd_doc_set(object, "pairs", kcd_doc_uint(matrix->pairs));
  kcd_doc_set(object, "failing", kcd_doc_uint(matrix->failing));
  kcd_doc_set(object, "unknown", kcd_doc_uint(matrix->unknown));
  kcd_doc_set(object, "faulty", kcd_doc_uint(matrix->faulty));
  kcd_doc_set(object, "not_asked", kcd_doc_text(report->not_asked));
  kcd_doc_set(object, "mesh", json_boolean(matrix->mesh));
  kcd_doc_set(object, "hosts", hosts);
  kcd_doc_set(object, "columns", columns);
  kcd_doc_set(object, "cells", cells_of(matrix));
  kcd_doc_set(object, "causes", causes);
  kcd_doc_set(object, "not_visible", not_visible(matrix));
  kcd_doc_set(object, "command", kcd_doc_text(scenario->command));
  kcd_doc_set(report->doc, "scenario", object);
}
