// SPDX-License-Identifier: Apache-2.0
/*
 * The traffic: what a bridge writes another process reads, states and times
 * are the last ones, a command is taken once, and events come in order.
 */
#include "base/log.h"
#include "check.h"
#include "traffic/traffic.h"

#include <stdlib.h>
#include <string.h>

static char last_line[2048];

static void
keep_line(enum log_level level, const char *text)
{
    (void)level;
    snprintf(last_line, sizeof last_line, "%s", text);
}

static char folder[] = "/tmp/traffic-keeps.XXXXXX";
static char database[64];
static struct traffic *bridge;
static struct traffic *person;
static const struct names_path device = { "p", "l", "registry-1", "device-1" };

static void
check_times(void)
{
    const struct traffic_touch touches[] = {
        { 7, TRAFFIC_HEARTBEAT, 100 },
        { 8, TRAFFIC_EVENT, 101 },
        { 7, TRAFFIC_CONFIG_SENT, 102 },
        { 7, TRAFFIC_HEARTBEAT, 103 },
    };
    struct traffic_device got;
    struct names_path who;
    uint64_t num_id;
    bool found;
    int64_t at = 9;

    CHECK(traffic_touch(bridge, touches, 4));
    CHECK(traffic_error_set(bridge, 7, 8, "too fast", 104));
    CHECK(traffic_gateway_set(bridge, 7, "gateway-1", 105));
    CHECK(traffic_connected_set(bridge, &device, 7, 99));
    CHECK(traffic_device_find(person, 7, &got));
    CHECK(got.heartbeat == 103 && got.event == 0 && got.config_sent == 102);
    CHECK(got.error_code == 8 && strcmp(got.error_text, "too fast") == 0);
    CHECK(got.error_at == 104 && got.gateway_at == 105);
    CHECK(strcmp(got.gateway, "gateway-1") == 0 && got.connected_since == 99);
    CHECK(traffic_config_acked(bridge, 7, 3, 106));
    CHECK(traffic_config_acked(bridge, 7, 3, 107));
    CHECK(traffic_config_ack_find(person, 7, 3, &at) && at == 106);
    CHECK(traffic_config_ack_find(person, 7, 2, &at) && at == 0);
    CHECK(traffic_config_acked(bridge, 7, 13, 108));
    CHECK(traffic_config_ack_find(person, 7, 3, &at) && at == 0);
    CHECK(traffic_connected_find(bridge, &who, &num_id, &found) && found);
    CHECK(num_id == 7 && strcmp(who.device, device.device) == 0 &&
          strcmp(who.project, device.project) == 0);
    CHECK(traffic_connected_set(bridge, &device, 7, 0));
    CHECK(traffic_connected_find(bridge, &who, &num_id, &found) && !found);
    CHECK(traffic_device_find(person, 7, &got) && got.connected_since == 0);
    CHECK(got.config_acked == 108);
    CHECK(traffic_device_forget(person, 7));
    CHECK(traffic_device_find(bridge, 7, &got) && got.heartbeat == 0);
    CHECK(traffic_device_find(bridge, 8, &got) && got.event == 101);
}

static void
check_together(void)
{
    struct traffic_device got;

    CHECK(traffic_begin(bridge));
    CHECK(traffic_state_add(bridge, 30, "x", 1));
    CHECK(traffic_connected_set(bridge, &device, 30, 5));
    CHECK(traffic_device_find(person, 30, &got) && got.state == 0);
    CHECK(!traffic_end(bridge, false));
    CHECK(traffic_device_find(bridge, 30, &got) && got.state == 0);
    CHECK(traffic_begin(bridge));
    CHECK(traffic_state_add(bridge, 30, "x", 1));
    CHECK(traffic_connected_set(bridge, &device, 30, 5));
    CHECK(traffic_end(bridge, true));
    CHECK(traffic_device_find(person, 30, &got) && got.state > 0 &&
          got.connected_since == 5);
}

static void
check_states(void)
{
    struct traffic_states *got = NULL;
    unsigned char byte;

    CHECK(traffic_state_list(person, 20, 10, &got) && got->count == 0);
    traffic_states_free(&got);
    for (byte = 0; byte < 14; byte++)
        CHECK(traffic_state_add(bridge, 20, &byte, 1));
    CHECK(traffic_state_add(bridge, 20, NULL, 0));
    CHECK(traffic_state_add(bridge, 21, "other", 5));
    CHECK(traffic_state_list(person, 20, 10, &got));
    CHECK(got->count == TRAFFIC_STATES_KEPT && got->items[0].length == 0);
    CHECK(got->items[1].length == 1 && got->items[1].data[0] == 13);
    CHECK(got->items[9].data[0] == 5 && got->items[0].at_ms > 0);
    traffic_states_free(&got);
    CHECK(traffic_state_list(person, 20, 3, &got) && got->count == 3);
    traffic_states_free(&got);
}

static void
check_commands(void)
{
    struct traffic_command *got = NULL;
    enum traffic_outcome outcome = TRAFFIC_DELIVERED;
    int64_t key = 0;
    int64_t late = 0;

    CHECK(traffic_command_take(bridge, &got) && got == NULL);
    CHECK(traffic_command_put(person, 7, "door/left", "open\0", 5, 60, &key));
    CHECK(traffic_command_put(person, 7, "", "late", 4, -1, &late));
    CHECK(traffic_command_outcome(person, key, &outcome) &&
          outcome == TRAFFIC_PENDING);
    CHECK(traffic_command_take(bridge, &got) && got != NULL);
    CHECK(got->key == key && got->num_id == 7 && got->length == 5);
    CHECK(strcmp(got->subfolder, "door/left") == 0 &&
          memcmp(got->data, "open", 5) == 0);
    traffic_command_free(&got);
    CHECK(traffic_command_take(bridge, &got) && got == NULL);
    CHECK(traffic_command_take(bridge, &got) && got == NULL);
    CHECK(traffic_command_finish(bridge, key, TRAFFIC_NOT_SUBSCRIBED));
    CHECK(traffic_command_outcome(person, key, &outcome) &&
          outcome == TRAFFIC_NOT_SUBSCRIBED);
    CHECK(traffic_command_put(person, 8, "", NULL, 0, 60, &key));
    CHECK(traffic_command_take(bridge, &got) && got != NULL);
    CHECK(got->length == 0 && got->num_id == 8);
    traffic_command_free(&got);
}

static void
check_events(void)
{
    struct traffic_event event = { .device = { "p", "l", "r", "d" },
                                   .num_id = 7,
                                   .kind = "CONNECT",
                                   .text = "from 127.0.0.1" };
    struct traffic_event got;
    int64_t last = 9;
    bool found = true;

    CHECK(traffic_event_last(person, &last) && last == 0);
    CHECK(traffic_event_next(person, 0, &got, &found) && !found);
    CHECK(traffic_event_add(bridge, &event));
    snprintf(event.kind, sizeof event.kind, "DISCONNECT");
    CHECK(traffic_event_add(bridge, &event));
    CHECK(traffic_event_next(person, 0, &got, &found) && found);
    CHECK(strcmp(got.kind, "CONNECT") == 0 && got.num_id == 7);
    CHECK(strcmp(got.text, "from 127.0.0.1") == 0 && got.at_ms > 0);
    CHECK(strcmp(got.device.registry, "r") == 0);
    CHECK(traffic_event_next(person, got.key, &got, &found) && found);
    CHECK(strcmp(got.kind, "DISCONNECT") == 0);
    CHECK(traffic_event_last(person, &last) && last == got.key);
    CHECK(traffic_event_next(person, last, &got, &found) && !found);
}

int
main(void)
{
    char path[64];
    char command[128];

    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/registry.db", folder);
    log_open("test", keep_line);
    CHECK(traffic_path(path, database, sizeof database));
    CHECK(!traffic_path(path, database, 5));
    CHECK(traffic_path(path, database, sizeof database));
    CHECK(strstr(database, "/traffic.db") != NULL);
    CHECK(traffic_open(database, TRAFFIC_BROWSE, TRAFFIC_SURVIVES_KILL) ==
          NULL);
    CHECK(strstr(last_line, "no traffic") != NULL);
    bridge = traffic_open(database, TRAFFIC_SERVE, TRAFFIC_SURVIVES_KILL);
    person = traffic_open(database, TRAFFIC_CREATE, TRAFFIC_SURVIVES_POWER);
    if (CHECK(bridge != NULL && person != NULL)) {
        check_times();
        check_together();
        check_states();
        check_commands();
        check_events();
    }
    traffic_close(&bridge);
    traffic_close(&person);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) != 0 || check_end();
}
