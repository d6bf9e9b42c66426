// SPDX-License-Identifier: Apache-2.0
/*
 * The verbs of iot-registry, as "gcloud iot" has them (cloud-iot-core
 * reference, section 5.8): each is a constant that says what it takes and
 * which function does it.  The program is a list of these.
 */
#ifndef VERBS_VERBS_H
#define VERBS_VERBS_H

#include "base/exit.h"

struct verbs_verb;

/* Runs VERB, called NAME ("iot-registry devices list"), with the options and
 * operands ARGV[1..]. */
enum exit_code
verbs_run(const struct verbs_verb *verb, const char *name, int argc,
          char **argv);

/* One sentence on what it does; a constant. */
const char *
verbs_summary(const struct verbs_verb *verb);

extern const struct verbs_verb verbs_registries_create;
extern const struct verbs_verb verbs_registries_list;
extern const struct verbs_verb verbs_registries_describe;
extern const struct verbs_verb verbs_registries_update;
extern const struct verbs_verb verbs_registries_delete;
extern const struct verbs_verb verbs_registries_credentials_create;
extern const struct verbs_verb verbs_registries_credentials_list;
extern const struct verbs_verb verbs_registries_credentials_describe;
extern const struct verbs_verb verbs_registries_credentials_delete;
extern const struct verbs_verb verbs_registries_credentials_clear;
extern const struct verbs_verb verbs_devices_create;
extern const struct verbs_verb verbs_devices_list;
extern const struct verbs_verb verbs_devices_describe;
extern const struct verbs_verb verbs_devices_update;
extern const struct verbs_verb verbs_devices_delete;
extern const struct verbs_verb verbs_devices_credentials_create;
extern const struct verbs_verb verbs_devices_credentials_list;
extern const struct verbs_verb verbs_devices_credentials_describe;
extern const struct verbs_verb verbs_devices_credentials_delete;
extern const struct verbs_verb verbs_devices_credentials_update;
extern const struct verbs_verb verbs_devices_credentials_clear;
extern const struct verbs_verb verbs_devices_configs_update;
extern const struct verbs_verb verbs_devices_configs_list;
extern const struct verbs_verb verbs_devices_configs_describe;
extern const struct verbs_verb verbs_devices_configs_get_value;
extern const struct verbs_verb verbs_devices_states_list;
extern const struct verbs_verb verbs_devices_commands_send;
extern const struct verbs_verb verbs_devices_gateways_bind;
extern const struct verbs_verb verbs_devices_gateways_unbind;
extern const struct verbs_verb verbs_devices_gateways_list_bound_devices;
extern const struct verbs_verb verbs_devices_import;
extern const struct verbs_verb verbs_devices_export;
extern const struct verbs_verb verbs_topics_create;
extern const struct verbs_verb verbs_topics_list;
extern const struct verbs_verb verbs_topics_describe;
extern const struct verbs_verb verbs_topics_update;
extern const struct verbs_verb verbs_topics_delete;
extern const struct verbs_verb verbs_subscriptions_create;
extern const struct verbs_verb verbs_subscriptions_list;
extern const struct verbs_verb verbs_subscriptions_describe;
extern const struct verbs_verb verbs_subscriptions_update;
extern const struct verbs_verb verbs_subscriptions_delete;
extern const struct verbs_verb verbs_subscriptions_pull;
extern const struct verbs_verb verbs_subscriptions_ack;
extern const struct verbs_verb verbs_watch;

#endif
