// SPDX-License-Identifier: Apache-2.0
/*
 * The API's enumerations as words: its own spelling, which is printed, and
 * that of the command line, which is understood too.  cloud-iot-core
 * reference, sections 5.2 and 5.8.
 */
#include "registry.h"

#include <string.h>

struct word {
    enum registry_vocabulary vocabulary;
    int number;
    const char *word;
};

/* The first word of a number is the API's. */
static const struct word words[] = {
    { REGISTRY_LOG_LEVELS, 0, "LOG_LEVEL_UNSPECIFIED" },
    { REGISTRY_LOG_LEVELS, REGISTRY_LOG_NONE, "NONE" },
    { REGISTRY_LOG_LEVELS, REGISTRY_LOG_NONE, "none" },
    { REGISTRY_LOG_LEVELS, REGISTRY_LOG_ERROR, "ERROR" },
    { REGISTRY_LOG_LEVELS, REGISTRY_LOG_ERROR, "error" },
    { REGISTRY_LOG_LEVELS, REGISTRY_LOG_INFO, "INFO" },
    { REGISTRY_LOG_LEVELS, REGISTRY_LOG_INFO, "info" },
    { REGISTRY_LOG_LEVELS, REGISTRY_LOG_DEBUG, "DEBUG" },
    { REGISTRY_LOG_LEVELS, REGISTRY_LOG_DEBUG, "debug" },
    { REGISTRY_GATEWAY_TYPES, 0, "GATEWAY_TYPE_UNSPECIFIED" },
    { REGISTRY_GATEWAY_TYPES, REGISTRY_GATEWAY, "GATEWAY" },
    { REGISTRY_GATEWAY_TYPES, REGISTRY_GATEWAY, "gateway" },
    { REGISTRY_GATEWAY_TYPES, REGISTRY_NON_GATEWAY, "NON_GATEWAY" },
    { REGISTRY_GATEWAY_TYPES, REGISTRY_NON_GATEWAY, "non-gateway" },
    { REGISTRY_AUTH_METHODS, 0, "GATEWAY_AUTH_METHOD_UNSPECIFIED" },
    { REGISTRY_AUTH_METHODS, REGISTRY_AUTH_ASSOCIATION, "ASSOCIATION_ONLY" },
    { REGISTRY_AUTH_METHODS, REGISTRY_AUTH_ASSOCIATION, "association-only" },
    { REGISTRY_AUTH_METHODS, REGISTRY_AUTH_TOKEN, "DEVICE_AUTH_TOKEN_ONLY" },
    { REGISTRY_AUTH_METHODS, REGISTRY_AUTH_TOKEN, "device-auth-token-only" },
    { REGISTRY_AUTH_METHODS, REGISTRY_AUTH_ASSOCIATION_AND_TOKEN,
      "ASSOCIATION_AND_DEVICE_AUTH_TOKEN" },
    { REGISTRY_AUTH_METHODS, REGISTRY_AUTH_ASSOCIATION_AND_TOKEN,
      "association-and-device-auth-token" },
    { REGISTRY_FORMATS, 0, "UNSPECIFIED_PUBLIC_KEY_FORMAT" },
    { REGISTRY_FORMATS, REGISTRY_RSA_X509_PEM, "RSA_X509_PEM" },
    { REGISTRY_FORMATS, REGISTRY_RSA_X509_PEM, "rsa-x509-pem" },
    { REGISTRY_FORMATS, REGISTRY_RSA_X509_PEM, "rs256" },
    { REGISTRY_FORMATS, REGISTRY_ES256_PEM, "ES256_PEM" },
    { REGISTRY_FORMATS, REGISTRY_ES256_PEM, "es256-pem" },
    { REGISTRY_FORMATS, REGISTRY_ES256_PEM, "es256" },
    { REGISTRY_FORMATS, REGISTRY_RSA_PEM, "RSA_PEM" },
    { REGISTRY_FORMATS, REGISTRY_RSA_PEM, "rsa-pem" },
    { REGISTRY_FORMATS, REGISTRY_ES256_X509_PEM, "ES256_X509_PEM" },
    { REGISTRY_FORMATS, REGISTRY_ES256_X509_PEM, "es256-x509-pem" },
};

enum { WORD_COUNT = sizeof words / sizeof *words };

const char *
registry_word(enum registry_vocabulary vocabulary, int number)
{
    for (size_t i = 0; i < WORD_COUNT; i++)
        if (words[i].vocabulary == vocabulary && words[i].number == number)
            return words[i].word;
    return "";
}

bool
registry_number(enum registry_vocabulary vocabulary, const char *word,
                int *number)
{
    for (size_t i = 0; i < WORD_COUNT; i++) {
        if (words[i].vocabulary != vocabulary ||
            strcmp(words[i].word, word) != 0)
            continue;
        *number = words[i].number;
        return true;
    }
    return false;
}
