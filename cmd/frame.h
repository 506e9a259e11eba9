/*
 * frame - the `frame` record, which ::stack and ::jsstack share.
 */
#ifndef CMD_FRAME_H
#define CMD_FRAME_H

#include "cmd/command.h"

/* Tri-state members: false, true, not known. */
enum known { KNOWN_FALSE, KNOWN_TRUE, KNOWN_NOT };

/* Strings are NULL and numbers are 0 where nothing is known. */
struct frame_fields {
	const char *text; /* the line for people */
	size_t text_len;
	uint64_t thread, index;
	const char *kind;     /* "js", "native", ... */
	const char *function; /* the function's own name */
	const char *display;  /* as Error.stack prints it */
	const char *file;
	uint32_t line, column; /* being executed, from 1 */
	const char *tier;
	enum known inlined, async, constructor;
	uint64_t pc, fp;
	bool has_offset;
	uint64_t offset;    /* native: bytes into the function */
	const char *module; /* native: path of the file */
	uint64_t receiver;
	const char *arguments; /* JSON */
	uint64_t function_address;
	uint32_t script_line, script_column; /* of the function's definition, from 1 */
};

extern const struct record frame_record;

MUST_USE enum rc frame_row(struct sink *s, const struct frame_fields *f);

#endif
