// SPDX-License-Identifier: Apache-2.0
/*
 * Files of the intake that somebody removes or puts elsewhere: what nobody
 * would find is not taken, and it goes on when it can.
 */
#include "check.h"
#include "intake-site.h"

#include <stdlib.h>
#include <unistd.h>

static void
do_in_folder(const char *words)
{
    char command[256];

    snprintf(command, sizeof command, "cd %s && %s", site_folder, words);
    CHECK(system(command) == 0);
}

/* Files are removed, or put elsewhere, under it: what nobody would find is not
 * taken, and what was taken before is there. */
static void
check_removal(void)
{
    struct intake *intake;

    site_start_afresh();
    intake = site_intake(0);
    CHECK(site_take(intake, 0, 10) && site_has_just(0, 1));
    CHECK(site_take(intake, 1, 10) && intake_is_in_place(intake));
    do_in_folder("rm traffic.db-intake/0*");
    CHECK(!intake_is_in_place(intake));
    CHECK(!site_take(intake, 2, 10) && site_said("somebody removed the file"));
    CHECK(site_take(intake, 2, 10) && intake_is_in_place(intake));
    CHECK(site_has_just(1, 3));
    do_in_folder("mv traffic.db-intake old");
    CHECK(!intake_is_in_place(intake));
    intake_close(&intake);
    intake = site_intake(0);
    CHECK(intake_is_in_place(intake));
    CHECK(site_take(intake, 3, 10) && site_has_just(3, 4));
    do_in_folder("rm -r traffic.db-intake");
    CHECK(!intake_is_in_place(intake) && !site_take(intake, 4, 10));
    intake_close(&intake);
}

/* What was removed while it waited takes up no room. */
static void
check_room(void)
{
    struct intake *intake;
    sqlite3 *db;
    int taken = 0;

    site_start_afresh();
    intake = site_intake(4 * MEBIBYTE);
    db = site_sqlite();
    site_run(db, "BEGIN IMMEDIATE");
    for (int i = 0; i < 90; i++)
        CHECK(site_take(intake, i, 10000));
    do_in_folder("cd traffic.db-intake && rm *2 *3");
    site_run(db, "ROLLBACK");
    for (int i = 0; i < 100 && taken < 60; i++) {
        usleep(20000);
        site_run(db, "BEGIN IMMEDIATE");
        for (taken = 0; taken < 60 && site_take(intake, taken, 10000);)
            taken++;
        site_run(db, "ROLLBACK");
    }
    CHECK(taken == 60);
    sqlite3_close(db);
    intake_close(&intake);
}

int
main(void)
{
    if (!site_open())
        return 1;
    check_removal();
    check_room();
    return !site_close() || check_end();
}
