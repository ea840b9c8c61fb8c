#!/bin/sh
# An OpenID provider that we did not write, for the token matrix. It needs Node 18 or newer.
# Installs what is missing; where it cannot, it says so, and those tests are skipped with a reason.
here=$(dirname "$0")

if ! command -v npm >/dev/null 2>&1; then
	echo "  ติดตั้งเองไม่ได้ ขาด npm · install npm by hand; the tests with an OpenID provider are skipped" >&2
	exit 0
fi
wanted=$(sed -n 's/.*"oidc-provider": "\([^"]*\)".*/\1/p' "$here/package.json")
if ! grep -qs "\"version\": \"$wanted\"" "$here/node_modules/oidc-provider/package.json"; then
	npm install --prefix "$here" --no-save --no-package-lock --no-audit --no-fund --silent ||
		echo "  ติดตั้ง oidc-provider ไม่สำเร็จ · oidc-provider could not be installed; its tests are skipped" >&2
fi
exit 0
