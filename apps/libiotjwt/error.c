// SPDX-License-Identifier: Apache-2.0
/*
 * Why something failed, as a code for the program and a sentence for the
 * reader.  Text out of tokens is made harmless here, once, so that a sentence
 * can go to any log or terminal.
 */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>

void
iotjwt_error_clear(struct iotjwt_error *error)
{
    if (error == NULL)
        return;
    error->code = IOTJWT_OK;
    error->text[0] = '\0';
}

bool
iotjwt_error_set(struct iotjwt_error *error, enum iotjwt_code code,
                 const char *format, ...)
{
    va_list arguments;

    if (error == NULL)
        return false;
    error->code = code;
    va_start(arguments, format);
    if (vsnprintf(error->text, sizeof error->text, format, arguments) < 0)
        error->text[0] = '\0';
    va_end(arguments);
    for (char *c = error->text; *c != '\0'; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    return false;
}

bool
iotjwt_error_memory(struct iotjwt_error *error)
{
    return iotjwt_error_set(error, IOTJWT_NO_MEMORY, "out of memory");
}
