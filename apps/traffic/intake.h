// SPDX-License-Identifier: Apache-2.0
/*
 * What stands before the traffic's database of a bridge that may not wait: what
 * a device sent is written to the end of a file, which survives the end of the
 * process, and is acknowledged then.  A thread moves it to the database soon
 * after, many at a time; what a process leaves behind when it is killed, the
 * next one moves.  cloud-iot-core reference, section 2.3.
 *
 * One process at a time takes in for a database.  All but the thread is for one
 * thread, and none of it waits for the database.
 */
#ifndef TRAFFIC_INTAKE_H
#define TRAFFIC_INTAKE_H

#include "base/checked.h"
#include "traffic.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct intake;

/*
 * Takes in for the database PATH, which must live on, and keeps that, with what
 * waits to be moved there, below MOST bytes (0 for any size), as traffic_sweep
 * does.  NULL, logged: the folder cannot be made, or another process has it.
 */
CHECKED struct intake *
intake_open(const char *path, enum traffic_durability durability, int64_t most);

/* Moves what is left, for some seconds at most, and goes.  Accepts NULL in
 * *INTAKE, and clears it. */
void
intake_close(struct intake **intake);

/* Writes down a message, whose topic exists.  Only when this has returned true
 * may the device be told that it arrived.  False, logged when that is news: no
 * room on the disk, or too much waits to be moved. */
CHECKED bool
intake_message(struct intake *intake, const struct traffic_message *message);

/* Likewise a state of the device NUM_ID. */
CHECKED bool
intake_state(struct intake *intake, uint64_t num_id, const void *data,
             size_t length);

/* False when somebody has moved or removed the folder, or the file that is
 * being filled: then the intake is to be closed and opened again, or what it
 * takes is found by nobody.  To be asked about once a second. */
CHECKED bool
intake_is_in_place(const struct intake *intake);

/* Logs what the thread had to say; to be called about once a second. */
void
intake_look(struct intake *intake);

/*
 * Waits until all that was taken in for the database PATH so far is there, a
 * second at most; what a process that is gone has left, it moves itself.  For
 * programs that read; a warning says when something is missing.
 */
void
intake_settle(const char *path);

#endif
