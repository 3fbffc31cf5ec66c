/* Writes bundles and own proofs for the tests of the browser verifier: draws of every form, honest
 * ones and such whose digests and signatures all fit and which are wrong.
 *
 *   make_bundles FOLDER      FOLDER/NAME-full.zip, NAME-public.zip, NAME-present.txt,
 * NAME-absent.txt
 *
 * Which of them hold is not written down here: the program and the verifier have to agree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bundle_kit.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>

/* How far a draw goes. */
enum course { COURSE_PLAIN, COURSE_EVENTS, COURSE_ABORT_EARLY, COURSE_ABORT_LATE, COURSES };

static const char *const course_names[COURSES] = {"whole", "events", "abort1", "abort2"};

static const struct kit_spec forms[] = {
    {.label = "open", .objects = 60},
    {.label = "sealed", .objects = 60, .parties = 1, .hold_staff = true},
    {.label = "blinded", .objects = 60, .parties = 1, .blinded = true},
    {.label = "parties", .objects = 61, .parties = 2, .systematic = true},
    {.label = "parties-blinded", .objects = 64, .parties = 2, .systematic = true, .blinded = true},
    {.label = "local", .objects = 33, .local = true},
};

static const char *folder;

static void copy(struct kit *kit, const char *from, const char *label, const char *tail)
{
    struct buf out = {0};
    char to[512];
    snprintf(to, sizeof to, "%s/%s-%s", folder, label, tail);
    const char *const words[] = {"cp", from, to, NULL};
    assert_int_equal(kit_run(&out, kit->dir, words), 0);
    buf_free(&out);
}

static void write_own(struct kit *kit, struct str object, const char *label, const char *tail)
{
    char to[512];
    snprintf(to, sizeof to, "%s/%s-%s", folder, label, tail);
    FILE *file = fopen(to, "w");
    assert_non_null(file);
    struct str text = kit_own(kit, object);
    assert_int_equal(fwrite(text.data, 1, text.len, file), text.len);
    assert_int_equal(fclose(file), 0);
}

static void steps_first(struct kit *kit, enum course course)
{
    kit_commit(kit);
    kit_beacon(kit);
    if (course == COURSE_ABORT_EARLY)
        return;
    kit_drawn(kit);
    if (course != COURSE_PLAIN)
        kit_skip(kit, kit_drawn_id(kit, 1));
    kit_teams(kit);
    kit_beacon(kit);
    kit_assign(kit);
}

static void make(const struct kit_spec *spec, enum course course, const char *label)
{
    struct kit *kit = calloc(1, sizeof *kit);
    assert_non_null(kit);
    kit_open(kit, spec);
    steps_first(kit, course);
    if (course == COURSE_EVENTS) {
        kit_refill(kit);
        kit_skip(kit, kit_drawn_id(kit, 0));
    }
    if (course == COURSE_ABORT_EARLY || course == COURSE_ABORT_LATE)
        kit_abort(kit);
    kit_finish(kit);
    copy(kit, kit->full, label, "full.zip");
    copy(kit, kit->open, label, "public.zip");
    if (course == COURSE_PLAIN || course == COURSE_EVENTS) {
        write_own(kit, kit_drawn_id(kit, 0), label, "drawn.txt");
        write_own(kit, str_sub(kit->lines[spec->objects - 1], 0, 18), label, "last.txt");
        if (!spec->blinded)
            write_own(kit, STR("91410882MA000014XX"), label, "absent.txt");
    }
    kit_close(kit);
    free(kit);
}

static void every_form_and_course(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        for (int course = 0; course < COURSES; course++) {
            char label[64];
            snprintf(label, sizeof label, "%s-%s", forms[i].label, course_names[course]);
            make(&forms[i], (enum course)course, label);
        }
}

static void every_way_of_cheating(void **state)
{
    (void)state;
    for (int cheat = KIT_HONEST + 1; cheat <= KIT_WEAK; cheat++)
        for (size_t i = 0; i < 3; i++) {
            struct kit_spec spec = forms[i];
            char label[64];
            snprintf(label, sizeof label, "cheat%d-%s", cheat, spec.label);
            spec.cheat = (enum kit_cheat)cheat;
            spec.label = "cheat";
            make(&spec, COURSE_EVENTS, label);
        }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_form_and_course),
                                       cmocka_unit_test(every_way_of_cheating)};
    if (argc != 2)
        return 2;
    folder = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
