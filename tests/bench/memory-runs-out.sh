#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The story of the same name in tests/provider, at length: each single one of
# some 16,000 allocations fails once.  Prints a row a piece of work.
exec bash "$(dirname "$0")/../provider/memory-runs-out.sh" "${1:-1}" ${2:+"$2"}
