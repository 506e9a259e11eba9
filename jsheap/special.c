/*
 * special - see the header. Source: src/objects/js-date.h, bigint.h,
 * js-promise.h.
 */
#include "jsheap/special.h"

#include "jsheap/ordered.h"
#include "jsheap/props.h"
#include "jsheap/string.h"

#include <math.h>
#include <string.h>
#include <time.h>

#define MAX_DATE_MS           8.64e15
#define BIGINT_DECIMAL_DIGITS 2048
#define BIGINT_DIGITS_MAX     (1u << 24)
#define CHUNK                 1000000000u

enum rc js_date(const struct js_heap *h, jsval v, double *ms)
{
	int64_t at = v8_value(&h->layout, V8_JSDate_value);
	jsval word;

	TRY(js_field(h, v, at, &word));
	if (js_is(h, word, T_HEAP_NUMBER))
		return js_number(h, word, ms);
	/* A Smi has nothing in its lower half; a raw double nearly always has. */
	if ((word.bits & UINT32_MAX) == 0 && v8_value(&h->layout, V8_JSDate_raw_value) == 0) {
		*ms = jsval_smi(word);
		return RC_OK;
	}
	memcpy(ms, &word.bits, sizeof *ms);
	return RC_OK;
}

void js_date_put(double ms, struct str *out)
{
	struct tm tm;

	if (!(fabs(ms) <= MAX_DATE_MS)) {
		str_puts(out, "Invalid Date");
		return;
	}
	time_t seconds = (time_t)floor(ms / 1000);
	int rest = (int)(ms - (double)seconds * 1000);
	if (gmtime_r(&seconds, &tm) == NULL) {
		str_puts(out, "Invalid Date");
		return;
	}
	int year = tm.tm_year + 1900;
	str_printf(out, year < 0 ? "-%06d" : year > 9999 ? "+%06d" : "%04d", abs(year));
	str_printf(out, "-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		   tm.tm_min, tm.tm_sec, rest);
}

/* Repeated division of 32-bit halves by 10^9, least significant chunk first. */
static void put_decimal(uint32_t *halves, size_t n, struct str *out)
{
	uint32_t chunks[BIGINT_DECIMAL_DIGITS * 3];
	size_t nchunks = 0;

	while (n != 0 && nchunks < sizeof chunks / sizeof chunks[0]) {
		uint64_t rest = 0;
		for (size_t i = n; i-- != 0;) {
			rest = rest << 32 | halves[i];
			halves[i] = (uint32_t)(rest / CHUNK);
			rest %= CHUNK;
		}
		chunks[nchunks++] = (uint32_t)rest;
		while (n != 0 && halves[n - 1] == 0)
			n--;
	}
	str_printf(out, "%u", nchunks != 0 ? chunks[nchunks - 1] : 0);
	for (size_t i = nchunks != 0 ? nchunks - 1 : 0; i-- != 0;)
		str_printf(out, "%09u", chunks[i]);
}

static enum rc put_hexadecimal(const struct js_heap *h, addr_t digits, uint32_t n, struct str *out)
{
	str_puts(out, "0x");
	for (uint32_t i = n; i-- != 0;) {
		uint64_t d;
		TRY(mem_u64(h->mem, digits + 8 * (addr_t)i, &d));
		str_printf(out, i == n - 1 ? "%llx" : "%016llx", (unsigned long long)d);
	}
	return RC_OK;
}

enum rc js_bigint_put(const struct js_heap *h, jsval v, struct str *out)
{
	addr_t digits = jsval_addr(v) + (addr_t)v8_value(&h->layout, V8_BigInt_digits);
	uint32_t halves[BIGINT_DECIMAL_DIGITS * 2], bits;

	TRY(js_word32(h, v, v8_value(&h->layout, V8_BigInt_bitfield), &bits));
	uint32_t n = bits >> 1 & 0x3fffffff;
	if (n > BIGINT_DIGITS_MAX ||
	    !js_fits(h, v, (uint64_t)v8_value(&h->layout, V8_BigInt_digits) + 8 * (uint64_t)n))
		return RC_BAD;
	if ((bits & 1) != 0)
		str_putc(out, '-');
	if (n > BIGINT_DECIMAL_DIGITS)
		return put_hexadecimal(h, digits, n, out);
	TRY(mem_read(h->mem, digits, halves, 8 * (size_t)n));
	size_t used = 2 * (size_t)n;
	while (used != 0 && halves[used - 1] == 0)
		used--;
	put_decimal(halves, used, out);
	return RC_OK;
}

void js_regexp_flags_put(uint32_t flags, struct str *out)
{
	/* Bit numbers of src/regexp/regexp-flags.h, in the order JavaScript shows them. */
	static const struct {
		char letter;
		uint8_t bit;
	} letters[] = {{'d', 7}, {'g', 0}, {'i', 1}, {'l', 6}, {'m', 2},
		       {'s', 5}, {'u', 4}, {'v', 8}, {'y', 3}};

	for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
		if ((flags >> letters[i].bit & 1) != 0)
			str_putc(out, letters[i].letter);
}

static enum rc load_ordered(const struct js_heap *h, jsval v, struct js_ordered *t)
{
	jsval table;

	TRY(js_field(h, v, v8_value(&h->layout, V8_JSCollection_table), &table));
	return js_ordered_load(h, table, js_is(h, v, T_JS_MAP), t);
}

enum rc js_collection_size(const struct js_heap *h, jsval v, uint64_t *n)
{
	struct js_ordered t;

	TRY(load_ordered(h, v, &t));
	*n = t.elements;
	return RC_OK;
}

enum rc js_collection(const struct js_heap *h, jsval v, js_entry_fn *fn, void *ctx)
{
	struct js_ordered t;

	TRY(load_ordered(h, v, &t));
	return js_ordered_entries(h, &t, 0, fn, ctx);
}

enum rc js_weak_collection(const struct js_heap *h, jsval v, js_entry_fn *fn, void *ctx)
{
	struct js_table t;
	jsval table;

	TRY(js_field(h, v, v8_value(&h->layout, V8_JSCollection_table), &table));
	TRY(js_table_load(h, table, 2, &t));
	for (uint32_t i = 0; i < t.capacity; i++) {
		jsval key, value;

		TRY(js_table_get(h, &t, i, 0, &key));
		if (js_table_free_key(h, key))
			continue;
		TRY(js_table_get(h, &t, i, 1, &value));
		TRY(fn(ctx, key, value));
	}
	return RC_OK;
}

enum rc js_promise(const struct js_heap *h, jsval v, enum promise_state *state, jsval *result)
{
	jsval flags;

	TRY(js_field(h, v, v8_value(&h->layout, V8_JSPromise_flags), &flags));
	TRY(js_field(h, v, v8_value(&h->layout, V8_JSPromise_result), result));
	if (!jsval_is_smi(flags) || (jsval_smi(flags) & 3) > PROMISE_REJECTED)
		return RC_BAD;
	*state = (enum promise_state)(jsval_smi(flags) & 3);
	return RC_OK;
}
