/* Pages that may not be accessed while a model runs: host.c or core_guard.c. */
#ifndef TCM_GUARD_H
#define TCM_GUARD_H

#include "harness.h"

uint32_t tcm_page_bytes(void);
uint8_t *tcm_guarded_memory(uint32_t bytes); /* aligned to a page */
void tcm_guard(uint8_t *page);               /* as many as the platform has; for more, this does nothing */
void tcm_unguard(void);                      /* all pages */

/* Called with the address of an access that was refused; returns if it lies in no guarded page. */
void tcm_refused(const uint8_t *address);

#endif
