#!/bin/sh
# What the browser tests need besides Python: Debian's Chromium, a font with Thai, axe-core.
# Installs what is missing; where it cannot, it says so, and those tests are skipped with a reason.
here=$(dirname "$0")

missing=
[ -x /usr/bin/chromium ] || missing="$missing chromium"
if command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=th family)" ]; then :; else
	missing="$missing fontconfig fonts-noto-core"
fi
command -v npm >/dev/null 2>&1 || missing="$missing npm"

if [ -n "$missing" ]; then
	run=
	[ "$(id -u)" = 0 ] || run="sudo -n"
	if command -v apt-get >/dev/null 2>&1 && $run true 2>/dev/null; then
		echo "  ติดตั้ง · installing:$missing"
		{ $run apt-get update -qq && $run env DEBIAN_FRONTEND=noninteractive \
			apt-get install -qq -y --no-install-recommends $missing; } >/dev/null ||
			echo "  ติดตั้งไม่สำเร็จ · could not install:$missing" >&2
	else
		echo "  ติดตั้งเองไม่ได้ ขาด · install by hand, missing:$missing" >&2
	fi
fi

wanted=$(sed -n 's/.*"axe-core": "\([^"]*\)".*/\1/p' "$here/package.json")
if ! grep -qs "\"version\": \"$wanted\"" "$here/node_modules/axe-core/package.json"; then
	npm install --prefix "$here" --no-save --no-package-lock --no-audit --no-fund --silent ||
		echo "  ติดตั้ง axe-core ไม่สำเร็จ · axe-core could not be installed; its tests are skipped" >&2
fi
exit 0
