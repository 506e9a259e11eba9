/*
 * special - see the header. Source: src/objects/js-date.h, bigint.h, ordered-hash-table.h,
 * js-array-buffer.h, js-promise.h.
 */
#include "jsheap/special.h"

#include "jsheap/props.h"
#include "jsheap/string.h"

#include <math.h>
#include <string.h>
#include <time.h>

#define MAX_DATE_MS           8.64e15
#define BIGINT_DECIMAL_DIGITS 128
#define BIGINT_DIGITS_MAX     (1u << 24)
#define ENTRIES_MAX           (1u << 26)
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

/* OrderedHashTable: {elements, deleted, buckets}, the buckets, then entries of 3 (Map) or 2 words.
 */
struct ordered {
	jsval table;
	uint32_t elements, used; /* live entries; entries in use, deleted ones among them */
	int64_t first;           /* byte offset of the first entry */
	unsigned words;
};

static enum rc load_ordered(const struct js_heap *h, jsval v, struct ordered *t)
{
	int64_t data = v8_value(&h->layout, V8_FixedArray_data);
	jsval elements, deleted, buckets, length;

	t->words = js_is(h, v, T_JS_MAP) ? 3 : 2;
	TRY(js_field(h, v, v8_value(&h->layout, V8_JSCollection_table), &t->table));
	if (!jsval_is_pointer(t->table) || js_page_at(h, t->table.bits) == NULL)
		return RC_BAD;
	TRY(js_field(h, t->table, v8_value(&h->layout, V8_FixedArray_length), &length));
	TRY(js_field(h, t->table, data, &elements));
	TRY(js_field(h, t->table, data + 8, &deleted));
	TRY(js_field(h, t->table, data + 16, &buckets));
	if (!jsval_is_smi(elements) || !jsval_is_smi(deleted) || !jsval_is_smi(buckets) ||
	    !jsval_is_smi(length))
		return RC_BAD;
	int64_t n = jsval_smi(elements), d = jsval_smi(deleted), b = jsval_smi(buckets);
	if (n < 0 || d < 0 || b < 0 || n + d > ENTRIES_MAX || b > ENTRIES_MAX ||
	    3 + b + (n + d) * t->words > jsval_smi(length) ||
	    !js_fits(h, t->table, (uint64_t)(data + 8 * (int64_t)jsval_smi(length))))
		return RC_BAD;
	t->elements = (uint32_t)n;
	t->used = (uint32_t)(n + d);
	t->first = data + 8 * (3 + b);
	return RC_OK;
}

enum rc js_collection_size(const struct js_heap *h, jsval v, uint64_t *n)
{
	struct ordered t;

	TRY(load_ordered(h, v, &t));
	*n = t.elements;
	return RC_OK;
}

enum rc js_collection(const struct js_heap *h, jsval v, js_entry_fn *fn, void *ctx)
{
	struct ordered t;

	TRY(load_ordered(h, v, &t));
	for (uint32_t i = 0; i < t.used; i++) {
		int64_t at = t.first + 8 * (int64_t)i * t.words;
		jsval key, value = h->root[R_undefined];

		TRY(js_field(h, t.table, at, &key));
		if (js_is_hole(h, key))
			continue;
		if (t.words == 3)
			TRY(js_field(h, t.table, at + 8, &value));
		TRY(fn(ctx, key, value));
	}
	return RC_OK;
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

static enum rc typed_array_data(const struct js_heap *h, jsval v, struct js_bytes *b)
{
	uint64_t external, base;

	TRY(js_word(h, v, v8_value(&h->layout, V8_JSTypedArray_external_pointer), &external));
	TRY(js_word(h, v, v8_value(&h->layout, V8_JSTypedArray_base_pointer), &base));
	TRY(js_word(h, v, v8_value(&h->layout, V8_JSArrayBufferView_byte_length), &b->length));
	b->addr = base +
		  external; /* on the heap the external part is what is missing from the holder */
	return RC_OK;
}

enum rc js_bytes_of(const struct js_heap *h, jsval v, struct js_bytes *b)
{
	if (js_is(h, v, T_JS_ARRAY_BUFFER)) {
		TRY(js_word(h, v, v8_value(&h->layout, V8_JSArrayBuffer_backing_store), &b->addr));
		return js_word(h, v, v8_value(&h->layout, V8_JSArrayBuffer_byte_length),
			       &b->length);
	}
	if (js_is(h, v, T_JS_TYPED_ARRAY))
		return typed_array_data(h, v, b);
	/* A DataView: the store of its buffer plus the offset. */
	uint64_t offset;
	jsval buffer = jsval_of(0);
	for (int64_t off = v8_value(&h->layout, V8_JSObject_elements) + 8;
	     off < v8_value(&h->layout, V8_JSArrayBufferView_byte_offset) &&
	     !js_is(h, buffer, T_JS_ARRAY_BUFFER);
	     off += 8)
		TRY(js_field(h, v, off, &buffer));
	if (!js_is(h, buffer, T_JS_ARRAY_BUFFER))
		return RC_BAD;
	TRY(js_word(h, buffer, v8_value(&h->layout, V8_JSArrayBuffer_backing_store), &b->addr));
	TRY(js_word(h, v, v8_value(&h->layout, V8_JSArrayBufferView_byte_offset), &offset));
	b->addr += b->addr != 0 ? offset : 0;
	return js_word(h, v, v8_value(&h->layout, V8_JSArrayBufferView_byte_length), &b->length);
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
