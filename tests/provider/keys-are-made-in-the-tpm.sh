#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Keys are made inside the TPM, and the file says so: fixedTPM, fixedParent,
# sensitiveDataOrigin, and noDA because there is no password to guess.
. "$(dirname "$0")/../fixture/lib.sh"
need tpm2_print tpm2_getcap

tpm_start --no-ek

# attributes FILE: what the public area in a key file says of the key.
attributes()
{
    openssl_plain asn1parse -in "$1" -out "$T/der" -noout
    offset=$(openssl_plain asn1parse -in "$1" |
        awk -F: '/OCTET STRING/ && !seen++ {print $1}')
    python3 - "$T/der" "$offset" >"$T/area" <<-'END'
	import sys
	der = open(sys.argv[1], 'rb').read()[int(sys.argv[2]):]
	size, head = der[1], 2
	if size & 0x80:
	    head += size & 0x7f
	    size = int.from_bytes(der[2:head], 'big')
	sys.stdout.buffer.write(der[head:head + size])
	END
    tpm2_print -t TPM2B_PUBLIC "$T/area"
}

# makes NAME OPTION…: genpkey makes such a key, and it can be used.
makes()
{
    local name=$1
    shift
    key_file "$T/$name.pem" "$@"
    attributes "$T/$name.pem" >"$T/attributes"
    for attribute in fixedtpm fixedparent sensitivedataorigin userwithauth \
        noda sign; do
        expect grep -q "value:.*[ |]$attribute" "$T/attributes"
    done
    expect_not grep -q 'value:.*restricted' "$T/attributes"
    expect_ok openssl pkey -provider tpm2 -provider base \
        -in "$T/$name.pem" -noout -text
    expect grep -q '^pub:$\|^Modulus:$' "$T/out"
    expect grep -q '^  fixedTPM$' "$T/out"
    expect_ok openssl pkey -provider tpm2 -provider base \
        -in "$T/$name.pem" -pubout -out "$T/$name.pub"
    expect_ok openssl dgst -provider tpm2 -provider default -sha256 \
        -sign "$T/$name.pem" -out "$T/sig" "$0"
    expect_ok openssl_plain dgst -sha256 -verify "$T/$name.pub" \
        -signature "$T/sig" "$0"
}

makes rsa2048 -algorithm RSA -pkeyopt bits:2048
expect_ok openssl_plain pkey -pubin -in "$T/rsa2048.pub" -noout -text
expect grep -q 'Public-Key: (2048 bit)' "$T/out"
makes p256 -algorithm EC -pkeyopt group:P-256
expect_ok openssl_plain pkey -pubin -in "$T/p256.pub" -noout -text
expect grep -q 'NIST CURVE: P-256' "$T/out"

# The rest as this TPM has it; what it has not is refused in words.
if tpm2_testparms rsa3072 2>/dev/null; then
    makes rsa3072 -algorithm RSA -pkeyopt bits:3072
    expect_ok openssl_plain pkey -pubin -in "$T/rsa3072.pub" -noout -text
    expect grep -q 'Public-Key: (3072 bit)' "$T/out"
fi
tpm2_getcap ecc-curves >"$T/curves"
if grep -q P384 "$T/curves"; then
    makes p384 -algorithm EC -pkeyopt group:P-384
    expect_ok openssl_plain pkey -pubin -in "$T/p384.pub" -noout -text
    expect grep -q 'NIST CURVE: P-384' "$T/out"
fi
if grep -q P521 "$T/curves"; then
    makes p521 -algorithm EC -pkeyopt group:P-521
    expect_ok openssl_plain pkey -pubin -in "$T/p521.pub" -noout -text
    expect grep -q 'NIST CURVE: P-521' "$T/out"
fi
expect_error 'tpm2:.*bits' openssl genpkey -provider tpm2 -provider base -propquery \
    provider=tpm2 -algorithm RSA -pkeyopt bits:1000 -out "$T/none"
expect_error 'tpm2:.*group' openssl genpkey -provider tpm2 -provider base -propquery \
    provider=tpm2 -algorithm EC -pkeyopt group:secp160r1 -out "$T/none"
expect_not test -s "$T/none"

# With `default` beside it, before and after.
makes_in_order()
{
    expect_ok openssl genpkey -propquery provider=tpm2 -algorithm EC \
        -pkeyopt group:P-256 -out "$T/order.pem"
    expect grep -q -- '-BEGIN TSS2 PRIVATE KEY-' "$T/order.pem"
}
each_order makes_in_order

# No two keys are the same, and the TPM is as it was.
makes again -algorithm EC -pkeyopt group:P-256
expect_not cmp -s "$T/again.pub" "$T/p256.pub"
expect tpm_is_clean
