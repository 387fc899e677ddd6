/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers from text, see num.h. */
#include <errno.h>
#include <string.h>

#include "base/num.h"

int num_parse(const char *text, size_t length, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	if (length == 0)
		return -EINVAL;
	for (size_t i = 0; i < length; i++)
		if (text[i] < '0' || text[i] > '9')
			return -EINVAL;
	for (size_t i = 0; i < length; i++)
		if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(text[i] - '0'), &value))
			return -ERANGE;
	if (value > max)
		return -ERANGE;
	*ret = value;
	return 0;
}

int num_parse_signed(const char *text, size_t length, int64_t min, int64_t max, int64_t *ret)
{
	bool negative = length > 0 && text[0] == '-';
	uint64_t magnitude;
	int64_t value;
	int r;

	r = num_parse(text + negative, length - negative, UINT64_MAX, &magnitude);
	if (r < 0)
		return r;
	if (magnitude > (uint64_t)INT64_MAX + negative)
		return -ERANGE;
	value = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	if (value < min || value > max)
		return -ERANGE;
	*ret = value;
	return 0;
}

static const char *take_number(const char *text, uint64_t *ret)
{
	size_t n = strspn(text, "0123456789");

	return num_parse(text, n, UINT16_MAX, ret) < 0 ? NULL : text + n;
}

const char *num_take_span(const char *list, uint64_t *ret_first, uint64_t *ret_last)
{
	list = take_number(list, ret_first);
	if (!list)
		return NULL;
	*ret_last = *ret_first;
	if (*list == '-')
		list = take_number(list + 1, ret_last);
	if (!list || *ret_last < *ret_first || (*list && *list != ','))
		return NULL;
	if (!*list)
		return list;
	return list[1] ? list + 1 : NULL;
}
