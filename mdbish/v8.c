/*
 * v8 - the session's hooks into jsheap/: cmd/ knows no V8.
 */
#include "mdbish/v8.h"

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

void v8_attach(struct session *s)
{
	s->open_heap = open_heap;
	s->thread_isolate = thread_isolate;
	s->status_js = status_js;
}

void v8_detach(struct session *s)
{
	js_heap_close(s->heap);
	s->heap = NULL;
	s->heap_tried = false;
}
