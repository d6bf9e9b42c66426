// SPDX-License-Identifier: Apache-2.0
/*
 * iot-jwt: print a device's token, show what is in one, or verify one.  The
 * key is found by base/key, tokens are libiotjwt's affair; here are the
 * command line and the words.
 */
#include "base/clock.h"
#include "base/exit.h"
#include "base/file.h"
#include "base/key.h"
#include "base/log.h"
#include "base/options.h"
#include "base/standard.h"
#include "libiotjwt/iotjwt.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    LIFETIME = 3600,
    LIFETIME_MOST = 86400,
    SKEW = 600,
    KEY_FILE_MOST = 65536,
    INPUT_MOST = 65536,
    WORDS_MOST = 64,
};

struct arguments {
    const char *key;
    const char *audience;
    int64_t lifetime;
    const char *public_key;
    const char *algorithm;
    int64_t skew;
    int64_t longest;
    bool json;
};

#define AT(member) offsetof(struct arguments, member)

static const struct options_row mint_rows[] = {
    { OPTIONS_TEXT, "key", "URI", AT(key),
      "The private key: a " KEY_URI_HELP ".", 0, 0 },
    { OPTIONS_TEXT, "audience", "PROJECT", AT(audience),
      "Whom the token is for: the project's id.", 0, 0 },
    { OPTIONS_NUMBER, "lifetime", "SECONDS", AT(lifetime),
      "How long it is valid, 1 to 86400; 3600 if not given.", 1,
      LIFETIME_MOST },
    { OPTIONS_FLAG, "json", NULL, AT(json),
      "Print the token and its parts as one line of JSON.", 0, 0 },
    { 0 },
};

static const struct options_row decode_rows[] = {
    { OPTIONS_FLAG, "json", NULL, AT(json),
      "Print the parts as one line of JSON.", 0, 0 },
    { 0 },
};

static const struct options_row verify_rows[] = {
    { OPTIONS_TEXT, "public-key", "FILE", AT(public_key),
      "A public key or an X.509 certificate, PEM or DER.", 0, 0 },
    { OPTIONS_TEXT, "algorithm", "NAME", AT(algorithm),
      "What the key is used for: RS256 or ES256.", 0, 0 },
    { OPTIONS_TEXT, "audience", "PROJECT", AT(audience),
      "Whom the token must be for.", 0, 0 },
    { OPTIONS_NUMBER, "skew", "SECONDS", AT(skew),
      "By how much clocks may differ; 600 if not given.", 0, IOTJWT_LATEST },
    { OPTIONS_NUMBER, "longest", "SECONDS", AT(longest),
      "The longest lifetime; 86400 if not given.", 0, IOTJWT_LATEST },
    { OPTIONS_FLAG, "json", NULL, AT(json), "Print one line of JSON.", 0, 0 },
    { 0 },
};

static const struct options_program mint_program = {
    "iot-jwt",
    "--key URI --audience PROJECT [--lifetime SECONDS] [--json]",
    "Prints a new token, signed with the key: RS256 or ES256 by its kind.",
    mint_rows,
    0,
    0
};

static const struct options_program decode_program = {
    "iot-jwt decode",
    "[--json] [TOKEN|-]",
    "Shows what a token says, and verifies nothing of it.  The token is read "
    "from\nstandard input unless it is given.",
    decode_rows,
    0,
    1
};

static const struct options_program verify_program = {
    "iot-jwt verify",
    "--public-key FILE --algorithm RS256|ES256 --audience PROJECT "
    "[--skew SECONDS]\n       [--longest SECONDS] [--json] [TOKEN|-]",
    "Verifies a token as the bridge does, and says why not if not.",
    verify_rows,
    0,
    1
};

/* "3 d 4 h", "12 min 5 s": the two largest units, for the eye. */
static void
write_duration(int64_t seconds, char words[WORDS_MOST])
{
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
    size_t i = 0;

    while (i < 3 && seconds < units[i].seconds)
        i++;
    if (i == 3 || seconds % units[i].seconds / units[i + 1].seconds == 0)
        snprintf(words, WORDS_MOST, "%" PRId64 " %s",
                 seconds / units[i].seconds, units[i].name);
    else
        snprintf(words, WORDS_MOST, "%" PRId64 " %s %" PRId64 " %s",
                 seconds / units[i].seconds, units[i].name,
                 seconds % units[i].seconds / units[i + 1].seconds,
                 units[i + 1].name);
}

/* One line: the number, the date, and how far it is from now. */
static void
print_time(const char *name, int64_t seconds, int64_t now)
{
    time_t instant = (time_t)seconds;
    struct tm parts;
    char date[WORDS_MOST] = "";
    char words[WORDS_MOST];

    if (seconds < 0) {
        printf("%-11s not there, or no time\n", name);
        return;
    }
    if (gmtime_r(&instant, &parts) != NULL)
        strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S UTC", &parts);
    write_duration(seconds > now ? seconds - now : now - seconds, words);
    printf("%-11s %" PRId64 ", %s, %s%s%s\n", name, seconds, date,
           seconds > now ? "in " : "", words, seconds > now ? "" : " ago");
}

static void
print_text(const struct iotjwt_unverified *token, bool is_verified)
{
    const struct iotjwt_claims *claims = &token->claims;
    int64_t now = time(NULL);
    char words[WORDS_MOST];

    printf("%s\n", is_verified ? "verified: the signature is the key's, and "
                                 "the token may be used now"
                               : "not verified: this is only what it says");
    printf("%-11s %s\n", "header", token->header);
    printf("%-11s %s\n", "claims", token->payload);
    print_time("issued", claims->issued_at, now);
    print_time("expires", claims->expires_at, now);
    if (claims->issued_at < 0 || claims->expires_at < claims->issued_at)
        return;
    write_duration(claims->expires_at - claims->issued_at, words);
    printf("%-11s %s\n", "lifetime", words);
}

/* The texts are JSON already, on one line and in ASCII. */
static void
print_json(const struct iotjwt_unverified *token, bool is_verified)
{
    printf("{\"verified\":%s,\"header\":%s,\"claims\":%s}\n",
           is_verified ? "true" : "false", token->header, token->payload);
}

/* A sentence of libiotjwt's, which is plain ASCII. */
static void
print_refusal(const char *text)
{
    printf("{\"verified\":false,\"reason\":\"");
    for (; *text != '\0'; text++)
        printf("%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
    printf("\"}\n");
}

/* Shows a token that has been read.  Which exit code. */
static enum exit_code
show(const char *token, size_t length, bool is_verified, bool json)
{
    struct iotjwt_error error;
    struct iotjwt_unverified *parts =
        iotjwt_decode_unverified(token, length, &error);

    if (parts == NULL) {
        log_error("%s", error.text);
        return EXIT_CODE_FAILED;
    }
    if (json)
        print_json(parts, is_verified);
    else
        print_text(parts, is_verified);
    iotjwt_unverified_free(&parts);
    return EXIT_CODE_DONE;
}

static enum exit_code
mint_failed(const char *uri, const struct iotjwt_error *error)
{
    if (error->code == IOTJWT_SIGNING_FAILED)
        return key_failed("cannot sign with %.200s", uri);
    log_error("%s", error->text);
    return EXIT_CODE_FAILED;
}

static enum exit_code
print_token(const char *token, bool json)
{
    struct iotjwt_unverified *parts = NULL;

    if (!json) {
        puts(token);
        return EXIT_CODE_DONE;
    }
    parts = iotjwt_decode_unverified(token, strlen(token), NULL);
    if (parts == NULL) {
        log_error("out of memory");
        return EXIT_CODE_FAILED;
    }
    printf("{\"token\":\"%s\",\"header\":%s,\"claims\":%s}\n", token,
           parts->header, parts->payload);
    iotjwt_unverified_free(&parts);
    return EXIT_CODE_DONE;
}

static enum exit_code
mint(const struct arguments *arguments, const char *operand)
{
    int64_t now = time(NULL);
    struct iotjwt_claims claims = {
        .audience = arguments->audience,
        .issued_at = now,
        .expires_at = now + arguments->lifetime,
    };
    struct iotjwt_error error;
    enum exit_code code = EXIT_CODE_FAILED;
    struct key *key = key_open(arguments->key, &code);
    char *token = NULL;

    (void)operand;
    if (key == NULL)
        return code;
    if (!clock_is_set(now))
        log_warning("the clock is not set: no service takes a token of that "
                    "time");
    token = iotjwt_mint(key->pkey, &claims, key->libctx, NULL, &error);
    code = token == NULL ? mint_failed(arguments->key, &error)
                         : print_token(token, arguments->json);
    iotjwt_free(&token);
    key_close(&key);
    return code;
}

/* A token, within the memory that it was read into. */
struct input {
    char *memory;
    size_t size;
    const char *token;
    size_t length;
};

/* The token given, or on standard input, without the white space around it. */
static bool
read_token(const char *operand, struct input *input)
{
    static const char space[] = " \t\r\n";

    *input = (struct input){ .token = operand };
    if (operand == NULL || strcmp(operand, "-") == 0) {
        if (!file_read("-", INPUT_MOST, &input->memory, &input->size))
            return false;
        input->token = input->memory;
    }
    input->token += strspn(input->token, space);
    input->length = input->memory == NULL
                        ? strlen(input->token)
                        : (size_t)(input->memory + input->size - input->token);
    while (input->length > 0 &&
           memchr(space, input->token[input->length - 1], sizeof space - 1))
        input->length--;
    return true;
}

static enum exit_code
decode(const struct arguments *arguments, const char *operand)
{
    struct input input;
    enum exit_code code = EXIT_CODE_FAILED;

    if (!read_token(operand, &input))
        return code;
    code = show(input.token, input.length, false, arguments->json);
    file_free(&input.memory, input.size);
    return code;
}

static struct iotjwt_key *
read_public_key(const struct arguments *arguments)
{
    struct iotjwt_error error;
    struct iotjwt_key *key = NULL;
    char *bytes = NULL;
    size_t length = 0;

    if (!file_read(arguments->public_key, KEY_FILE_MOST, &bytes, &length))
        return NULL;
    key = iotjwt_key_new(iotjwt_algorithm_find(arguments->algorithm), bytes,
                         length, NULL, NULL, &error);
    if (key == NULL)
        log_error("%s: %s", arguments->public_key, error.text);
    file_free(&bytes, length);
    return key;
}

static enum exit_code
verify(const struct arguments *arguments, const char *operand)
{
    struct iotjwt_policy policy = {
        .audience = arguments->audience,
        .now = time(NULL),
        .skew = arguments->skew,
        .longest = arguments->longest,
    };
    struct iotjwt_error error;
    struct iotjwt_key *key = read_public_key(arguments);
    struct iotjwt_claims *claims = NULL;
    struct input input = { 0 };
    enum exit_code code = EXIT_CODE_FAILED;

    if (key == NULL || !read_token(operand, &input))
        goto out;
    claims = iotjwt_verify(input.token, input.length, key, &policy, &error);
    if (claims != NULL)
        code = show(input.token, input.length, true, arguments->json);
    else {
        log_error("refused: %s", error.text);
        if (arguments->json)
            print_refusal(error.text);
    }
out:
    iotjwt_claims_free(&claims);
    iotjwt_key_free(&key);
    file_free(&input.memory, input.size);
    return code;
}

static bool
is_given(const char *value, const char *name,
         const struct options_program *program)
{
    if (value == NULL)
        (void)options_misused(program, "--%s is needed", name);
    return value != NULL;
}

static bool
may_mint(const struct arguments *arguments)
{
    return is_given(arguments->key, "key", &mint_program) &&
           is_given(arguments->audience, "audience", &mint_program);
}

static bool
may_decode(const struct arguments *arguments)
{
    (void)arguments;
    return true;
}

static bool
may_verify(const struct arguments *arguments)
{
    if (!is_given(arguments->public_key, "public-key", &verify_program) ||
        !is_given(arguments->algorithm, "algorithm", &verify_program) ||
        !is_given(arguments->audience, "audience", &verify_program))
        return false;
    if (iotjwt_algorithm_find(arguments->algorithm) != 0)
        return true;
    log_error("--algorithm is RS256 or ES256, not \"%s\"",
              arguments->algorithm);
    return false;
}

/* The first is what is done when no other is named. */
static const struct command {
    const char *name;
    const struct options_program *program;
    bool (*may_run)(const struct arguments *arguments);
    enum exit_code (*run)(const struct arguments *arguments,
                          const char *operand);
} commands[] = {
    { "", &mint_program, may_mint, mint },
    { "decode", &decode_program, may_decode, decode },
    { "verify", &verify_program, may_verify, verify },
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static const struct command *
find_command(const char *name)
{
    for (size_t i = 1; name != NULL && i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return &commands[0];
}

static enum exit_code
run(const struct command *command, int argc, char **argv)
{
    struct arguments arguments = { .lifetime = LIFETIME,
                                   .skew = SKEW,
                                   .longest = LIFETIME_MOST };
    const char *operand = NULL;
    enum exit_code code;

    if (!options_parse(command->program, argc, argv, &arguments, &operand,
                       &code))
        return code;
    if (!command->may_run(&arguments))
        return EXIT_CODE_MISUSED;
    return command->run(&arguments, operand);
}

int
main(int argc, char **argv)
{
    const struct command *command = find_command(argv[1]);
    int skipped = command == &commands[0] ? 0 : 1;

    log_open("iot-jwt", NULL);
    standard_guard();
    key_be_alone();
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        for (size_t i = 0; i < COMMANDS; i++) {
            printf("%s", i == 0 ? "" : "\n");
            options_help(commands[i].program);
        }
        return EXIT_CODE_DONE;
    }
    return (int)run(command, argc - skipped, argv + skipped);
}
