// SPDX-License-Identifier: Apache-2.0
/*
 * How nearly all public keys for ES256 begin, for who reads a great many of
 * them: to be told what they are saves OpenSSL 3 most of its time.
 */
#ifndef IOTJWT_P256_H
#define IOTJWT_P256_H

/*
 * The first bytes of a SubjectPublicKeyInfo, DER, of a point of P-256 that is
 * not compressed, with the 04 that the point itself begins with: RFC 5480
 * sections 2.1.1 and 2.2, SEC 1 section 2.3.4.  What follows is the rest of the
 * point, 64 bytes; whether that is on the curve is for the reader to find out.
 */
#define IOTJWT_P256_HEAD                                                      \
    {                                                                         \
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,     \
            0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, \
            0x07, 0x03, 0x42, 0x00, 0x04                                      \
    }

#endif
