#!/usr/bin/env bash
# What the tests need beside Python: a browser, and a font that has Chinese. Installed when that is possible, else named.
set -euo pipefail
wanted=()
[ -x /usr/bin/chromium ] || wanted+=(chromium)
fc-list 2>/dev/null | grep -qi 'cjk' || wanted+=(fonts-noto-cjk fontconfig)
[ ${#wanted[@]} -gt 0 ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
    echo "Installing ${wanted[*]} ..."
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${wanted[@]}" > /dev/null
else
    echo "Please install ${wanted[*]} (Debian: apt-get install ${wanted[*]}); the browser tests need them."
    exit 1
fi
