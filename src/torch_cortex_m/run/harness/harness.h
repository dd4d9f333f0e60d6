/* Runs compiled models on given inputs and reports outputs, ticks and stack, on the host or an emulated core. */
#ifndef TCM_HARNESS_H
#define TCM_HARNESS_H

#include <stdint.h>

typedef struct {
    int32_t (*run)(const uint8_t *inputs, uint8_t *outputs);
    void (*reset)(void); /* NULL: nothing lives between calls */
    uint32_t input_bytes;
    uint32_t output_bytes;
} tcm_case;

/* Defined by the generated image.c. */
extern const tcm_case tcm_cases[];
extern uint8_t tcm_inputs[];
extern uint8_t tcm_outputs[];

/* The platform: a stream in, a stream out, a tick counter and the stack. */
void tcm_open(void);
uint32_t tcm_read(void *data, uint32_t bytes); /* returns the bytes read */
void tcm_write(const void *data, uint32_t bytes);
uint32_t tcm_ticks(void);
void tcm_loop(uint32_t rounds); /* executes 2 instructions a round, where instructions are counted */
void tcm_paint_stack(void);
uint32_t tcm_used_stack(void);

#endif
