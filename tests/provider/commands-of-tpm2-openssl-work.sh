#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Whoever knows tpm2-openssl types what its manual has: command lines, URIs,
# variables, properties.  All of it works; and where we differ on purpose, as the
# table in provider-tpm2(7) has it, a sentence says what to do instead.
. "$(dirname "$0")/../fixture/lib.sh"

tpm_start --no-ek
cd "$T"
query=(-provider tpm2 -propquery '?provider=tpm2')
both=(-provider tpm2 -provider default -propquery '?provider=tpm2')
printf abcde12345abcde12345 >testdata

# Initialization
for what in providers store-loaders encoders decoders public-key-algorithms \
    public-key-methods random-generators digest-algorithms cipher-algorithms \
    key-exchange-algorithms signature-algorithms asymcipher-algorithms; do
    expect_ok openssl list "-$what" -provider tpm2 -verbose
done

# Key operations: generation, encoders, loading
expect_ok openssl genpkey -provider tpm2 -algorithm RSA -pkeyopt bits:1024 \
    -out testkey.priv
expect_ok openssl genrsa -provider tpm2 -out testkey.priv 2048
expect_ok openssl genpkey -provider tpm2 -algorithm RSA-PSS \
    -pkeyopt digest:sha256 -out pss.priv
for group in P-256 P-384 P-521 prime256v1 secp384r1 secp521r1; do
    expect_ok openssl genpkey -provider tpm2 -algorithm EC \
        -pkeyopt "group:$group" -out ec.priv
done
expect_ok openssl rsa -provider tpm2 -provider base -in testkey.priv \
    -modulus -noout
cp out modulus
expect_ok openssl rsa -provider tpm2 -provider base -modulus -noout \
    -in "file:$T/testkey.priv"
expect cmp out modulus
expect_ok openssl rsa -provider tpm2 -provider base -in testkey.priv -text \
    -noout
expect_ok openssl pkey -provider tpm2 -provider base -in testkey.priv -pubout \
    -out testkey.pub
expect_ok openssl rsa -modulus -noout -pubin -in testkey.pub
expect cmp out modulus
for form in pem der; do
    expect_ok openssl rsa -provider tpm2 -provider base -in testkey.priv \
        -RSAPublicKey_out -outform "$form" -out pkcs1
    expect_ok openssl pkey -provider tpm2 -provider base -in testkey.priv \
        -outform "$form" -out "again.$form"
    expect_ok openssl pkey -provider tpm2 -provider base -in "again.$form" \
        -pubout -out again.pub
    expect cmp again.pub testkey.pub
done

# Asymmetric operations
expect_ok openssl pkeyutl -provider tpm2 -provider base -sign \
    -inkey testkey.priv -rawin -in testdata -digest sha512 \
    -pkeyopt pad-mode:pss -out testdata.sig
expect_ok openssl_plain pkeyutl -verify -pubin -inkey testkey.pub -rawin \
    -in testdata -digest sha512 -pkeyopt pad-mode:pss -sigfile testdata.sig
expect_ok openssl_plain pkeyutl -encrypt -pubin -inkey testkey.pub \
    -in testdata -out testdata.crypt
expect_ok openssl pkeyutl -provider tpm2 -provider base -inkey testkey.priv \
    -decrypt -in testdata.crypt -out back
expect cmp back testdata
for name in testkey1 testkey2; do
    expect_ok openssl genpkey -provider tpm2 -algorithm EC \
        -pkeyopt group:P-256 -out $name.priv
    expect_ok openssl pkey -provider tpm2 -provider base -in $name.priv \
        -pubout -out $name.pub
done
expect_ok openssl pkeyutl -provider tpm2 -provider base -derive \
    -inkey testkey1.priv -peerkey testkey2.pub -out secret1.key
expect_ok openssl pkeyutl -provider tpm2 -provider base -derive \
    -inkey testkey2.priv -peerkey testkey1.pub -out secret2.key
expect cmp secret1.key secret2.key

# Passwords: of a key, of its parent in the variable, of a handle
tpm_direct tpm2_createprimary -Q -G rsa -g sha256 -p 123 -c parent.ctx
tpm_direct tpm2_evictcontrol -Q -C o -c parent.ctx 0x81000001 >none
tpm_direct tpm2_flushcontext -t
export TPM2OPENSSL_PARENT_AUTH=789 # -pkeyopt overrides it
expect_ok openssl genpkey "${query[@]}" -algorithm EC -out auth.priv \
    -pkeyopt group:P-256 -pkeyopt parent:0x81000001 -pkeyopt parent-auth:123 \
    -pkeyopt user-auth:abc -pkeyopt digest:sha256
export TPM2OPENSSL_PARENT_AUTH=123
expect_ok openssl pkey "${query[@]}" -provider base -in auth.priv \
    -passin pass: -pubout -out auth.pub
expect_ok openssl pkeyutl "${query[@]}" -provider base -sign -inkey auth.priv \
    -rawin -in testdata -passin pass:abc -out auth.sig
unset TPM2OPENSSL_PARENT_AUTH
expect_ok openssl_plain pkeyutl -verify -pubin -inkey auth.pub -rawin \
    -in testdata -sigfile auth.sig
tpm_direct tpm2_createek -G rsa -c ek.ctx
tpm_direct tpm2_flushcontext -t
tpm_direct tpm2_createak -Q -C ek.ctx -G rsa -g sha256 -s rsassa -p abc \
    -c ak.ctx
tpm_direct tpm2_flushcontext -t
tpm_direct tpm2_evictcontrol -Q -C o -c ak.ctx -o ak.obj 0x81000000 >none
tpm_direct tpm2_flushcontext -t
tpm_direct tpm2_flushcontext -l
expect_ok openssl pkeyutl "${query[@]}" -inkey 'handle:0x81000000?pass' -sign \
    -rawin -in testdata -passin pass:abc -out ak.sig
expect_ok openssl pkey "${query[@]}" -in handle:0x81000000 -pubout -out ak.pub
expect_ok openssl_plain pkeyutl -verify -pubin -inkey ak.pub -sigfile ak.sig \
    -rawin -in testdata
expect_ok env PASSWORD=abc openssl rsa -provider tpm2 -modulus -noout \
    -in 'handle:0x81000000?pass' -passin env:PASSWORD
expect_ok openssl rsa -provider tpm2 -modulus -noout -in object:ak.obj

# Certificates
expect_ok openssl req "${both[@]}" -x509 -newkey rsa:2048 -nodes \
    -subj /C=GB/CN=foo -keyout testkey.pem -out testcert.pem
expect grep -q -- '-BEGIN TSS2 PRIVATE KEY-' testkey.pem
expect_ok openssl req "${both[@]}" -new -subj /C=GB/CN=foo -key testkey.pem \
    -out testcsr.pem
expect_request testcsr.pem
expect_ok openssl req -provider tpm2 -provider default \
    -propquery '?provider=tpm2,tpm2.digest!=yes' -new -subj /C=GB/CN=foo \
    -key testkey.pem -out testcsr.pem
expect_ok openssl cms -sign "${both[@]}" -nodetach -md sha256 \
    -inkey testkey.pem -signer testcert.pem -in testdata -text \
    -out testdata.sig
expect_ok openssl_plain cms -encrypt -in testdata -out testdata.enc \
    testcert.pem
expect_ok openssl cms -decrypt "${both[@]}" -inkey testkey.pem \
    -recip testcert.pem -in testdata.enc -out back

# Bare digests
expect_ok openssl dgst -provider tpm2 -sha256 testdata
cp out ours
expect_ok openssl_plain dgst -sha256 testdata
expect cmp out ours
expect tpm_is_clean

# On purpose otherwise: what the user asked for would not have been done, or the
# random bytes of everything would come from the TPM.
expect_error 'leave the cipher out (-noenc)' openssl req "${both[@]}" -x509 \
    -subj /C=GB/CN=foo -keyout none.pem -out none.crt -passout pass:abcd
expect_error 'P-256, P-384 or P-521' openssl genpkey -provider tpm2 \
    -algorithm EC -pkeyopt group:P-192 -out none.pem
expect_error . openssl rand -provider tpm2 -hex 10
providers tpm2
sed 's/^activate = 1$/&\nctr-drbg = yes/' "$OPENSSL_CONF" >random.cnf
expect_ok env OPENSSL_CONF=random.cnf openssl rand -hex 10
expect tpm_is_clean
