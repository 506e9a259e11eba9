/*
 * status - what is open and how it ended: the banner of the program.
 */
#include "base/json.h"
#include "cmd/version.h"
#include "target/cmds/native.h"

#include <stdio.h>
#include <string.h>

static const struct col cols[] = {
	{"banner", COL_STR, COL_TEXT_ONLY, NULL},     {"target", COL_STR, COL_JSON_ONLY, NULL},
	{"path", COL_STR, COL_JSON_ONLY, NULL},       {"pid", COL_UINT, COL_JSON_ONLY, NULL},
	{"executable", COL_STR, COL_JSON_ONLY, NULL}, {"arguments", COL_STRS, COL_JSON_ONLY, NULL},
	{"node", COL_STR, COL_JSON_ONLY, NULL},       {"v8", COL_STR, COL_JSON_ONLY, NULL},
	{"signal", COL_JSON, COL_JSON_ONLY, NULL},    {"threads", COL_UINT, COL_JSON_ONLY, NULL},
	{"isolates", COL_UINT, COL_JSON_ONLY, NULL},  {"reason", COL_STR, COL_JSON_ONLY, NULL},
	{"complete", COL_BOOL, COL_JSON_ONLY, NULL},  {"layout", COL_STR, COL_JSON_ONLY, NULL},
	{"layout_by", COL_STR, COL_JSON_ONLY, NULL},  COL_END,
};
static const struct record record = {"status", LAYOUT_LINES, cols};
static const struct record *const records[] = {&record, NULL};
static const struct example examples[] = {
	{"::status", "what this is and why it died"},
	EXAMPLE_END,
};

/* The kernel tells an address only for faults that it raised itself. */
static bool has_address(const struct signal_info *s)
{
	bool fault = s->number == SIGSEGV || s->number == SIGBUS || s->number == SIGILL ||
		     s->number == SIGFPE;

	return s->code > 0 && (fault || (s->number == SIGTRAP && s->addr != 0));
}

/* gdb stops a process to write its core; nothing has killed it. */
static bool was_alive(const struct target *t)
{
	return t->signal.number == SIGSTOP || t->signal.number == 0;
}

static void put_signal_json(struct target *t, struct str *out)
{
	struct json j = JSON_INIT(out);

	json_object(&j);
	json_key(&j, "number");
	json_int(&j, t->signal.number);
	json_key(&j, "name");
	json_string(&j, target_signal_name(t, t->signal.number));
	json_key(&j, "address");
	if (has_address(&t->signal))
		json_addr(&j, t->signal.addr);
	else
		json_null(&j);
	json_object_end(&j);
}

static void put_versions(const struct status_js *js, struct str *out)
{
	if (js->node != NULL)
		str_printf(out, " · Node %s", js->node);
	/* The embedder's suffix says nothing that the version of Node does not. */
	if (js->v8 != NULL)
		str_printf(out, js->node != NULL ? " (V8 %.*s)" : " · V8 %.*s",
			   (int)strcspn(js->v8, "-"), js->v8);
}

static void put_end(struct target *t, const struct status_js *js, struct str *out)
{
	if (was_alive(t)) {
		str_puts(out, "written while the process was alive: nothing killed it\n");
	} else {
		str_puts(out, target_signal_name(t, t->signal.number));
		if (has_address(&t->signal))
			str_printf(out, " at 0x%llx", (unsigned long long)t->signal.addr);
		else if (t->signal.sender != 0 && t->signal.sender != t->pid)
			str_printf(out, " sent by pid %d", (int)t->signal.sender);
		if (js->reason != NULL)
			str_printf(out, ": %s", js->reason);
		str_putc(out, '\n');
	}
}

static void put_command(const struct target *t, struct str *out)
{
	if (t->arguments == NULL) {
		str_printf(out, "command: %s",
			   t->psargs != NULL ? t->psargs
			   : t->name != NULL ? t->name
					     : "not known");
		return;
	}
	str_puts(out, "command:");
	for (size_t i = 0; i < t->narguments; i++)
		str_printf(out, " %s", t->arguments[i]);
}

static void put_banner(struct target *t, const struct status_js *js, struct str *out)
{
	str_printf(out, "mdbish " MDBISH_VERSION);
	put_versions(js, out);
	str_printf(out, " · %s", base_name(t->path));
	if (t->pid != 0)
		str_printf(out, " · pid %d", (int)t->pid);
	str_printf(out, " · %zu thread%s", t->nthreads, t->nthreads == 1 ? "" : "s");
	if (js->has_isolates && js->isolates != 1)
		str_printf(out, " · %llu isolates", (unsigned long long)js->isolates);
	str_putc(out, '\n');
	put_end(t, js, out);
	put_command(t, out);
	if (js->layout != NULL)
		str_printf(
			out,
			"\nV8's layout is from %s%s: names of native functions and the source text "
			"of Node's own modules are not known",
			js->layout, js->layout_by_version ? ", by the version alone" : "");
	if (!t->complete) {
		str_puts(out, "\nthis core is truncated: ");
		str_put_size(out, t->missing);
		str_puts(out, " of it are missing");
	}
}

/* How the layout file was found to be the right one. */
static const char *layout_by(const struct status_js *js)
{
	if (js->layout == NULL)
		return NULL;
	return js->layout_by_version ? "version" : "build-id";
}

static enum rc status_run(struct run *r)
{
	struct target *t = r->target;
	struct status_js js = {0};
	struct node_version version;
	struct str banner = STR_INIT, signal = STR_INIT, reason = STR_INIT;

	if (r->session->status_js != NULL)
		r->session->status_js(r->session, &js);
	node_version_find(t, &version);
	if (js.node == NULL && version.node[0] != '\0')
		js.node = version.node;
	if (js.v8 == NULL && version.v8[0] != '\0')
		js.v8 = version.v8;
	if (js.reason == NULL && fatal_reason_find(t, &reason))
		js.reason = str_text(&reason);
	if (t->signal.number != 0)
		put_signal_json(t, &signal);
	put_banner(t, &js, &banner);
	enum rc rc = row(
		r->sink, &record, S(str_text(&banner)), S(t->live != NULL ? "live" : "core"),
		S(t->path), t->pid != 0 ? U((uint64_t)t->pid) : NUL, S(t->exe_path),
		t->arguments != NULL ? SS((const char *const *)t->arguments, t->narguments) : NUL,
		S(js.node), S(js.v8), signal.n != 0 ? SN(signal.s, signal.n) : NUL, U(t->nthreads),
		js.has_isolates ? U(js.isolates) : NUL, S(js.reason), B(t->complete), S(js.layout),
		S(layout_by(&js)));
	str_free(&banner);
	str_free(&signal);
	str_free(&reason);
	return rc;
}

static const char *const aliases[] = {"info proc", "info target", "info files", "info inferiors",
				      NULL};
const struct command cmd_status = {
	.name = "status",
	.aliases = aliases,
	.summary = "what is open: versions, process, how it ended",
	.needs = NEEDS_TARGET,
	.records = records,
	.examples = examples,
	.run = status_run,
};
