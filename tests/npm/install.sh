#!/bin/sh
# The npm packages of package.json, in the versions it names, into node_modules beside it.
# Installs what is missing; where it cannot, it says so, and those tests are skipped with a reason.
here=$(dirname "$0")

if ! command -v npm >/dev/null 2>&1; then
	echo "  ไม่มี npm · there is no npm; the tests of tests/npm are skipped" >&2
	exit 0
fi

sed -n 's/^    "\([^"]*\)": "\([0-9][^"]*\)".*/\1 \2/p' "$here/package.json" | while read -r name version; do
	grep -qs "\"version\": \"$version\"" "$here/node_modules/$name/package.json" || echo "$name"
done | grep -q . || exit 0

echo "  ติดตั้งโปรแกรมทดสอบจาก npm · installing test programs from npm"
npm install --prefix "$here" --no-save --no-package-lock --no-audit --no-fund --silent ||
	echo "  ติดตั้งไม่สำเร็จ · could not install them; their tests are skipped" >&2
exit 0
