#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A header declares no function that only its own file calls, and none that is
# nowhere.  Tests are no users: what is there for them alone is not needed.
# iotjwt.h is for others.
. "$(dirname "$0")/tidy.sh"

# For each word, in how many files of ours it stands outside of comments; and
# for each function that a header declares, that number, and the header.
counts()
{
    awk '
        FNR == 1 { inside = 0 }
        {
            line = $0
            while (1) {
                if (inside) {
                    at = index(line, "*/")
                    if (!at) { line = ""; break }
                    line = substr(line, at + 2)
                    inside = 0
                }
                at = index(line, "/*")
                if (!at) break
                rest = substr(line, at + 2)
                code = code substr(line, 1, at - 1) " "
                line = rest
                inside = 1
            }
            code = code line
            if (FILENAME ~ /\.h$/ && before !~ /^typedef/ &&
                match(code, /^[a-z_0-9]+\(/))
                header[substr(code, 1, RLENGTH - 1)] = FILENAME
            before = code
            sub(/\/\/.*/, "", code)
            gsub(/"[^"]*"/, "", code)
            n = split(code, words, /[^A-Za-z_0-9]+/)
            for (i = 1; i <= n; i++)
                if (!((FILENAME, words[i]) in seen)) {
                    seen[FILENAME, words[i]] = 1
                    count[words[i]]++
                }
            code = ""
        }
        END { for (name in header) print count[name], name, header[name] }
    ' "$@"
}

mapfile -t files < <(find apps provider -name '*.[ch]' | sort)
while read -r count name header; do
    LOOKED=$((LOOKED + 1))
    test "$header" != apps/libiotjwt/iotjwt.h || continue
    test "$count" -ge 3 || # the header, its file, and a user
        complain "$header: $name() is for nobody outside"
done < <(counts "${files[@]}")

conclude
