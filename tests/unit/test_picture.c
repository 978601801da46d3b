/* Pictures of who may reach what: what is joined, what is left out, and where everything stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <kcdfix/audit.h>
#include <kcdfix/picture.h>

#define ALL 1000

static void add(struct kcd_picture *picture, const char *from, const char *to, enum kcd_line_kind kind, unsigned roles)
{
  const struct kcd_picture_end left = {.key = from, .name = from};
  const struct kcd_picture_end right = {.key = to, .name = to, .roles = roles};
  kcd_picture_add(picture, &left, &right, kind, false);
}

static void add_numbered(struct kcd_picture *picture, unsigned from, unsigned to)
{
  KCD_AUTO_CHAR left = kcd_asprintf("HV%03u", from);
  KCD_AUTO_CHAR right = kcd_asprintf("FS%03u", to);
  add(picture, left, right, KCD_LINE_TRANSITION, 0);
}

/* No two nodes of a side in one row, and none outside. */
static void assert_rows(const struct kcd_picture *picture)
{
  for (int side = 0; side < KCD_SIDES; side++) {
    bool *taken = kcd_calloc(picture->rows + 1, sizeof *taken);
    size_t shown = 0;
    for (size_t i = 0; i < picture->side[side].n; i++) {
      const struct kcd_picture_node *node = picture->side[side].v[i];
      if (!node->shown)
        continue;
      assert_true(node->row < picture->rows);
      assert_false(taken[node->row]);
      taken[node->row] = true;
      shown++;
    }
    assert_int_equal(shown, picture->side[side].shown);
    free(taken);
  }
}

static void nothing(void **state)
{
  (void)state;
  KCD_AUTO(kcd_picture) picture = kcd_picture_new();
  kcd_picture_arrange(picture, ALL, ALL);
  assert_int_equal(picture->rows, 0);
  assert_int_equal(picture->n_lines, 0);
  kcd_picture_free(NULL);
}

static void entries_between_two_are_one_line(void **state)
{
  (void)state;
  KCD_AUTO(kcd_picture) picture = kcd_picture_new();
  add(picture, "HV1", "FS1", KCD_LINE_KERBEROS_ONLY, 0);
  add(picture, "HV1", "FS1", KCD_LINE_RESOURCE_BASED, 0);
  add(picture, "hv1", "FS1", KCD_LINE_KERBEROS_ONLY, 0);
  const struct kcd_picture_end left = {.key = "HV1", .name = "HV1"}, right = {.key = "FS1", .name = "FS1"};
  kcd_picture_add(picture, &left, &right, KCD_LINE_KERBEROS_ONLY, true);
  /* a name that nobody bears is another node, whatever it says */
  const struct kcd_picture_end name = {.kind = KCD_NODE_NOBODY, .key = "FS1", .name = "FS1"};
  kcd_picture_add(picture, &left, &name, KCD_LINE_KERBEROS_ONLY, true);
  kcd_picture_arrange(picture, ALL, ALL);
  assert_int_equal(picture->entries, 5);
  assert_int_equal(picture->entries_shown, 5);
  assert_int_equal(picture->n_lines, 3);
  assert_int_equal(picture->side[KCD_LEFT].n, 1);
  assert_int_equal(picture->side[KCD_RIGHT].n, 2);
  const struct kcd_picture_line *lines = picture->lines;
  assert_int_equal(lines[0].kind, KCD_LINE_RESOURCE_BASED);
  assert_int_equal(lines[1].kind, KCD_LINE_KERBEROS_ONLY);
  assert_int_equal(lines[1].entries, 3);
  assert_int_equal(lines[1].idle, 1);
  assert_int_equal(lines[2].to->kind, KCD_NODE_NOBODY);
  assert_int_equal(lines[2].rank, 0);
  assert_rows(picture);
}

/* Each host to one server, in a scrambled order: an order without any crossing exists. */
static void pairs_do_not_cross(void **state)
{
  (void)state;
  enum { N = 97 };
  KCD_AUTO(kcd_picture) picture = kcd_picture_new();
  for (unsigned i = 0; i < N; i++)
    add_numbered(picture, i * 31 % N, i * 57 % N);
  kcd_picture_arrange(picture, ALL, ALL);
  assert_int_equal(kcd_picture_crossings(picture), 0);
  for (size_t i = 0; i < picture->n_lines; i++)
    assert_int_equal(picture->lines[i].from->row, picture->lines[i].to->row);
  assert_rows(picture);
}

/* Groups of hosts around a server: the server stands in the middle of its group. */
static void servers_stand_amid_their_hosts(void **state)
{
  (void)state;
  KCD_AUTO(kcd_picture) picture = kcd_picture_new();
  for (unsigned i = 0; i < 50; i++)
    add_numbered(picture, i, i % 5);
  kcd_picture_arrange(picture, ALL, ALL);
  assert_int_equal(picture->rows, 50);
  assert_int_equal(kcd_picture_crossings(picture), 0);
  for (size_t i = 0; i < picture->n_lines; i++) {
    const long distance = (long)picture->lines[i].from->row - (long)picture->lines[i].to->row;
    assert_true(labs(distance) <= 5);
  }
  assert_rows(picture);
}

/* Two lines that cross by their rows alone. */
static void crossings_are_counted(void **state)
{
  (void)state;
  KCD_AUTO(kcd_picture) picture = kcd_picture_new();
  for (unsigned from = 0; from < 3; from++)
    for (unsigned to = 0; to < 3; to++)
      add_numbered(picture, from, to);
  kcd_picture_arrange(picture, ALL, ALL);
  assert_int_equal(kcd_picture_crossings(picture), 9); /* of three with three, in every order */
}

static void the_worst_are_shown(void **state)
{
  (void)state;
  KCD_AUTO(kcd_picture) picture = kcd_picture_new();
  for (unsigned i = 0; i < 20; i++)
    add_numbered(picture, i, i);
  add(picture, "AAA", "FS001", KCD_LINE_KERBEROS_ONLY, 0);
  add(picture, "ZZZ", "DC9", KCD_LINE_KERBEROS_ONLY, KCD_ROLE_BIT(KCD_ROLE_DC));
  add(picture, "YYY", "all", KCD_LINE_UNCONSTRAINED, 0);
  kcd_picture_arrange(picture, 3, ALL);
  assert_int_equal(picture->side[KCD_LEFT].n, 23);
  assert_int_equal(picture->side[KCD_LEFT].shown, 3);
  assert_int_equal(picture->side[KCD_RIGHT].shown, 3);
  assert_int_equal(picture->lines_shown, 3);
  assert_int_equal(picture->entries, 23);
  assert_int_equal(picture->entries_shown, 3);
  assert_string_equal(picture->side[KCD_LEFT].v[0]->name, "ZZZ");
  assert_string_equal(picture->side[KCD_LEFT].v[1]->name, "YYY");
  assert_string_equal(picture->side[KCD_LEFT].v[22]->name, "AAA");
  for (size_t i = 0; i < 3; i++)
    assert_true(picture->side[KCD_LEFT].v[i]->shown);
  assert_rows(picture);
}

static void lines_have_a_bound(void **state)
{
  (void)state;
  KCD_AUTO(kcd_picture) picture = kcd_picture_new();
  for (unsigned i = 0; i < 30; i++)
    add_numbered(picture, i % 6, i % 5);
  kcd_picture_arrange(picture, ALL, 7);
  assert_int_equal(picture->n_lines, 30);
  assert_int_equal(picture->lines_shown, 7);
  assert_rows(picture);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing),
      cmocka_unit_test(entries_between_two_are_one_line),
      cmocka_unit_test(pairs_do_not_cross),
      cmocka_unit_test(servers_stand_amid_their_hosts),
      cmocka_unit_test(crossings_are_counted),
      cmocka_unit_test(the_worst_are_shown),
      cmocka_unit_test(lines_have_a_bound),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
