/*
 * json - write JSON text into a str.
 *
 * Why our own writer: rows are rendered by the million, and JavaScript strings may hold lone
 * surrogates and NULs, which the parsing libraries refuse. Commas are placed by the writer; nesting
 * is only bounded by the caller. Reading JSON is left to a library.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json {
	struct str *out;
	bool comma; /* a value stands before the next one on this level */
};

#define JSON_INIT(str)       \
	{                    \
		.out = (str) \
	}

void json_object(struct json *j);
void json_object_end(struct json *j);
void json_array(struct json *j);
void json_array_end(struct json *j);

/* The name of the next value; `s` is UTF-8 (WTF-8 surrogates are escaped). */
void json_key(struct json *j, const char *s);
void json_key_n(struct json *j, const char *s, size_t len);

void json_string(struct json *j, const char *s);
void json_string_n(struct json *j, const char *s, size_t len);
void json_uint(struct json *j, uint64_t v);
void json_int(struct json *j, int64_t v);
/* The shortest text that reads back as the same double; NaN and the infinities become null. */
void json_double(struct json *j, double v);
void json_bool(struct json *j, bool v);
void json_null(struct json *j);
/* An address: "0x1f". */
void json_addr(struct json *j, uint64_t addr);
/* Text that is JSON already. */
void json_raw(struct json *j, const char *s, size_t len);

/* The shortest decimal text of a finite double that reads back equal, as JavaScript would print it
 * ("1e+300", "0.1", "-0" prints as "0" in JavaScript but as "-0" here). */
void str_put_double(struct str *b, double v);

#endif
