/* Known bytes around the buffers of a model, which it must not change. */
#ifndef TCM_FENCES_H
#define TCM_FENCES_H

#include "harness.h"

/* A buffer is a port, or the arena: that has the number behind the last port. */
typedef struct {
    uint8_t *start;
    uint8_t *end;
    uint32_t buffer;
    int behind;
} tcm_fence;

/* Defined by the generated image.c: room for two fences a buffer. */
extern tcm_fence tcm_fences[];
extern uint32_t tcm_fence_count;

void tcm_add_fence(uint8_t *start, uint8_t *end, uint32_t buffer, int behind);
void tcm_check_fences(const tcm_case *model);
_Noreturn void tcm_report(const tcm_case *model, const char *verb, uint32_t buffer, int behind);

#endif
