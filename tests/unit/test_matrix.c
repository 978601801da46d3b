/* Many pairs in one matrix: marks and causes, from judged pairs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <kcdfix/alloc.h>
#include <kcdfix/uac.h>

#include "mesh_fixture.h"

/* A line a row: the marks, with '+' for a cell that works and '.' for one that is not asked. */
static char *marks_of(const struct kcd_matrix *matrix)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  for (size_t at = 0; at < matrix->n_rows * matrix->n_columns; at++) {
    const struct kcd_matrix_cell *cell = &matrix->cells[at];
    char mark = cell->mark != 0                     ? cell->mark
                : cell->state == KCD_CELL_WORKS     ? '+'
                : cell->state == KCD_CELL_NOT_ASKED ? '.'
                                                    : '?';
    kcd_buf_addf(&out, "%c%s", mark, (at + 1) % matrix->n_columns == 0 ? "\n" : "");
  }
  return kcd_buf_take_text(&out);
}

/* A line a cause: mark, id, and the cells as rowcolumn from 1. */
static char *causes_of(const struct kcd_matrix *matrix)
{
  struct kcd_buf out;
  kcd_buf_init(&out, KCD_BUF_DEFAULT_CAP);
  for (size_t i = 0; i < matrix->n_causes; i++) {
    const struct kcd_matrix_cause *cause = &matrix->causes[i];
    kcd_buf_addf(&out, "%c %s", cause->mark == 0 ? ' ' : cause->mark, kcd_finding_info(cause->id)->id);
    for (size_t k = 0; k < cause->n_cells; k++)
      kcd_buf_addf(&out, " %zu%zu", cause->cells[k] / matrix->n_columns + 1, cause->cells[k] % matrix->n_columns + 1);
    kcd_buf_add_text(&out, "\n");
  }
  return kcd_buf_take_text(&out);
}

static void check(struct mesh *mesh, enum kcd_flavour flavour, const char *marks, const char *causes)
{
  struct kcd_matrix matrix;
  mesh_judge(mesh, flavour, &matrix);
  KCD_AUTO_CHAR marks_seen = marks_of(&matrix);
  KCD_AUTO_CHAR causes_seen = causes_of(&matrix);
  assert_string_equal(marks_seen, marks);
  assert_string_equal(causes_seen, causes);
  kcd_matrix_done(&matrix);
}

static void set_kerberos_only(struct mesh *mesh, size_t host)
{
  mesh->hosts[host].uac &= ~KCD_UAC_TRUSTED_TO_AUTH_FOR_DELEGATION;
}

static void all_right(void **state)
{
  (void)state;
  struct mesh mesh;
  mesh_init(&mesh, KCD_SCENARIO_LIVE_MIGRATION, 3, "SOFS1");
  check(&mesh, KCD_FLAVOUR_WINDOWS, ".+++\n+.++\n++.+\n", "");
  mesh_done(&mesh);
}

/* Four hosts: HV2 lacks the migration service of HV4, and HV4 was forgotten but for the file server. */
static void one_host_forgotten(void **state)
{
  (void)state;
  struct mesh mesh;
  mesh_init(&mesh, KCD_SCENARIO_LIVE_MIGRATION, 4, "SOFS1");
  mesh_unlist(&mesh, 1, KCD_MIGRATION_SERVICE "/HV4");
  mesh_unlist(&mesh, 3, "/HV");
  set_kerberos_only(&mesh, 3);
  check(&mesh, KCD_FLAVOUR_WINDOWS, ".++++\n+.+M+\n++.++\n---.K\n",
        "M service-class-missing 24\n- one-direction-only 41 42 43\nK protocol-transition-off 41 42 43 45\n");
  struct kcd_matrix matrix;
  mesh_judge(&mesh, KCD_FLAVOUR_WINDOWS, &matrix);
  assert_int_equal(matrix.pairs, 56);
  assert_int_equal(matrix.failing, 16);
  assert_true(matrix.fixable && matrix.transition);
  assert_int_equal(matrix.rows[3].listed, 2);
  assert_int_equal(matrix.rows[3].asked, 14);
  assert_int_equal(matrix.rows[3].failing, 14);
  kcd_matrix_done(&matrix);
  mesh_done(&mesh);
}

/* What is missing is told class by class, each as a cause of its own. */
static void classes_apart(void **state)
{
  (void)state;
  struct mesh mesh;
  mesh_init(&mesh, KCD_SCENARIO_LIVE_MIGRATION, 2, NULL);
  mesh_unlist(&mesh, 0, "cifs/");
  mesh_unlist(&mesh, 1, KCD_MIGRATION_SERVICE);
  check(&mesh, KCD_FLAVOUR_WINDOWS, ".C\nM.\n",
        "C service-class-missing 12\nM service-class-missing 21\n  one-direction-only 12\n");
  mesh_done(&mesh);
}

static void nothing_listed(void **state)
{
  (void)state;
  struct mesh mesh;
  mesh_init(&mesh, KCD_SCENARIO_VM_STORAGE, 2, "SOFS1");
  mesh_unlist(&mesh, 1, "");
  set_kerberos_only(&mesh, 1);
  check(&mesh, KCD_FLAVOUR_WINDOWS, "+\n-\n", "- list-empty 21\nK protocol-transition-off 21\n");
  mesh_done(&mesh);
}

/* Nobody there to register the names: no command of ours mends it, and so none is offered. */
static void registration_failed(void **state)
{
  (void)state;
  struct mesh mesh;
  mesh_init(&mesh, KCD_SCENARIO_LIVE_MIGRATION, 2, NULL);
  for (size_t spn = 0; spn < mesh.pairs.n_spns; spn++)
    if (mesh.pairs.column_of[spn] == 1 && strncmp(mesh.pairs.spns[spn], "Microsoft", 9) == 0) {
      free(mesh.targets[spn].owners[0].value);
      mesh.targets[spn].n_owners = 0;
    }
  struct kcd_matrix matrix;
  mesh_judge(&mesh, KCD_FLAVOUR_WINDOWS, &matrix);
  KCD_AUTO_CHAR marks = marks_of(&matrix);
  assert_string_equal(marks, ".R\n+.\n");
  assert_int_equal(matrix.failing, 2);
  assert_int_equal(matrix.causes[0].id, KCD_F_MIGRATION_SPN_REGISTRATION_FAILED);
  assert_false(matrix.fixable);
  assert_false(matrix.causes[0].fixable);
  kcd_matrix_done(&matrix);
  mesh_done(&mesh);
}

/* A Samba KDC finds no name with a blank; a Windows KDC does. */
static void blanks_on_samba(void **state)
{
  (void)state;
  struct mesh mesh;
  mesh_init(&mesh, KCD_SCENARIO_LIVE_MIGRATION, 2, NULL);
  check(&mesh, KCD_FLAVOUR_SAMBA_417, ".B\nB.\n", "B spn-with-blank-on-samba 12 21\n");
  mesh_done(&mesh);
}

/* Two causes may want one letter. */
static void letters_are_given_once(void **state)
{
  (void)state;
  struct mesh mesh;
  mesh_init(&mesh, KCD_SCENARIO_STORAGE_MIGRATION, 3, NULL);
  mesh.hosts[1].uac |= 0x2; /* ACCOUNTDISABLE */
  for (size_t spn = 0; spn < mesh.pairs.n_spns; spn++)
    if (mesh.pairs.column_of[spn] == 2)
      mesh.targets[spn].spn.service_class[0] = 'k'; /* a service of the KDC has no letter of its own either */
  struct kcd_matrix matrix;
  mesh_judge(&mesh, KCD_FLAVOUR_WINDOWS, &matrix);
  for (size_t i = 0; i < matrix.n_causes; i++)
    for (size_t k = i + 1; k < matrix.n_causes; k++)
      assert_true(matrix.causes[i].mark == 0 || matrix.causes[i].mark != matrix.causes[k].mark);
  kcd_matrix_done(&matrix);
  mesh_done(&mesh);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_right),
      cmocka_unit_test(one_host_forgotten),
      cmocka_unit_test(classes_apart),
      cmocka_unit_test(nothing_listed),
      cmocka_unit_test(registration_failed),
      cmocka_unit_test(blanks_on_samba),
      cmocka_unit_test(letters_are_given_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
