# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Keys with policies, as other programs make them: digests and keys are of
# tpm2-tools, the file around them is written by `openssl asn1parse`.  Sourced
# after the fixture by the tests of policies.

PARENT=0x81000001

# policy_parent [OPTION…]: a storage key at $PARENT, P-256 unless options say
# otherwise.
policy_parent()
{
    test "$#" -gt 0 || set -- -G ecc
    tpm_direct tpm2_createprimary -Q -C o "$@" -c "$T/parent.ctx"
    tpm_direct tpm2_evictcontrol -Q -C o -c "$T/parent.ctx" "$PARENT" >/dev/null
    tpm_direct tpm2_flushcontext -t
}

# policy_trial CMD…: the digest to which these commands lead, in $T/policy; each
# word "+" begins the next command, and each gets `-S SESSION -L FILE`.
policy_trial()
{
    local command=()
    tpm_direct tpm2_startauthsession -S "$T/trial.ctx"
    set -- "$@" +
    while test "$#" -gt 0; do
        if test "$1" = +; then
            tpm_direct "${command[@]}" -Q -S "$T/trial.ctx" -L "$T/policy" \
                >/dev/null
            command=()
        else
            command+=("$1")
        fi
        shift
    done
    tpm_direct tpm2_flushcontext "$T/trial.ctx"
}

# policy_key [OPTION…]: a key in $T/pub and $T/priv with the policy $T/policy,
# which nobody can use with a password alone.
policy_key()
{
    tpm_direct tpm2_create -Q -C "$PARENT" -G ecc256 -L "$T/policy" \
        -a 'sign|fixedtpm|fixedparent|sensitivedataorigin|noda' \
        -u "$T/pub" -r "$T/priv" "$@"
    tpm_direct tpm2_flushcontext -t
}

hex()
{
    od -An -v -tx1 "$1" | tr -d ' \n'
}

# bytes HEX: what it stands for.
bytes()
{
    # shellcheck disable=SC2059 # the format is the point
    printf "$(printf %s "$1" | sed 's/../\\x&/g')"
}

# b2 HEX: a TPM2B, its size before it.
b2()
{
    printf '%04x%s' $((${#1} / 2)) "$1"
}

# pcr_values BANK:PCR,…: their values, as they are now, in hexadecimal.
pcr_values()
{
    tpm_direct tpm2_pcrread -Q -o "$T/pcrs" "$1"
    hex "$T/pcrs"
}

# step_pcr PCR…: PolicyPCR for these (sha256), as the TPM has them now.
step_pcr()
{
    local pcr bits=(0 0 0) list
    list=$(IFS=, && echo "$*")
    for pcr in "$@"; do
        bits[pcr / 8]=$((bits[pcr / 8] | 1 << pcr % 8))
    done
    tpm_direct tpm2_pcrread -Q -o "$T/pcrs" "sha256:$list"
    printf '17f:'
    b2 "$(openssl_plain dgst -sha256 -r "$T/pcrs" | cut -d' ' -f1)"
    printf '00000001000b03%02x%02x%02x' "${bits[@]}"
}

# policy_steps NAME STEP…: a section of the ASN.1; a STEP is CODE:HEX.
policy_steps()
{
    local name=$1 i=0 step
    shift
    echo "[$name]"
    for step in "$@"; do
        echo "s$i = SEQUENCE:${name}_$i"
        i=$((i + 1))
    done
    i=0
    for step in "$@"; do
        echo "[${name}_$i]"
        echo "c = EXPLICIT:0,INTEGER:0x${step%%:*}"
        case $step in
        *:) echo 'p = EXPLICIT:1,OCTETSTRING:' ;;
        *) echo "p = EXPLICIT:1,FORMAT:HEX,OCTETSTRING:${step#*:}" ;;
        esac
        i=$((i + 1))
    done
}

# policy_file FILE STEP…: the key file of $T/pub and $T/priv.  From outside:
# $POLICY_EMPTY (TRUE), $POLICY_PARENT, $POLICY_EXTRA, lines for the members
# between policy and parent, and $POLICY_SECTIONS, what they refer to.
policy_file()
{
    local file=$1
    shift
    {
        echo 'asn1 = SEQUENCE:key'
        echo '[key]'
        echo 'type = OID:2.23.133.10.1.3'
        echo "empty = EXPLICIT:0,BOOLEAN:${POLICY_EMPTY:-TRUE}"
        test "$#" = 0 || echo 'policy = EXPLICIT:1,SEQUENCE:policy'
        echo "${POLICY_EXTRA:-}"
        echo "parent = INTEGER:${POLICY_PARENT:-$PARENT}"
        echo "pub = FORMAT:HEX,OCTETSTRING:$(hex "$T/pub")"
        echo "priv = FORMAT:HEX,OCTETSTRING:$(hex "$T/priv")"
        policy_steps policy "$@"
        echo "${POLICY_SECTIONS:-}"
    } >"$T/asn1.cnf"
    openssl_plain asn1parse -noout -genconf "$T/asn1.cnf" -out "$T/key.der"
    {
        echo '-----BEGIN TSS2 PRIVATE KEY-----'
        openssl_plain base64 -in "$T/key.der"
        echo '-----END TSS2 PRIVATE KEY-----'
    } >"$file"
}

# signs FILE [OPTION…]: the key makes a request that verifies, and nothing stays
# in the TPM.
signs()
{
    expect_ok openssl req -provider tpm2 -provider default -new -key "$@" \
        -subj /CN=device -out "$T/csr"
    expect_request "$T/csr"
    expect tpm_is_clean
}

# refuses TEXT FILE [OPTION…]: it does not, says TEXT, and nothing stays either.
refuses()
{
    local text=$1
    shift
    rm -f "$T/csr"
    expect_error "$text" openssl req -provider tpm2 -provider default -new \
        -key "$@" -subj /CN=device -out "$T/csr"
    expect_not test -s "$T/csr"
    expect tpm_is_clean
}
