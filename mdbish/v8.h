/*
 * v8 - what the session asks of the layers that know V8 (private to mdbish/).
 */
#ifndef MDBISH_V8_H
#define MDBISH_V8_H

#include "cmd/session.h"

/* Let the session open the heap when a command needs it. */
void v8_attach(struct session *s);

/* Close the heap; before the target is closed. */
void v8_detach(struct session *s);

#endif
