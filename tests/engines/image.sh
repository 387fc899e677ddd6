# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced by the suites whose engine takes in OCI images only.

# Moves $2 below $1 to its digest's name, and prints digest and size as members of a descriptor.
add_blob() {
	local digest

	digest=$(sha256sum "$2" | cut -d ' ' -f 1)
	mv "$2" "$1/blobs/sha256/$digest"
	printf '"digest":"sha256:%s","size":%s' "$digest" "$(stat -c %s "$1/blobs/sha256/$digest")"
}

# make_image NAME COMMAND ARCHIVE: an OCI image by hand, of the folder that all suites use. COMMAND is
# what it runs by default, as a JSON array.
make_image() {
	local type=application/vnd.oci.image to layer config manifest

	to=$(mktemp -d)
	mkdir -p "$to/blobs/sha256"
	# shellcheck disable=SC2154 # of common.sh
	tar -C "$image" -cf "$to/blob" .
	layer=$(add_blob "$to" "$to/blob")
	printf '{"architecture":"%s","os":"linux","config":{"Env":["PATH=/bin"],"Cmd":%s},%s}' \
		"$(dpkg --print-architecture)" "$2" \
		"\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"$(cut -d '"' -f 4 <<<"$layer")\"]}" \
		>"$to/blob"
	config=$(add_blob "$to" "$to/blob")
	printf '{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"%s",%s},"layers":[{"mediaType":"%s",%s}]}' \
		"$type.manifest.v1+json" "$type.config.v1+json" "$config" "$type.layer.v1.tar" \
		"$layer" >"$to/blob"
	manifest=$(add_blob "$to" "$to/blob")
	printf '{"schemaVersion":2,"manifests":[{"mediaType":"%s",%s,"annotations":{"%s":"%s"}}]}' \
		"$type.manifest.v1+json" "$manifest" io.containerd.image.name "$1" >"$to/index.json"
	echo '{"imageLayoutVersion":"1.0.0"}' >"$to/oci-layout"
	tar -C "$to" -cf "$3" .
	rm -r "$to"
}
