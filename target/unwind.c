#include "target/unwind.h"
#include "target/private.h"
void unwind_free(struct target *t)
{
	(void)t;
}
