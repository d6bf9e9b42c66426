// SPDX-License-Identifier: Apache-2.0
/*
 * Has whoever watches a registry see what operators change in it.
 */
#ifndef VERBS_TELL_H
#define VERBS_TELL_H

#include "call.h"

/*
 * CALL, the verb PROGRAM with the words ARGV behind it, has changed its
 * registry: writes an event beside those of the bridges, if there is such a
 * file that may be written.  It names the options that were given, and no
 * values, which may be secret.  Says so if it should have and could not.
 */
void
verbs_tell(struct verbs_call *call, const struct options_program *program,
           int argc, char **argv);

#endif
