/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libiotjwt: the short-lived JSON Web Tokens by which a device says who it is.
 *
 * A device mints a token with a private key, for instance one that lives in a
 * TPM behind an OpenSSL provider; a site verifies it with the public key that
 * its records hold for the device.  The tokens are JWS compact serializations
 * (RFC 7515 §7.1) of JWT claims (RFC 7519), signed RS256 or ES256 (RFC 7518
 * §3.3, §3.4), and follow RFC 8725.  Finding the key, asking the time and
 * deciding who may do what are the caller's.
 *
 *     #include <iotjwt.h>
 *     #include <openssl/ec.h>
 *     #include <openssl/evp.h>
 *     #include <stdio.h>
 *     #include <time.h>
 *
 *     int
 *     main(void)
 *     {
 *         struct iotjwt_error error;
 *         EVP_PKEY *pkey = EVP_EC_gen("P-256");
 *         int64_t now = time(NULL);
 *         struct iotjwt_claims claims = {
 *             .audience = "my-project",
 *             .issued_at = now,
 *             .expires_at = now + 3600,
 *         };
 *         char *token = iotjwt_mint(pkey, &claims, NULL, NULL, &error);
 *
 *         EVP_PKEY_free(pkey);
 *         if (token == NULL) {
 *             fprintf(stderr, "no token: %s\n", error.text);
 *             return 1;
 *         }
 *         puts(token);
 *         iotjwt_free(&token);
 *         return 0;
 *     }
 *
 *     cc example.c $(pkg-config --cflags --libs iotjwt libcrypto)
 *
 * Common to all functions:
 *
 * Times are whole seconds since 1970-01-01T00:00:00Z, leap seconds ignored
 * (NumericDate of RFC 7519 §2), from 0 to IOTJWT_LATEST; durations are seconds.
 * The library never reads a clock: the caller says what time it is.
 *
 * Strings are NUL-terminated UTF-8, unless a length stands beside them.
 *
 * Errors: a function that fails returns NULL or false and fills in *error,
 * which may be a null pointer when the reason is of no interest.  When it
 * succeeds the code is IOTJWT_OK and the text empty, but see
 * iotjwt_source_get().  The text is one sentence without a newline, in plain
 * ASCII whatever the token held, and never contains a token or a signature.
 *
 * libctx and propquery say where algorithms are fetched from, as in OpenSSL's
 * own functions; both may be NULL.  They are borrowed, and whatever was made
 * with them must be freed before them.
 *
 * Threads: there is no global state.  Any number of threads may call any
 * function at the same time, with the same keys and sources too; only the
 * freeing of an object must not run beside another use of it.  Nothing is
 * printed, errno is of no meaning, and OpenSSL's error queue is left as it was
 * found, unless the code is IOTJWT_SIGNING_FAILED: then what the provider said
 * is still there.
 */
#ifndef IOTJWT_H
#define IOTJWT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __GNUC__
#define IOTJWT_CHECKED __attribute__((warn_unused_result))
#else
#define IOTJWT_CHECKED
#endif

/* The longest token that is made or looked at, in bytes. */
#define IOTJWT_TOKEN_MAX 8192

/* The latest time: 9999-12-31T23:59:59Z. */
#define IOTJWT_LATEST INT64_C(253402300799)

/* Room for a fingerprint: 16 hexadecimal digits and a NUL. */
#define IOTJWT_FINGERPRINT_SIZE 17

/* Why something failed. */
enum iotjwt_code {
    IOTJWT_OK,
    IOTJWT_NO_MEMORY,        /* or OpenSSL failed where it never should */
    IOTJWT_BAD_ARGUMENT,     /* the caller's mistake */
    IOTJWT_KEY_UNREADABLE,   /* neither a public key nor a certificate */
    IOTJWT_KEY_UNSUPPORTED,  /* of another kind, curve or size */
    IOTJWT_SIGNING_FAILED,   /* the key's provider would not sign */
    IOTJWT_TOO_LONG,         /* over IOTJWT_TOKEN_MAX bytes */
    IOTJWT_MALFORMED,        /* not a token: base64url, JSON, shape */
    IOTJWT_ALGORITHM,        /* alg is not that of the key */
    IOTJWT_CRITICAL,         /* crit demands what is not understood */
    IOTJWT_SIGNATURE,        /* not made by this key over these bytes */
    IOTJWT_CLAIM,            /* aud, iat or exp missing or of a wrong type */
    IOTJWT_AUDIENCE,         /* meant for somebody else */
    IOTJWT_ISSUED_IN_FUTURE, /* iat later than now and the skew */
    IOTJWT_EXPIRED,          /* exp and the skew are over */
    IOTJWT_LIFETIME,         /* exp before iat, or too long after it */
};

struct iotjwt_error {
    enum iotjwt_code code;
    char text[240]; /* "expired 312 s ago" */
};

/* The algorithms of RFC 7518 §3.1 that there are; no HS*, and never none. */
enum iotjwt_algorithm {
    IOTJWT_RS256 = 1, /* RSA of 2048 to 8192 bits, PKCS#1 v1.5, SHA-256 */
    IOTJWT_ES256,     /* ECDSA on P-256 with SHA-256 */
};

/* What a token says (RFC 7519 §4.1). */
struct iotjwt_claims {
    const char *audience; /* aud: one string, the project's name */
    int64_t issued_at;    /* iat */
    int64_t expires_at;   /* exp */
    const char *subject;  /* sub, or NULL */
    const char *extra;    /* a JSON object of all other claims, or NULL */
};

/*
 * Frees a token, wiped first, and sets *token to NULL.  A null pointer in
 * either place is accepted, as it is by all functions here that free.
 */
void
iotjwt_free(char **token);

/* "RS256" or "ES256", a constant; NULL for any other value. */
const char *
iotjwt_algorithm_name(enum iotjwt_algorithm algorithm);

/*
 * The algorithm of that exact name, NUL-terminated (RFC 7515 §4.1.1: case
 * matters), or 0 when there is none, as for a null pointer.
 */
enum iotjwt_algorithm
iotjwt_algorithm_find(const char *name);

/*
 * Makes a token of the claims, signed with the private key: RS256 with an RSA
 * key of 2048 bits or more, ES256 with a key on P-256, whose signature is
 * always r and s in 64 bytes (RFC 7518 §3.4).  libctx should be the one that
 * the key was loaded in; without a propquery the key's own provider comes
 * before others.  The key and the claims are borrowed for the call.
 *
 * extra may not name aud, iat, exp or sub, nor any member twice.
 *
 * Returns the token for the caller to free with iotjwt_free(), or NULL:
 * IOTJWT_BAD_ARGUMENT (no audience, expires_at not after issued_at, extra not
 * an object), IOTJWT_KEY_UNSUPPORTED, IOTJWT_SIGNING_FAILED, IOTJWT_TOO_LONG,
 * IOTJWT_NO_MEMORY.
 */
IOTJWT_CHECKED
char *
iotjwt_mint(EVP_PKEY *key, const struct iotjwt_claims *claims,
            OSSL_LIB_CTX *libctx, const char *propquery,
            struct iotjwt_error *error);

/*
 * A token source: a token at hand, made anew when it is time.
 *
 * iotjwt_source_new takes a reference of its own to the key and copies the
 * audience; lifetime is in seconds, 1 or more (services commonly refuse more
 * than 86400).  No token is made yet.  Returns NULL with IOTJWT_BAD_ARGUMENT,
 * IOTJWT_KEY_UNSUPPORTED or IOTJWT_NO_MEMORY.
 */
struct iotjwt_source;

IOTJWT_CHECKED
struct iotjwt_source *
iotjwt_source_new(EVP_PKEY *key, const char *audience, int64_t lifetime,
                  OSSL_LIB_CTX *libctx, const char *propquery,
                  struct iotjwt_error *error);

/*
 * A token valid at the time now, and in *expires_at, unless NULL, its exp.
 * The one at hand, or a new one once four fifths of its life are over or when
 * now lies before it was issued (the clock was set back).  One thread signs;
 * the others wait for it.
 *
 * Returns a copy for the caller to free with iotjwt_free(), or NULL with the
 * codes of iotjwt_mint().  If no new token can be made while the old one is
 * still valid, the old one is returned, and *error says why all the same.
 */
IOTJWT_CHECKED
char *
iotjwt_source_get(struct iotjwt_source *source, int64_t now,
                  int64_t *expires_at, struct iotjwt_error *error);

/* Frees a source and its reference to the key, and wipes the token. */
void
iotjwt_source_free(struct iotjwt_source **source);

/*
 * A key to verify with: a public key and the one algorithm it is used for,
 * which the caller's records decide and never a token (RFC 8725 §3.1).
 *
 * bytes holds length bytes, at most 65536: a SubjectPublicKeyInfo (RFC 5280
 * §4.1.2.7) or an X.509 certificate, in PEM or DER.  Of a certificate only the
 * key is taken: whether to trust it is for the caller to know.  Returns NULL
 * with IOTJWT_KEY_UNREADABLE (also for a private key, which has no business
 * there), IOTJWT_KEY_UNSUPPORTED (not of the algorithm's kind; RSA under 2048
 * or over 8192 bits; curve not P-256), IOTJWT_BAD_ARGUMENT, IOTJWT_NO_MEMORY.
 */
struct iotjwt_key;

IOTJWT_CHECKED
struct iotjwt_key *
iotjwt_key_new(enum iotjwt_algorithm algorithm, const void *bytes,
               size_t length, OSSL_LIB_CTX *libctx, const char *propquery,
               struct iotjwt_error *error);

/* The algorithm that the key was made for. */
enum iotjwt_algorithm
iotjwt_key_algorithm(const struct iotjwt_key *key);

/* Frees a key to verify with. */
void
iotjwt_key_free(struct iotjwt_key **key);

/* What is demanded of a token beside its signature. */
struct iotjwt_policy {
    const char *audience; /* what aud must be */
    int64_t now;          /* the time */
    int64_t skew;         /* by how much clocks may differ, each way; 600 */
    int64_t longest;      /* exp - iat at most, the skew not added; 86400 */
};

/*
 * Verifies length bytes of token, which need no NUL, and returns its claims
 * for the caller to free with iotjwt_claims_free(), or NULL.
 *
 * In this order: not over IOTJWT_TOKEN_MAX bytes (IOTJWT_TOO_LONG); three
 * parts of base64url with or without padding, or of base64 (RFC 7515 §2,
 * relaxed); a header without members repeated, whose typ, if any, is JWT
 * (IOTJWT_MALFORMED) and which has no crit (IOTJWT_CRITICAL, RFC 7515 §4.1.11);
 * alg exactly the key's (IOTJWT_ALGORITHM, §4.1.1); the signature over the
 * bytes as received (IOTJWT_SIGNATURE, §5.2); then claims that are a JSON
 * object without members repeated (IOTJWT_MALFORMED), with a string aud, and
 * iat and exp as numbers or strings of digits (IOTJWT_CLAIM); and of them
 *
 *     aud is policy->audience             or IOTJWT_AUDIENCE
 *     iat <= now + skew                   or IOTJWT_ISSUED_IN_FUTURE
 *     exp >= now - skew                   or IOTJWT_EXPIRED
 *     iat <= exp <= iat + longest + skew  or IOTJWT_LIFETIME
 *
 * nbf is ignored.  A fraction of a second is cut off.  IOTJWT_BAD_ARGUMENT: a
 * policy without audience, or with a time or duration out of range.
 */
IOTJWT_CHECKED
struct iotjwt_claims *
iotjwt_verify(const char *token, size_t length, const struct iotjwt_key *key,
              const struct iotjwt_policy *policy, struct iotjwt_error *error);

/*
 * Remembers the tokens whose signatures were good, MOST of them in 32 bytes
 * each, for servers to which the same token comes again and again; a newer one
 * may drive out another.  NULL when most is 0, without memory, or when libctx
 * has no SHA-256.  For one thread at a time.
 */
struct iotjwt_seen;

IOTJWT_CHECKED
struct iotjwt_seen *
iotjwt_seen_new(size_t most, OSSL_LIB_CTX *libctx, const char *propquery);

/* Forgets all of them. */
void
iotjwt_seen_free(struct iotjwt_seen **seen);

/*
 * Does as iotjwt_verify(), but the signature of a token that SEEN remembers to
 * be signed by this very key is not checked again.  All else is, so it may be
 * refused nevertheless.
 */
IOTJWT_CHECKED
struct iotjwt_claims *
iotjwt_verify_seen(struct iotjwt_seen *seen, const char *token, size_t length,
                   const struct iotjwt_key *key,
                   const struct iotjwt_policy *policy,
                   struct iotjwt_error *error);

/* Frees claims that iotjwt_verify() gave, and no others. */
void
iotjwt_claims_free(struct iotjwt_claims **claims);

/* What stands in a token, believed by nobody. */
struct iotjwt_unverified {
    const char *header;          /* the JOSE header as JSON, on one line */
    const char *payload;         /* the claims as JSON, on one line */
    const char *algorithm;       /* alg, or NULL if it is not a string */
    struct iotjwt_claims claims; /* times -1 and strings NULL where absent */
};

/*
 * Shows length bytes of token WITHOUT verifying anything: to be looked at, and
 * never to decide by.  Returns what there is, for the caller to free with
 * iotjwt_unverified_free(), or NULL with IOTJWT_TOO_LONG, IOTJWT_MALFORMED,
 * IOTJWT_BAD_ARGUMENT or IOTJWT_NO_MEMORY.
 */
IOTJWT_CHECKED
struct iotjwt_unverified *
iotjwt_decode_unverified(const char *token, size_t length,
                         struct iotjwt_error *error);

/* Frees what iotjwt_decode_unverified() gave. */
void
iotjwt_unverified_free(struct iotjwt_unverified **unverified);

/*
 * What to call a token in a log, where it must not stand itself: the first 8
 * bytes of SHA-256 over its length bytes, in hexadecimal, with a NUL.  False
 * if libctx has no SHA-256; text is then empty.
 */
IOTJWT_CHECKED
bool
iotjwt_fingerprint(const char *token, size_t length, OSSL_LIB_CTX *libctx,
                   const char *propquery, char text[IOTJWT_FINGERPRINT_SIZE]);

#ifdef __cplusplus
}
#endif

#endif
