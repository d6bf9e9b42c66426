#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# How many commands the TPM gets, ours and tpm2-openssl's where it is installed
# and can do it at all ("-" if not), and the bounds that a test holds us to.
#
#     tests/bench/tpm-commands.sh
exec bash "$(dirname "$0")/../provider/commands-are-few.sh" peer
