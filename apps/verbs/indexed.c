// SPDX-License-Identifier: Apache-2.0
/*
 * Shows what has an index and no name.
 */
#include "indexed.h"

#include "base/log.h"

enum exit_code
indexed_list(struct verbs_call *call, const struct show_column *columns,
             json_t *all)
{
    size_t i;
    json_t *row;

    if (all == NULL)
        return EXIT_CODE_FAILED;
    json_array_foreach(all, i, row)
    {
        if (call->format != VERBS_JSON && call->format != VERBS_YAML)
            json_object_set_new(row, "index", json_integer((json_int_t)i));
    }
    return show_list(call, columns, all) ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}

enum exit_code
indexed_describe(struct verbs_call *call, const char *owner, const char *name,
                 const char *what, json_t *all)
{
    json_t *row = json_array_get(all, call->index);
    enum exit_code code = EXIT_CODE_FAILED;

    if (all != NULL && row == NULL)
        log_error("the %s %s has no %s with the index %zu", owner, name, what,
                  call->index);
    else if (all != NULL && show_value(call, json_incref(row)))
        code = EXIT_CODE_DONE;
    json_decref(all);
    return code;
}
