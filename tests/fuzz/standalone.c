/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a fuzz target over the files of a directory, where there is no libFuzzer: fuzz_x DIR... */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = malloc(1 << 20);
	size_t size;

	if (!file || !data) {
		perror(path);
		return 1;
	}
	size = fread(data, 1, 1 << 20, file);
	fclose(file);
	/* In memory of just that size, so that a sanitizer sees who reads beyond. */
	data = realloc(data, size + (size == 0));
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return 0;
}

static int run_directory(const char *path, unsigned int *n)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	char name[4096];
	int status = 0;

	if (!directory) {
		perror(path);
		return 1;
	}
	while ((entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		status |= run_file(name);
		++*n;
	}
	closedir(directory);
	return status;
}

int main(int argc, char **argv)
{
	unsigned int n = 0;
	int status = 0;

	for (int i = 1; i < argc; i++)
		status |= run_directory(argv[i], &n);
	printf("%u inputs\n", n);
	/* An empty corpus proves nothing. */
	return status || n == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
