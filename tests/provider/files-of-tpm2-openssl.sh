#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Key files of tpm2-openssl are ours and ours are theirs, both ways, RSA and EC,
# with a password and without.
. "$(dirname "$0")/../fixture/lib.sh"
test -e "$PEER_MODULES/tpm2.so" || skip 'tpm2-openssl is not installed'
test "$PEER_MODULES" != "$OPENSSL_MODULES" || skip 'that is what is tested'

tpm_start --no-ek
echo data >"$T/data"
cat >"$T/peer-openssl" <<END
#!/bin/sh
OPENSSL_MODULES=$PEER_MODULES exec $OPENSSL "\$@"
END
chmod 755 "$T/peer-openssl"
bare=(-provider tpm2 -provider default -propquery '?provider=tpm2')

# makes PROGRAM FILE OPTION…
makes()
{
    local program=$1 file=$2
    shift 2
    expect_ok "$program" genpkey "${bare[@]}" "$@" -out "$file"
    expect grep -q -- '-BEGIN TSS2 PRIVATE KEY-' "$file"
}

# signs PROGRAM FILE [PASSWORD]
signs()
{
    local pass=${3:-}
    expect_ok "$1" dgst "${bare[@]}" -sha256 -sign "$2" \
        ${pass:+-passin "pass:$pass"} -out "$T/sig" "$T/data"
    expect_ok openssl_plain dgst -sha256 -verify "$T/pub" \
        -signature "$T/sig" "$T/data"
}

for kind in 'RSA -pkeyopt bits:2048' 'EC -pkeyopt group:P-256'; do
    for password in '' secret; do
        for maker in "$T/peer-openssl" openssl; do
            # shellcheck disable=SC2086 # words are meant
            makes "$maker" "$T/key.pem" -algorithm $kind \
                ${password:+-pkeyopt "user-auth:$password"}
            expect_ok openssl pkey "${bare[@]}" -in "$T/key.pem" \
                ${password:+-passin "pass:$password"} -pubout -out "$T/pub"
            signs "$T/peer-openssl" "$T/key.pem" "$password"
            signs openssl "$T/key.pem" "$password"
        done
    done
done

# Under a persistent parent, as tpm2-openssl writes it.
tpm2_createprimary -Q -C o -G ecc -c "$T/parent.ctx"
tpm2_evictcontrol -Q -C o -c "$T/parent.ctx" 0x81000001 >/dev/null
tpm2_flushcontext -t
for maker in "$T/peer-openssl" openssl; do
    makes "$maker" "$T/key.pem" -algorithm EC -pkeyopt group:P-256 \
        -pkeyopt parent:0x81000001
    expect_ok openssl_plain asn1parse -in "$T/key.pem"
    expect grep -qE 'INTEGER +:(-7EFFFFFF|81000001)' "$T/out"
    expect_ok openssl pkey "${bare[@]}" -in "$T/key.pem" -pubout -out "$T/pub"
    signs "$T/peer-openssl" "$T/key.pem"
    signs openssl "$T/key.pem"
done
expect tpm_is_clean
