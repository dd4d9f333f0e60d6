#include "fences.h"

uint32_t tcm_fence_count;

static uint8_t known_byte(uint32_t index)
{
    return (uint8_t)(0xA5U + 7U * index);
}

void tcm_add_fence(uint8_t *start, uint8_t *end, uint32_t buffer, int behind)
{
    const tcm_fence fence = {start, end, buffer, behind};
    for (uint32_t index = 0; start + index < end; index++) {
        start[index] = known_byte(index);
    }
    tcm_fences[tcm_fence_count++] = fence;
}

static void say_number(uint32_t number)
{
    char digits[11] = {0};
    uint32_t position = sizeof digits - 1;
    do {
        digits[--position] = (char)('0' + number % 10U);
        number /= 10U;
    } while (number != 0);
    tcm_say(digits + position);
}

void tcm_report(const tcm_case *model, const char *verb, uint32_t buffer, int behind)
{
    tcm_say(model->name);
    tcm_say(verb);
    tcm_say(behind ? " behind the end of " : " before the begin of ");
    if (buffer == model->ports) {
        tcm_say("the arena");
    } else {
        const int input = buffer < model->inputs;
        tcm_say(input ? "input " : "output ");
        say_number(input ? buffer : buffer - model->inputs);
    }
    tcm_say("\n");
    tcm_leave(TCM_OUTSIDE_BUFFER);
}

static void check_fence(const tcm_case *model, const tcm_fence *fence)
{
    for (uint32_t index = 0; fence->start + index < fence->end; index++) {
        if (fence->start[index] != known_byte(index)) {
            tcm_report(model, " wrote", fence->buffer, fence->behind);
        }
    }
}

void tcm_check_fences(const tcm_case *model)
{
    for (uint32_t index = 0; index < tcm_fence_count; index++) {
        check_fence(model, &tcm_fences[index]);
    }
}
