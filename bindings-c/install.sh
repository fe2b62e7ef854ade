#!/usr/bin/env bash
# Installs the C library: headers, shared and static library, pkg-config and CMake files, all relocatable.
#
#   bindings-c/install.sh BUILT PREFIX [DESTDIR]
#
# BUILT is the folder cargo built into (target/release). What is under DESTDIR may be moved to any place: nothing names PREFIX.
# LIBDIR is the folder of the libraries below PREFIX (lib), STRIP the program that strips them (strip; `true` leaves them as they are).
set -euo pipefail
here="$(cd "$(dirname "$0")/.." && pwd)"
built="$(cd "$1" && pwd)"
root="${3:-}$2"
libdir="${LIBDIR:-lib}"
strip="${STRIP:-strip}"

version="$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' "$here/Cargo.toml")"
abi="$(sed -n 's/^pub const CG_ABI_VERSION: u32 = \([0-9]*\);/\1/p' "$here/bindings-c/src/abi.rs")"
[ -n "$version" ] && [ -n "$abi" ] || { echo "install.sh: no version found" >&2; exit 1; }
for file in libchartguard.so libchartguard.a; do
  [ -f "$built/$file" ] || { echo "install.sh: $built/$file is not there: build the workspace first" >&2; exit 1; }
done

include="$root/include" lib="$root/$libdir"
package="$lib/cmake/chartguard" doc="$root/share/doc/chartguard"
mkdir -p "$include" "$lib/pkgconfig" "$package" "$doc" "$root/share/chartguard"
install -m 644 "$here"/include/chartguard.h* "$include/"

# The loader asks for the SONAME, the linker for the bare name; both lead to the file with the version.
install -m 755 "$built/libchartguard.so" "$lib/libchartguard.so.$version"
"$strip" --strip-unneeded "$lib/libchartguard.so.$version"
ln -sf "libchartguard.so.$version" "$lib/libchartguard.so.$abi"
ln -sf "libchartguard.so.$abi" "$lib/libchartguard.so"
install -m 644 "$built/libchartguard.a" "$lib/libchartguard.a"
"$strip" --strip-debug "$lib/libchartguard.a"

# From the folder of the file itself up to the prefix.
up() { realpath -m --relative-to="$1" "$root"; }
fill() {
  sed -e "s|@VERSION@|$version|g" -e "s|@ABI@|$abi|g" -e "s|@LIBDIR@|$libdir|g" -e "s|@UP@|$(up "$(dirname "$2")")|g" "$1" > "$2"
  chmod 644 "$2"
}
fill "$here/bindings-c/package/chartguard.pc.in" "$lib/pkgconfig/chartguard.pc"
fill "$here/bindings-c/package/chartguard-config.cmake.in" "$package/chartguard-config.cmake"
fill "$here/bindings-c/package/chartguard-config-version.cmake.in" "$package/chartguard-config-version.cmake"

# What editors and validators read: the JSON Schemas of policies, of rubrics, and of the reports that come out.
install -m 644 "$here/core/policies/policy.schema.json" "$here"/core/rubrics/{rubric,report}.schema.json "$root/share/chartguard/"

install -m 644 "$here/LICENSE-MIT" "$here/LICENSE-APACHE" "$here/bindings-c/README.md" "$doc/"
# Where `make sbom` made them.
for file in "$built/../sbom/chartguard.cdx.json" "$built/../sbom/THIRD-PARTY-LICENSES.txt"; do
  if [ -f "$file" ]; then install -m 644 "$file" "$doc/"; fi
done
