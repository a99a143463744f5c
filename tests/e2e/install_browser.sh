#!/bin/sh
# The browser tests use Debian's Chromium, and a font that has Chinese glyphs.
set -e
if command -v chromium >/dev/null && fc-list ':lang=zh' 2>/dev/null | grep -q .; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium and a font for the browser tests …"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fontconfig fonts-wqy-microhei >/dev/null
else
    echo "The browser tests need Chromium and a Chinese font: apt-get install chromium fontconfig fonts-wqy-microhei" >&2
    exit 1
fi
