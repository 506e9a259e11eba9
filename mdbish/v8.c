/*
 * v8 - the session's hooks into jsheap/: cmd/ knows no V8.
 */
#include "mdbish/v8.h"

#include "jsheap/find.h"
#include "jsheap/heap.h"

static enum rc open_heap(struct session *s, struct why *why)
{
	return js_heap_open(s->target, &s->heap, why);
}

static bool thread_isolate(struct session *s, pid_t thread, uint64_t *isolate)
{
	struct why why;

	if (session_heap(s, &why) != RC_OK)
		return false;
	for (size_t i = 0; i < s->heap->nisolates; i++)
		if (s->heap->isolates[i].thread == thread) {
			*isolate = s->heap->isolates[i].addr;
			return true;
		}
	return false;
}

static void status_js(struct session *s, struct status_js *js)
{
	struct why why;

	if (session_heap(s, &why) != RC_OK)
		return;
	js->has_isolates = true;
	js->node = s->heap->layout.node;
	js->v8 = s->heap->layout.v8;
	js->layout = s->heap->layout.file;
	js->layout_by_version = s->heap->layout.by_version;
	js->isolates = s->heap->nisolates;
}

static bool heap_object(struct session *s, uint64_t addr, struct str *out)
{
	struct js_map_info info;
	struct js_found f;
	struct why why;

	if (session_heap(s, &why) != RC_OK || js_page_at(s->heap, addr) == NULL ||
	    js_find(s->heap, addr, &f) != RC_OK || f.kind == FOUND_NOTHING)
		return false;
	if (f.kind == FOUND_OBJECT && js_map_info_load(s->heap, f.map, &info) == RC_OK) {
		const char *type = type_name(&s->heap->types, info.type);
		str_printf(out, "%s 0x%llx", type != NULL ? type : "object",
			   (unsigned long long)jsval_object(f.start).bits);
		if (addr != f.start)
			str_printf(out, "+%llu", (unsigned long long)(addr - f.start));
	} else {
		str_puts(out, js_found_name(f.kind));
	}
	str_printf(out, " in %s of V8's heap", f.page->space != NULL ? f.page->space : "a space");
	return true;
}

void v8_attach(struct session *s)
{
	s->open_heap = open_heap;
	s->thread_isolate = thread_isolate;
	s->status_js = status_js;
	s->heap_object = heap_object;
}

void v8_detach(struct session *s)
{
	js_heap_close(s->heap);
	s->heap = NULL;
	s->heap_tried = false;
}
