#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Keys are made inside the TPM, and the file says so: fixedTPM, fixedParent,
# sensitiveDataOrigin, and noDA because there is no password to guess.
. "$(dirname "$0")/../fixture/lib.sh"
need tpm2_print tpm2_testparms

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

# The rest as this TPM has it, and what it has not is refused in words: all of
# it is tried, and said.
# has_or_refuses NAME PARAMETERS TEXT OPTION…: PARAMETERS as tpm2_testparms has
# them; TEXT is in `pkey -text` of the key.
has_or_refuses()
{
    local name=$1 parameters=$2 text=$3
    shift 3
    if tpm_direct tpm2_testparms "$parameters" 2>"$T/err"; then
        makes "$name" "$@"
        expect_ok openssl_plain pkey -pubin -in "$T/$name.pub" -noout -text
        expect grep -q "$text" "$T/out"
        echo "MADE: $name"
    else
        expect_error 'tpm2:.*P-256 .*on every TPM' "${try[@]}" "$@"
        expect_not test -s "$T/none"
        echo "REFUSED, as this TPM has it not: $name"
    fi
}
try=(openssl genpkey -provider tpm2 -provider base -propquery provider=tpm2
    -out "$T/none")
has_or_refuses rsa3072 rsa3072 'Public-Key: (3072 bit)' \
    -algorithm RSA -pkeyopt bits:3072
has_or_refuses rsa4096 rsa4096 'Public-Key: (4096 bit)' \
    -algorithm RSA -pkeyopt bits:4096
has_or_refuses p384 ecc384 'NIST CURVE: P-384' \
    -algorithm EC -pkeyopt group:P-384
has_or_refuses p521 ecc521 'NIST CURVE: P-521' \
    -algorithm EC -pkeyopt group:P-521
# The exponent that is meant by none, and one that no TPM can be told.
has_or_refuses e rsa2048 'Exponent: 65537' -algorithm RSA -pkeyopt e:65537
expect_error 'tpm2:.*32 bits at most' "${try[@]}" -algorithm RSA \
    -pkeyopt e:68719476737

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
