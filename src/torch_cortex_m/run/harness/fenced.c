/* The buffers as a measured model has them: ports of a kind side by side and aligned, fences around each kind. */
#include "fences.h"

#include <stddef.h>

extern uint8_t tcm_memory[];

const uint32_t tcm_placements = 1;

uint8_t *tcm_inputs, *tcm_outputs;

enum { ALIGNMENT = 16 };

static uint8_t *fenced(uint8_t *start, uint32_t bytes, uint32_t buffer, int behind)
{
    tcm_add_fence(start, start + bytes, buffer, behind);
    return start + bytes;
}

/* Ports [first, end) from a place on, which is returned as ``*ports``; gives what is behind their last fence. */
static uint8_t *place_ports(const tcm_case *model, uint32_t first, uint32_t end, uint8_t *place, uint8_t **ports)
{
    if (first < end) {
        place = fenced(place, TCM_FENCE_BYTES, first, 0);
    }
    *ports = place;
    for (uint32_t port = first; port < end; port++) {
        const uint32_t last = port + 1 == end ? TCM_FENCE_BYTES : 0;
        tcm_ports[port] = place;
        place = fenced(place + model->sizes[port], last + -model->sizes[port] % ALIGNMENT, port, 1);
    }
    return place;
}

void tcm_place(const tcm_case *model, uint32_t placement)
{
    (void)placement;
    tcm_fence_count = 0;
    uint8_t *behind = place_ports(model, 0, model->inputs, tcm_memory, &tcm_inputs);
    (void)place_ports(model, model->inputs, model->ports, behind, &tcm_outputs);
    if (model->arena != NULL) {
        (void)fenced(model->arena - TCM_FENCE_BYTES, TCM_FENCE_BYTES, model->ports, 0);
        (void)fenced(model->arena + model->arena_bytes, TCM_FENCE_BYTES, model->ports, 1);
    }
}

void tcm_check(const tcm_case *model)
{
    tcm_check_fences(model);
}
