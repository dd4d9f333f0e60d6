/* Guarded pages with the memory protection unit of an emulated core. */
#include "guard.h"

#include <stddef.h>

/* The emulator checks an access that is not aligned only where it begins, unless it crosses a page of its own. */
enum { PAGE_BYTES = 1024 };

#define MPU ((volatile uint32_t *)0xE000ED90)
enum { TYPE, CONTROL, NUMBER, BASE, LIMIT };
enum { ATTRIBUTES = 12 };
enum { ENABLE = 1, PRIVILEGED_DEFAULT = 4 };

extern uint8_t tcm_bss_end[], tcm_memory_start[], tcm_memory_end[];

static uint32_t used;

uint32_t tcm_page_bytes(void)
{
    return PAGE_BYTES;
}

/* What nothing else uses. */
uint8_t *tcm_guarded_memory(uint32_t bytes)
{
    const uintptr_t start = ((uintptr_t)tcm_bss_end + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    if (bytes > (uintptr_t)tcm_memory_end - start) {
        tcm_say("there is not enough memory for the buffers and what guards them\n");
        tcm_leave(1);
    }
    return (uint8_t *)start;
}

static void synchronize(void)
{
    __asm__ volatile("dsb\n isb" : : : "memory");
}

#if __ARM_ARCH >= 8
enum { READ_WRITE = 1 << 1, EXECUTE_NEVER = 1 };

static void add_region(const uint8_t *start, const uint8_t *end)
{
    MPU[NUMBER] = used++;
    MPU[BASE] = (uint32_t)(uintptr_t)start | READ_WRITE | EXECUTE_NEVER;
    MPU[LIMIT] = ((uint32_t)(uintptr_t)end - 32U) | ENABLE;
}

/* No region can refuse everything, but where two overlap nothing may be accessed: the first has all of the memory. */
static void add_guard(const uint8_t *page)
{
    if (used == 0) {
        MPU[ATTRIBUTES] = 0x44; /* normal memory without cache */
        add_region(tcm_memory_start, tcm_memory_end);
    }
    add_region(page, page + PAGE_BYTES);
}
#else
enum { SIZE_OF_PAGE = 9 << 1, EXECUTE_NEVER = 1 << 28 };

/* Access permission 0: none. */
static void add_guard(const uint8_t *page)
{
    MPU[NUMBER] = used++;
    MPU[BASE] = (uint32_t)(uintptr_t)page;
    MPU[LIMIT] = EXECUTE_NEVER | SIZE_OF_PAGE | ENABLE;
}
#endif

void tcm_guard(uint8_t *page)
{
    const uint32_t regions = (MPU[TYPE] >> 8) & 0xFFU;
    if (used < regions) {
        add_guard(page);
        MPU[CONTROL] = ENABLE | PRIVILEGED_DEFAULT;
        synchronize();
    }
}

void tcm_unguard(void)
{
    MPU[CONTROL] = 0;
    while (used != 0) {
        MPU[NUMBER] = --used;
        MPU[LIMIT] = 0;
    }
    synchronize();
}
