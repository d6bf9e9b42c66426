// SPDX-License-Identifier: Apache-2.0
/*
 * Values of options that have parts: "path=F,type=T", "k=v,k=v", times.
 * Everything that is wrong with one is said here.
 */
#ifndef VERBS_PARSE_H
#define VERBS_PARSE_H

#include "base/exit.h"
#include "base/options.h"
#include "registry/registry.h"

/* RFC 3339 ("2030-01-01T00:00:00Z", or with an offset) to Unix seconds. */
CHECKED bool
parse_time(const char *text, int64_t *seconds);

/*
 * These fill a part of what will be registered, whose strings are then on the
 * heap, to be released with it.  EXIT_CODE_MISUSED for a value that makes no
 * sense, EXIT_CODE_FAILED for a file that cannot be read; both logged.
 */

/* "path=FILE,type=TYPE[,expiration-time=TIME]" */
CHECKED enum exit_code
parse_public_keys(const struct options_list *list,
                  struct registry_device *device);

/* The same, given as three options; EXPIRATION may be NULL. */
CHECKED enum exit_code
parse_public_key(const char *path, const char *type, const char *expiration,
                 struct registry_credential *credential);

/* "KEY=VALUE[,KEY=VALUE]" and "KEY=FILE[,KEY=FILE]" */
CHECKED enum exit_code
parse_metadata(const struct options_list *values,
               const struct options_list *files,
               struct registry_device *device);

/* "topic=TOPIC[,subfolder=SUBFOLDER]" */
CHECKED enum exit_code
parse_events(const struct options_list *list, struct registry *registry);

/* A word of VOCABULARY; NULL leaves *NUMBER as it is. */
CHECKED enum exit_code
parse_word(enum registry_vocabulary vocabulary, const char *option,
           const char *word, int *number);

#endif
