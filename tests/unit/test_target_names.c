/*
 * test_target_names - tables of names found by what they hold, in this very program (which is
 * position-independent: its tables are made by relocations), and versions told by memory alone.
 */
#include "target/target.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Not const: the linker must keep it as it stands here. What surrounds a table must end it: here
 * numbers, as V8 has them. */
static struct {
	uint64_t before[3];
	const char *plain[5];
	uint64_t between[3];
	struct {
		const char *name;
		uint64_t kind, data;
	} wide[3];
	uint64_t twice_before[3];
	const char *twice[4];
	uint64_t after[3];
} volatile tables = {
	.plain = {"names_test_one", "names_test_two", "names_test_three", "x", "names_test_5"},
	.wide = {{"NamesTestWideA", 1, 2}, {"NamesTestWideB", 3, 4}, {"NamesTestWideC", 5, 6}},
	.twice = {"names_test_again", "names_test_again", "names test text", "names_test_last"},
};

struct opened {
	struct arena arena;
	struct target *target;
};

static int set_up(void **state)
{
	struct opened *s = calloc(1, sizeof *s);
	const char *message = NULL;

	if (s == NULL)
		return -1;
	*state = s;
	s->target = target_open_file("/proc/self/exe", &s->arena, &message);
	return s->target != NULL && tables.plain[0] != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
	struct opened *s = *state;

	target_close(s->target);
	arena_free(&s->arena);
	free(s);
	return 0;
}

/* The anchors are words of one text: tables of them in this program would be found as well. */
static enum rc find(struct opened *s, const char *words, size_t stride, addr_t link, size_t n,
		    struct names_found *found)
{
	const char *anchors[8] = {NULL};
	char *text = arena_strdup(&s->arena, words), *rest = NULL;
	size_t i = 0;

	assert_non_null(text);
	for (char *w = strtok_r(text, " ", &rest); w != NULL; w = strtok_r(NULL, " ", &rest))
		anchors[i++] = w;
	const struct names_wanted wanted = {
		.anchors = anchors, .stride = stride, .link = link, .n = n};

	return objfile_names(s->target->exe, &wanted, &s->arena, found);
}

static void finds_a_table(void **state)
{
	static const char anchors[] = "names_test_three names_test_one";
	struct opened *s = *state;
	struct names_found found, again;

	assert_int_equal(find(s, anchors, 8, 0, 0, &found), RC_OK);
	assert_int_equal(found.n, 5);
	for (size_t i = 0; i < found.n; i++)
		assert_string_equal(found.names[i], tables.plain[i]);
	assert_int_equal(find(s, anchors, 8, found.link, 5, &again), RC_OK);
	assert_int_equal(again.n, 5);
	assert_string_equal(again.names[4], "names_test_5");
	/* A place that is told wrong is no table. */
	assert_int_equal(find(s, anchors, 8, found.link + 8, 5, &again), RC_FAULT);
	assert_int_equal(find(s, anchors, 8, UINT64_MAX - 7, 5, &again), RC_FAULT);
	assert_int_equal(find(s, anchors, 8, found.link, NAMES_MAX + 1, &again), RC_FAULT);
}

static void finds_wide_entries(void **state)
{
	struct opened *s = *state;
	struct names_found found;

	assert_int_equal(find(s, "NamesTestWideB", 24, 0, 0, &found), RC_OK);
	assert_int_equal(found.n, 3);
	for (size_t i = 0; i < found.n; i++)
		assert_string_equal(found.names[i], tables.wide[i].name);
}

/* A name ends a table where it comes twice; a text that is none does too. */
static void ends_where_names_end(void **state)
{
	struct opened *s = *state;
	struct names_found found;

	assert_string_equal(tables.twice[3], "names_test_last");
	assert_int_equal(find(s, "names_test_last", 8, 0, 0, &found), RC_OK);
	assert_int_equal(found.n, 1);
	assert_int_equal(find(s, "names_test_again", 8, 0, 0, &found), RC_OK);
	assert_int_equal(found.n, 1);
	assert_int_equal(find(s, "names_test_last names_test_again", 8, 0, 0, &found), RC_FAULT);
	assert_int_equal(find(s, "names_test_three names_test_last", 8, 0, 0, &found), RC_FAULT);
}

#define DATA   UINT64_C(0x500000)
#define LONG   UINT64_C(0x700000)
#define NODE_A "21.7.3"
#define V8_A   "11.8.172.17-node.20"

/* A process of one writable mapping of a file, and its .bss behind it. */
struct process {
	struct target *target;
	uint8_t data[8192], text[64];
};

static void put(uint8_t *at, uint64_t v)
{
	memcpy(at, &v, sizeof v);
}

static bool told(struct process *p, char *node, char *v8)
{
	static struct mapping mappings[2];
	struct segment data = {
		.start = DATA, .end = DATA + sizeof p->data, .data = p->data, .rank = RANK_CORE};
	struct segment text = {
		.start = LONG, .end = LONG + sizeof p->text, .data = p->text, .rank = RANK_CORE};

	mappings[0] = (struct mapping){.start = DATA,
				       .end = DATA + 4096,
				       .path = "/node",
				       .prot = PF_R | PF_W,
				       .saved = true};
	mappings[1] = (struct mapping){
		.start = DATA + 4096, .end = DATA + 8192, .prot = PF_R | PF_W, .saved = true};
	p->target = target_new_empty();
	assert_non_null(p->target);
	assert_int_equal(mem_add(&p->target->mem, &data), RC_OK);
	assert_int_equal(mem_add(&p->target->mem, &text), RC_OK);
	assert_int_equal(mem_seal(&p->target->mem), RC_OK);
	p->target->mappings = mappings;
	p->target->nmappings = 2;
	bool found = target_versions(p->target, node, v8);
	target_close(p->target);
	return found;
}

static void new_strings(struct process *p, size_t at, const char *node, const char *v8)
{
	*p = (struct process){0};
	put(p->data + at, DATA + at + 16);
	put(p->data + at + 8, strlen(node));
	memcpy(p->data + at + 16, node, strlen(node));
	put(p->data + at + 32, LONG + 24);
	put(p->data + at + 40, strlen(v8));
	memcpy(p->text + 24, v8, strlen(v8));
}

static void tells_versions(void **state)
{
	char node[TARGET_VERSION_BYTES], v8[TARGET_VERSION_BYTES];
	/* In .data, in .bss, and across the border of two pages. */
	static const size_t places[] = {64, 4096 + 640, 4096 - 16};
	struct process p;

	(void)state;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		new_strings(&p, places[i], NODE_A, V8_A);
		assert_true(told(&p, node, v8));
		assert_string_equal(node, NODE_A);
		assert_string_equal(v8, V8_A);
	}
	/* The older strings: one pointer each, lengths in front of the texts. */
	p = (struct process){0};
	put(p.data + 8, DATA + 2048);
	put(p.data + 16, LONG + 24);
	put(p.data + 2048 - 24, strlen(NODE_A));
	memcpy(p.data + 2048, NODE_A, strlen(NODE_A));
	put(p.text, strlen(V8_A));
	memcpy(p.text + 24, V8_A, strlen(V8_A));
	assert_true(told(&p, node, v8));
	assert_string_equal(node, NODE_A);
	assert_string_equal(v8, V8_A);
}

static void is_not_fooled(void **state)
{
	static const char *const wrong[][2] = {
		{"21.7", V8_A},           {"21.7.", V8_A},
		{"21.7.3x", V8_A},        {"v1.7.3", V8_A},
		{NODE_A, "11.8.172"},     {NODE_A, "11.8.172.17 node"},
		{NODE_A, "11.8.1x.17-n"}, {NODE_A, "11.8.172.17-NODE"},
	};
	char node[TARGET_VERSION_BYTES], v8[TARGET_VERSION_BYTES];
	struct process p;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		new_strings(&p, 64, wrong[i][0], wrong[i][1]);
		assert_false(told(&p, node, v8));
		assert_string_equal(node, "");
		assert_string_equal(v8, "");
	}
	new_strings(&p, 64, NODE_A, V8_A);
	put(p.data + 64 + 40, UINT64_MAX); /* its length */
	assert_false(told(&p, node, v8));
	new_strings(&p, 64, NODE_A, V8_A);
	put(p.data + 64 + 32, LONG + 60); /* beyond what was saved */
	assert_false(told(&p, node, v8));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(finds_a_table, set_up, tear_down),
		cmocka_unit_test_setup_teardown(finds_wide_entries, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ends_where_names_end, set_up, tear_down),
		cmocka_unit_test(tells_versions),
		cmocka_unit_test(is_not_fooled),
	};

	return cmocka_run_group_tests_name("target_names", tests, NULL, NULL);
}
