/* Runs compiled models on given inputs and reports outputs, ticks and stack, on the host or an emulated core. */
#ifndef TCM_HARNESS_H
#define TCM_HARNESS_H

#include <stdint.h>

/* A model whose ports, inputs before outputs, have these sizes. ``run`` is measured as it is called here: a guarded
   image places every buffer where it likes, any other has the ports of a kind side by side and a static arena. */
typedef struct {
    const char *name;
#if defined(TCM_GUARDED)
    int32_t (*run)(uint8_t *const *ports, uint8_t *arena);
#else
    int32_t (*run)(const uint8_t *inputs, uint8_t *outputs);
#endif
    void (*reset)(void); /* NULL: nothing lives between calls */
    const uint32_t *sizes;
    uint32_t inputs;
    uint32_t ports;
    uint8_t *arena; /* NULL where there is none, and in a guarded image */
    uint32_t arena_bytes;
} tcm_case;

/* Defined by the generated image.c. */
extern const tcm_case tcm_cases[];
extern uint8_t *tcm_ports[];

/* Where the buffers of a model are: fenced.c or guarded.c. */
extern uint32_t tcm_placement; /* the one that a guarded image has now */
extern const uint32_t tcm_placements; /* every run is repeated with each of them */
void tcm_place(const tcm_case *model, uint32_t placement);
#if defined(TCM_GUARDED)
int32_t tcm_call(const tcm_case *model);
#else
/* Defined by the generated image.c; the ports of a kind begin behind a fence. */
extern uint8_t tcm_inputs[], tcm_outputs[];
enum { TCM_FENCE_BYTES = 32 };
static inline int32_t tcm_call(const tcm_case *model)
{
    return model->run(tcm_inputs + TCM_FENCE_BYTES, tcm_outputs + TCM_FENCE_BYTES);
}
#endif
void tcm_check(const tcm_case *model); /* ends the run if anything was written outside of a buffer */

/* The platform: a stream in, a stream out, messages, a tick counter and the stack. */
enum { TCM_OUTSIDE_BUFFER = 5 };
void tcm_open(void);
uint32_t tcm_read(void *data, uint32_t bytes); /* returns the bytes read */
void tcm_write(const void *data, uint32_t bytes);
void tcm_say(const char *text);
_Noreturn void tcm_leave(int32_t status);
uint32_t tcm_ticks(void);
void tcm_loop(uint32_t rounds); /* executes 2 instructions a round, where instructions are counted */
void tcm_paint_stack(void);
uint32_t tcm_used_stack(void);

#endif
