/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Annotations: config.md, "Annotations". A runtime takes all of them; some keys are reserved to the
 * image specification, whose config.md says what their values are. */
#include <string.h>

#include "spec/check.h"
#include "spec/similar.h"

#define RESERVED "org.opencontainers"
#define IMAGE    "org.opencontainers.image."

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* The values that the language Go has for GOOS and GOARCH. */
static const char *const systems[] = {
	"aix",   "android", "darwin",  "dragonfly", "freebsd", "illumos", "ios",     "js",
	"linux", "netbsd",  "openbsd", "plan9",     "solaris", "wasip1",  "windows", "zos",
};
static const char *const architectures[] = {
	"386",    "amd64", "arm",     "arm64",   "loong64", "mips", "mips64", "mips64le",
	"mipsle", "ppc64", "ppc64le", "riscv64", "s390x",   "wasm", "riscv",  "sparc64",
};

static bool is_one_of(const char *text, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(text, list[i]) == 0)
			return true;
	return false;
}

static bool is_system(const char *text)
{
	return is_one_of(text, systems, ARRAY_SIZE(systems));
}

static bool is_architecture(const char *text)
{
	return is_one_of(text, architectures, ARRAY_SIZE(architectures));
}

static bool is_not_empty(const char *text)
{
	return text[0] != '\0';
}

static bool is_any(const char *text)
{
	(void)text;
	return true;
}

/* Takes @n digits and what has to follow them. */
static bool take(const char **text, size_t n, const char *follows)
{
	if (strspn(*text, DIGITS) < n)
		return false;
	*text += n;
	if (strncmp(*text, follows, strlen(follows)) != 0)
		return false;
	*text += strlen(follows);
	return true;
}

/* RFC 3339: 2006-01-02T15:04:05.999999999+07:00, or Z for the zone. */
static bool is_time(const char *text)
{
	if (!take(&text, 4, "-") || !take(&text, 2, "-") || !take(&text, 2, "") ||
	    !strchr("Tt ", *text) || !*text++)
		return false;
	if (!take(&text, 2, ":") || !take(&text, 2, ":") || !take(&text, 2, ""))
		return false;
	if (*text == '.') {
		size_t n = strspn(++text, DIGITS);

		if (n == 0)
			return false;
		text += n;
	}
	if ((*text == 'Z' || *text == 'z') && text[1] == '\0')
		return true;
	if (*text != '+' && *text != '-')
		return false;
	text++;
	return take(&text, 2, ":") && take(&text, 2, "") && *text == '\0';
}

/* "SIGTERM", "SIGRTMIN+3", "9" */
static bool is_signal(const char *text)
{
	if (text[0] && text[strspn(text, DIGITS)] == '\0')
		return true;
	if (strncmp(text, "SIG", 3) == 0)
		text += 3;
	if (!*text || !strchr(LETTERS, *text))
		return false;
	text += strspn(text, LETTERS DIGITS);
	if (*text == '+' || *text == '-')
		text += 1 + strspn(text + 1, DIGITS);
	return *text == '\0';
}

static const struct {
	const char *key;
	const char *rule;
	bool (*is_valid)(const char *text);
	const char *expected;
} image_keys[] = {
	{ IMAGE "os", "ANN-K1", is_system, "a system as GOOS has it, like \"linux\"" },
	{ IMAGE "os.version", "ANN-K2", is_not_empty, "a version" },
	{ IMAGE "os.features", "ANN-K3", is_any, "" },
	{ IMAGE "architecture", "ANN-K4", is_architecture,
	  "a processor as GOARCH has it, like \"amd64\"" },
	{ IMAGE "variant", "ANN-K5", is_not_empty, "a variant of the processor, like \"v8\"" },
	{ IMAGE "author", "ANN-K6", is_any, "" },
	{ IMAGE "created", "ANN-K7", is_time, "a time as RFC 3339 has it" },
	{ IMAGE "stopSignal", "ANN-K8", is_signal, "a signal, like \"SIGTERM\"" },
};

static void advise_reserved(struct checker *checker, const struct pair *annotation, const char *at)
{
	struct similar similar = similar_to(annotation->key, strlen(annotation->key));

	for (size_t i = 0; i < ARRAY_SIZE(image_keys); i++) {
		similar_try(&similar, image_keys[i].key);
		if (strcmp(image_keys[i].key, annotation->key) != 0)
			continue;
		if (!image_keys[i].is_valid(annotation->value))
			check_violation(checker, image_keys[i].rule, at,
					"expected %s, found \"%s\"", image_keys[i].expected,
					annotation->value);
		return;
	}
	check_violation(checker, "ANN-06", at,
			"the standard reserves keys that begin with \"%s\"" SIMILAR_FORMAT,
			RESERVED, SIMILAR_HINT(similar.name));
}

static bool is_reserved(const char *key)
{
	size_t length = strlen(RESERVED);

	return strncmp(key, RESERVED, length) == 0 && (key[length] == '.' || key[length] == '\0');
}

void advise_annotations(struct checker *checker)
{
	list_each(annotation, checker->spec->annotations) {
		const char *at = check_at_key(checker, "/annotations", annotation->key);

		if (is_reserved(annotation->key))
			advise_reserved(checker, annotation, at);
		else if (!strchr(annotation->key, '.'))
			check_warn(checker, "ANN-04", at,
				   "keys are domain names written backwards, like "
				   "\"com.example.key\"");
	}
}
