#include "harness.h"
#include "trace.h"

static uint32_t last;

void tcm_trace_layer(uint32_t index, const void *output, uint32_t bytes)
{
    const uint32_t ticks = tcm_ticks() - last;
    const uint32_t header[3] = {index, ticks, bytes};
    tcm_write(header, sizeof header);
    tcm_write(output, bytes);
    last = tcm_ticks();
}

/* The first layer begins where the run does. */
void tcm_trace_start(uint32_t start)
{
    last = start;
}
