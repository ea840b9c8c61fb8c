#!/bin/sh
# Installs what tests need besides Python packages: headless Chromium of Debian, a Thai font, npm,
# PgBouncer. An installed whole Chromium is used where the headless one is missing.
# If it cannot install them, it prints what is missing, and those tests are skipped.
missing=
[ -x /usr/bin/chromium-headless-shell ] || missing="$missing chromium-headless-shell"
if command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=th family)" ]; then :; else
	missing="$missing fontconfig fonts-noto-core"
fi
command -v npm >/dev/null 2>&1 || missing="$missing npm"
PATH="$PATH:/usr/sbin" command -v pgbouncer >/dev/null 2>&1 || missing="$missing pgbouncer"

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
exit 0
