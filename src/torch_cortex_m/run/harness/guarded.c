/* Each buffer in pages of its own, between two that may not be accessed: first where these pages begin, then where
   they end. What the buffer leaves of its pages is a fence. The arena's first contents differ, too. */
#include "fences.h"
#include "guard.h"

#include <string.h>

#if defined(TCM_CHECKED)
enum { FIRST_PLACEMENT = 0 };
const uint32_t tcm_placements = 2;
#else
enum { FIRST_PLACEMENT = 1 };
const uint32_t tcm_placements = 1;
#endif

enum { ARENA_CONTENTS = 0x5B };

uint32_t tcm_placement;

static const tcm_case *running;
static uint8_t *arena;
static int at_end;

static uint32_t whole_pages(uint32_t bytes)
{
    const uint32_t page = tcm_page_bytes();
    return (bytes + page - 1) / page * page;
}

static uint32_t buffer_bytes(const tcm_case *model, uint32_t buffer)
{
    return buffer < model->ports ? model->sizes[buffer] : model->arena_bytes;
}

/* The buffer in pages that begin here; the page before it becomes the fence of what may not be accessed. */
static uint8_t *place_buffer(const tcm_case *model, uint32_t buffer, uint8_t *pages)
{
    const uint32_t bytes = buffer_bytes(model, buffer), room = whole_pages(bytes);
    uint8_t *const place = at_end ? pages + room - bytes : pages;
    if (at_end) {
        tcm_add_fence(pages, place, buffer, 0);
    } else {
        tcm_add_fence(place + bytes, pages + room, buffer, 1);
    }
    return place;
}

void tcm_place(const tcm_case *model, uint32_t placement)
{
    const uint32_t page = tcm_page_bytes();
    uint32_t bytes = page;
    for (uint32_t buffer = 0; buffer <= model->ports; buffer++) {
        bytes += whole_pages(buffer_bytes(model, buffer)) + page;
    }
    uint8_t *pages = tcm_guarded_memory(bytes);
    tcm_placement = placement;
    at_end = placement + FIRST_PLACEMENT == 1;
    tcm_fence_count = 0;
    tcm_add_fence(pages, pages + page, 0, 0);
    for (uint32_t buffer = 0; buffer <= model->ports; buffer++) {
        uint8_t *const place = place_buffer(model, buffer, pages + page);
        if (buffer < model->ports) {
            tcm_ports[buffer] = place;
        } else {
            arena = place;
            memset(arena, at_end ? ARENA_CONTENTS : ~ARENA_CONTENTS, model->arena_bytes);
        }
        pages += page + whole_pages(buffer_bytes(model, buffer));
        const uint32_t next = at_end || buffer == model->ports ? buffer : buffer + 1;
        tcm_add_fence(pages, pages + page, next, next == buffer);
    }
    running = model;
}

/* The fences that are pages between buffers: every second one. */
static int is_page(uint32_t fence)
{
    return fence % 2 == 0;
}

int32_t tcm_call(const tcm_case *model)
{
    for (uint32_t index = 0; index < tcm_fence_count; index++) {
        if (is_page(index)) {
            tcm_guard(tcm_fences[index].start);
        }
    }
    const int32_t status = model->run(tcm_ports, arena);
    tcm_unguard();
    return status;
}

void tcm_refused(const uint8_t *address)
{
    for (uint32_t index = 0; index < tcm_fence_count; index++) {
        const tcm_fence *fence = &tcm_fences[index];
        if (is_page(index) && address >= fence->start && address < fence->end) {
            tcm_unguard();
            tcm_report(running, " read or wrote", fence->buffer, fence->behind);
        }
    }
}

void tcm_check(const tcm_case *model)
{
    tcm_check_fences(model);
}
