#include "harness.h"
#include "trace.h"

static uint32_t last;

void tcm_trace_layer(uint32_t index, const void *output, uint32_t bytes)
{
    tcm_trace_rows(index, output, 1, bytes, bytes);
}

void tcm_trace_rows(uint32_t index, const void *output, uint32_t rows, uint32_t bytes, uint32_t stride)
{
    const uint32_t ticks = tcm_ticks() - last;
    const uint32_t header[3] = {index, ticks, rows * bytes};
    const uint8_t *row = output;
    tcm_write(header, sizeof header);
    for (uint32_t i = 0; i < rows; i++, row += stride) {
        tcm_write(row, bytes);
    }
    last = tcm_ticks();
}

/* The first layer begins where the run does. */
void tcm_trace_start(uint32_t start)
{
    last = start;
}
