#include "harness.h"

#include <stddef.h>
#if defined(TCM_TRACE)
#include "trace.h"
#endif

enum { CALIBRATION_ROUNDS = 100000 };

#define RESET 0x80000000U /* beside an index: set the model's states back first */

#if defined(TCM_GUARDED)
static int32_t run_nothing(uint8_t *const *ports, uint8_t *arena)
{
    (void)ports;
    (void)arena;
    return 0;
}
#else
static int32_t run_nothing(const uint8_t *inputs, uint8_t *outputs)
{
    (void)inputs;
    (void)outputs;
    return 0;
}
#endif

static const tcm_case nothing = {"nothing", run_nothing, NULL, NULL, 0, 0, NULL, 0};

static __attribute__((noinline)) uint32_t measure(const tcm_case *model, int32_t *status)
{
    const uint32_t start = tcm_ticks();
#if defined(TCM_TRACE)
    tcm_trace_start(start);
#endif
    *status = tcm_call(model);
    return tcm_ticks() - start;
}

#if defined(TCM_TRACE)
/* Two reports with no layer between them: the second one's ticks are what a report itself costs. */
static void start_trace(const uint8_t *output)
{
    tcm_trace_layer(UINT32_MAX, output, 0);
    tcm_trace_layer(UINT32_MAX, output, 0);
}
#endif

static uint32_t measure_loop(uint32_t rounds)
{
    const uint32_t start = tcm_ticks();
    tcm_loop(rounds);
    return tcm_ticks() - start;
}

/* Ticks of a model that does nothing, of a short loop and of a long one: they turn ticks into instructions. */
static void calibrate(void)
{
    int32_t status;
    uint32_t ticks[3];
    ticks[0] = measure(&nothing, &status);
    ticks[1] = measure_loop(CALIBRATION_ROUNDS);
    ticks[2] = measure_loop(2 * CALIBRATION_ROUNDS);
    tcm_write(ticks, sizeof ticks);
}

static int read_inputs(const tcm_case *model)
{
    for (uint32_t port = 0; port < model->inputs; port++) {
        if (tcm_read(tcm_ports[port], model->sizes[port]) != model->sizes[port]) {
            return 0;
        }
    }
    return 1;
}

static void write_outputs(const tcm_case *model)
{
    for (uint32_t port = model->inputs; port < model->ports; port++) {
        tcm_write(tcm_ports[port], model->sizes[port]);
    }
}

static void run(const tcm_case *model)
{
    int32_t status;
    uint32_t result[3];
    tcm_paint_stack();
#if defined(TCM_TRACE)
    start_trace(tcm_ports[model->inputs]);
#endif
    result[1] = measure(model, &status);
    result[0] = (uint32_t)status;
    result[2] = tcm_used_stack();
    tcm_check(model);
    tcm_write(result, sizeof result);
    write_outputs(model);
}

int main(void)
{
    uint32_t index;
    tcm_open();
    calibrate();
    while (tcm_read(&index, sizeof index) == sizeof index) {
        const tcm_case *model = &tcm_cases[index & ~RESET];
        if ((index & RESET) != 0 && model->reset != NULL) {
            model->reset();
        }
        for (uint32_t placement = 0; placement < tcm_placements; placement++) {
            tcm_place(model, placement);
            if (!read_inputs(model)) {
                return 1;
            }
            run(model);
        }
    }
    return 0;
}
