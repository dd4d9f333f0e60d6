/* The buffers as a measured model has them: ports of a kind side by side and aligned, fences around each kind. */
#include "fences.h"

#include <stddef.h>

const uint32_t tcm_placements = 1;

enum { ALIGNMENT = 16 };

static uint8_t *fenced(uint8_t *start, uint32_t bytes, uint32_t buffer, int behind)
{
    tcm_add_fence(start, start + bytes, buffer, behind);
    return start + bytes;
}

/* Ports [first, end), behind a fence at the begin of this memory. */
static void place_ports(const tcm_case *model, uint32_t first, uint32_t end, uint8_t *memory)
{
    uint8_t *place = memory + TCM_FENCE_BYTES;
    if (first < end) {
        (void)fenced(memory, TCM_FENCE_BYTES, first, 0);
    }
    for (uint32_t port = first; port < end; port++) {
        const uint32_t last = port + 1 == end ? TCM_FENCE_BYTES : 0;
        tcm_ports[port] = place;
        place = fenced(place + model->sizes[port], last + -model->sizes[port] % ALIGNMENT, port, 1);
    }
}

void tcm_place(const tcm_case *model, uint32_t placement)
{
    (void)placement;
    tcm_fence_count = 0;
    place_ports(model, 0, model->inputs, tcm_inputs);
    place_ports(model, model->inputs, model->ports, tcm_outputs);
    if (model->arena != NULL) {
        (void)fenced(model->arena - TCM_FENCE_BYTES, TCM_FENCE_BYTES, model->ports, 0);
        (void)fenced(model->arena + model->arena_bytes, TCM_FENCE_BYTES, model->ports, 1);
    }
}

void tcm_check(const tcm_case *model)
{
    tcm_check_fences(model);
}
