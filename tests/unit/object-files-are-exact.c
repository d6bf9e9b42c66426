// SPDX-License-Identifier: Apache-2.0
/*
 * Serialized ESAPI objects as tpm2_evictcontrol -o (p256.obj) and
 * tpm2_readpublic -t (srk.obj) write them are read as what they are, and
 * each with one thing wrong is refused.
 */
#include "check.h"
#include "objectfile.h"

#include <stdlib.h>
#include <string.h>

static const char *folder;

static size_t
file_read(const char *name, unsigned char *data, size_t room)
{
    char path[512];
    FILE *file = NULL;
    size_t size = 0;

    snprintf(path, sizeof(path), "%s/keyfiles/%s", folder, name);
    file = fopen(path, "rb");
    if (CHECK(file != NULL)) {
        size = fread(data, 1, room, file);
        fclose(file);
    }
    return size;
}

static bool
parses(const unsigned char *data, size_t size, const char *says)
{
    struct tpm_objectfile file;
    const char *why = NULL;
    unsigned char *exact = malloc(size + 1); /* sized for ASan */
    bool ok;

    memcpy(exact, data, size);
    ok = tpm_objectfile_parse(exact, size, &file, &why) != 0;
    if (!ok)
        CHECK(why != NULL && says != NULL && strstr(why, says) != NULL);
    free(exact);
    return ok;
}

static void
check_accepted(void)
{
    unsigned char data[1024];
    struct tpm_objectfile file;
    const char *why = NULL;
    size_t size = file_read("p256.obj", data, sizeof(data));

    CHECK(tpm_objectfile_parse(data, size, &file, &why));
    CHECK(file.handle == 0x81000010);
    CHECK(file.name.size == 34);
    CHECK(file.area.publicArea.type == TPM2_ALG_ECC);
    size = file_read("srk.obj", data, sizeof(data));
    CHECK(tpm_objectfile_parse(data, size, &file, &why));
    CHECK(file.handle == 0x81000001);
    CHECK(file.area.publicArea.type == TPM2_ALG_RSA);
}

/* p256.obj: handle at 0, size of the name at 4, kind at 40, size of the
 * public area at 44. */
static void
check_refused(void)
{
    static const struct {
        size_t offset;
        unsigned char value;
        const char *says;
    } rows[] = {
        { 0, 0x01, "NV index" },
        { 43, 2, "NV index" },
        { 0, 0x80, "transient" },
        { 0, 0x40, "no persistent key" },
        { 43, 3, "no persistent" },
        { 4, 0xff, "cut short or corrupt" },
        { 5, 0x21, "no persistent" },
        { 45, 0x57, "cut short or corrupt" },
        { 45, 0x59, "cut short or corrupt" },
        { 44, 0xff, "cut short or corrupt" },
    };
    unsigned char data[TPM_OBJECTFILE_SIZE_MAX + 1] = { 0 };
    size_t size = file_read("p256.obj", data, sizeof(data));

    CHECK(parses(data, size, NULL));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        unsigned char old = data[rows[i].offset];

        data[rows[i].offset] = rows[i].value;
        CHECK(!parses(data, size, rows[i].says));
        data[rows[i].offset] = old;
    }
    for (size_t cut = 0; cut < size; cut++)
        CHECK(!parses(data, cut, "cut short"));
    CHECK(!parses(data, size + 1, "cut short"));
    CHECK(!parses(data, sizeof(data), "longer than 4096"));
    CHECK(parses(data, size, NULL));
}

int
main(int argc, char **argv)
{
    folder = argc > 1 ? argv[1] : ".";
    setenv("TSS2_LOG", "all+NONE", 1);
    check_accepted();
    check_refused();
    return check_end();
}
