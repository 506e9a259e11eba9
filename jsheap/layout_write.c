/*
 * layout_write - a layout as JSON text; layout_file.c says what is in it.
 */
#include "base/json.h"
#include "jsheap/layout_source.h"

/* A line of its own for each member. */
static void member(struct json *j, const char *name)
{
	str_putc(j->out, '\n');
	json_key(j, name);
}

static void put_version(struct json *j, const struct v8_version *v)
{
	member(j, "version");
	json_array(j);
	json_int(j, v->major);
	json_int(j, v->minor);
	json_int(j, v->build);
	json_int(j, v->patch);
	json_array_end(j);
}

static void put_isolate(struct json *j, const struct v8_isolate_variable *v)
{
	member(j, "tls");
	json_object(j);
	json_key(j, "bytes");
	json_uint(j, v->tls_bytes);
	json_key(j, "align");
	json_uint(j, v->tls_align);
	json_object_end(j);
	member(j, "isolate");
	json_object(j);
	if (v->kind != ISOLATE_NOWHERE) {
		json_key(j, v->kind == ISOLATE_IN_TLS ? "tls" : "key");
		json_addr(j, v->link);
	}
	json_object_end(j);
}

static void put_numbers(struct json *j, const struct v8_layout *l)
{
	member(j, "fields");
	json_object(j);
	for (int f = 0; f < V8_FIELD_COUNT; f++) {
		if (!v8_has(l, (enum v8_field)f))
			continue;
		json_key(j, v8_field_name((enum v8_field)f));
		json_int(j, v8_value(l, (enum v8_field)f));
	}
	json_object_end(j);
	member(j, "constants");
	json_object(j);
	for (size_t i = 0; i < l->nconstants; i++) {
		json_key(j, l->constants[i].name);
		json_int(j, l->constants[i].value);
	}
	json_object_end(j);
	member(j, "spaces");
	json_object(j);
	for (size_t i = 0; i < l->nspaces; i++) {
		json_key(j, l->spaces[i].name);
		json_addr(j, l->spaces[i].vtable);
	}
	json_object_end(j);
}

static void put_names(struct json *j, const char *name, const char *const *names, size_t n)
{
	member(j, name);
	json_array(j);
	for (size_t i = 0; i < n; i++)
		json_string(j, names[i]);
	json_array_end(j);
}

void v8_layout_write(const struct v8_layout *l, const char *node, const char *v8, struct str *out)
{
	const struct objfile *o = l->objfile;
	struct json j = JSON_INIT(out);
	char id[2 * BUILD_ID_MAX + 1];

	json_object(&j);
	json_key(&j, "mdbish_layout");
	json_uint(&j, V8_LAYOUT_FORMAT);
	member(&j, "build_id");
	json_string(&j, build_id_text(o->id_file.len != 0 ? &o->id_file : &o->id_target, id));
	member(&j, "node");
	json_string(&j, node);
	member(&j, "v8");
	json_string(&j, v8);
	put_version(&j, &l->version);
	member(&j, "exec");
	json_bool(&j, o->is_exec);
	member(&j, "entry");
	json_addr(&j, o->machine_entry);
	put_isolate(&j, &l->isolate_variable);
	put_numbers(&j, l);
	put_names(&j, "roots", l->root_names, l->nroots);
	put_names(&j, "builtins", l->builtin_names, l->nbuiltins);
	str_putc(out, '\n');
	json_object_end(&j);
	str_putc(out, '\n');
}
