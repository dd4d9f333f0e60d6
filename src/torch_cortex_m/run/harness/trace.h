/* Included ahead of a model's C to report every layer's ticks and output. */
#ifndef TCM_TRACE_H
#define TCM_TRACE_H

#include <stdint.h>

void tcm_trace_start(uint32_t ticks); /* of the run's begin */
void tcm_trace_layer(uint32_t index, const void *output, uint32_t bytes);
void tcm_trace_rows(uint32_t index, const void *output, uint32_t rows, uint32_t bytes, uint32_t stride);
#define TCM_LAYER(index, output, bytes) tcm_trace_layer(index, output, bytes)
#define TCM_LAYER_ROWS(index, output, rows, bytes, stride) tcm_trace_rows(index, output, rows, bytes, stride)

#endif
